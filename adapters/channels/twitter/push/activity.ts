import * as z from 'zod';
import { isXId } from '../ids.js';
import type { Intake } from '../inbound/intake.js';
import type { WatchedPost } from '../inbound/watchList.js';

/**
 * Events of X's Activity API, by stream or by webhook (https://docs.x.com/x-api/activity/event-payloads), and messages of
 * the filtered stream. What they bring is taken like what polling reads; the two overlap, and the intake knows it.
 */

/** What we ask to be told. `post.mention.create` comes for a mention in the text alone, so replies to us have their own. */
export const eventTypes = ['post.mention.create', 'post.reply.create', 'dm.received'] as const;

const envelope = z.object({
  data: z.object({ event_type: z.string(), payload: z.unknown(), includes: z.unknown().optional() }),
});

const streamed = z.object({ data: z.looseObject({ id: z.string() }), includes: z.unknown().optional() });
const deleted = z.object({ id: z.string().refine(isXId), author_id: z.string().refine(isXId) });
const messages = z.object({ direct_message_events: z.array(z.unknown()) });

type TakeEvent = (intake: Intake, payload: unknown, includes: unknown) => Promise<void>;

const takePost: TakeEvent = (intake, payload, includes) => intake.takePosts([{ items: [payload], includes }]);

/** By event type. Of others there is nothing for us, though X may be told to send them. */
const takers: Readonly<Record<string, TakeEvent>> = {
  'post.create': takePost,
  'post.mention.create': takePost,
  'post.reply.create': takePost,
  'post.delete': (intake, payload) => {
    const parsed = deleted.safeParse(payload);
    if (!parsed.success) return Promise.resolve();
    const post: WatchedPost = { id: parsed.data.id, authorId: parsed.data.author_id };
    return intake.takeDeletions([post]);
  },
  'dm.received': (intake, payload, includes) => {
    const parsed = messages.safeParse(payload);
    return intake.takeDirectMessages({
      items: parsed.success ? parsed.data.direct_message_events : [payload],
      includes,
    });
  },
};

/** @returns whether it was something for us. Rejects when it was not stored. */
export async function takePushed(message: unknown, intake: Intake): Promise<boolean> {
  const event = envelope.safeParse(message);
  if (event.success) {
    const { event_type: type, payload, includes } = event.data.data;
    await takers[type]?.(intake, payload, includes);
    return takers[type] !== undefined;
  }
  const post = streamed.safeParse(message);
  if (!post.success) return false;
  await intake.takePosts([{ items: [post.data.data], includes: post.data.includes }]);
  return true;
}

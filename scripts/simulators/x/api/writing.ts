import * as z from 'zod';
import type { XSimulator } from '../simulator.js';
import { hiddenBecause, type Post } from '../world/posts.js';
import { hasUrl, maxWeightedLength, render, weightedLength } from '../world/render.js';
import { type Answer, bodyAs, type Call, type Endpoint, ok, usersOnly } from './endpoint.js';
import { invalidRequest, known } from './problems.js';
import { word } from './wording.js';

/** Posting and deleting as the service, with all that X refuses. */

const id = z.string().regex(/^\d{1,19}$/);

/** What of CreatePostsRequest an answering service may need; X refuses unknown keys too. */
const createSchema = z.strictObject({
  text: z.string().optional(),
  reply: z
    .strictObject({
      in_reply_to_tweet_id: id,
      auto_populate_reply_metadata: z.boolean().optional(),
      exclude_reply_user_ids: z.array(id).optional(),
    })
    .optional(),
  quote_tweet_id: id.optional(),
  reply_settings: z.enum(['following', 'mentionedUsers', 'subscribers', 'verified']).optional(),
  for_super_followers_only: z.boolean().optional(),
  made_with_ai: z.boolean().optional(),
  nullcast: z.boolean().optional(),
});

export const writingEndpoints: readonly Endpoint[] = [
  {
    name: 'createPosts',
    method: 'POST',
    path: '/2/tweets',
    callers: usersOnly,
    perApp: null,
    perUser: 100,
    parameters: [],
    answer: create,
  },
  {
    name: 'deletePosts',
    method: 'DELETE',
    path: '/2/tweets/{id}',
    callers: usersOnly,
    perApp: null,
    perUser: 50,
    parameters: [],
    answer: remove,
  },
];

function create({ x, body }: Call): Answer {
  const { text = '', reply, quote_tweet_id: quotedId, reply_settings: replySettings } = bodyAs(createSchema, body);
  mayWrite(x);
  if (text.trim() === '') throw invalidRequest('text', text, 'You must provide text, media or a quoted post');
  if (weightedLength(text) > maxWeightedLength) throw known('too-long');
  if (reply !== undefined) mayReply(x, x.posts.byId(reply.in_reply_to_tweet_id));
  if (isDuplicate(x, text, reply?.in_reply_to_tweet_id)) throw known('duplicate');
  const post = x.publish(x.service, {
    text,
    ...(reply && { inReplyToId: reply.in_reply_to_tweet_id }),
    ...(quotedId !== undefined && { quotedId }),
    ...(replySettings !== undefined && { replySettings }),
  });
  x.bill.write(hasUrl(text) ? 'writeWithUrl' : 'write');
  const { wording } = x.switches;
  const data = { id: post.id, text: render(post, x.people).text, [word('editHistoryIds', wording)]: [post.id] };
  return { status: 201, body: { data } };
}

function remove({ x, params }: Call): Answer {
  mayWrite(x);
  const post = x.posts.byId(params.id ?? '');
  if (post?.author !== x.service) throw known('no-permission');
  if (!post.deleted) x.delete(post);
  return ok({ data: { deleted: true } });
}

export function mayWrite({ switches }: XSimulator): void {
  if (switches.account === 'suspended') throw known('suspended');
  if (switches.account === 'read-only') throw known('no-permission');
}

function mayReply(x: XSimulator, post: Post | undefined): void {
  if (post === undefined || hiddenBecause(post) !== null) throw known('not-visible');
  const root = x.posts.byId(post.conversationId) ?? post;
  const isInvited = root.author === x.service || root.explicitMentions.has(x.service);
  if (root.replySettings !== 'everyone' && !isInvited) throw known('reply-restricted');
  if (x.switches.tier !== 'enterprise' && !isSummoned(x, post)) throw known('not-summoned');
}

/** Automated replies below Enterprise: to those who named us, quoted us, or answered us; and to ourselves. */
function isSummoned({ service }: XSimulator, post: Post): boolean {
  return (
    post.author === service ||
    post.explicitMentions.has(service) ||
    post.quoted?.author === service ||
    post.inReplyTo?.author === service
  );
}

/** The same text to another person is another post: hidden mentions are part of it. */
function isDuplicate(x: XSimulator, text: string, inReplyToId: string | undefined): boolean {
  const addressee = inReplyToId === undefined ? undefined : x.posts.byId(inReplyToId)?.author;
  return x.ownPosts.some(
    (post) => !post.deleted && post.text.slice(post.hiddenUnits) === text && post.inReplyTo?.author === addressee,
  );
}

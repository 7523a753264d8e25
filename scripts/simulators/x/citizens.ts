import * as z from 'zod';
import { type ApiAnswer, checked, HttpFault, type Route, wholeNumber } from '../http.js';
import { iso } from './api/present.js';
import type { XSimulator } from './simulator.js';
import { isId } from './world/ids.js';
import type { Message } from './world/messages.js';
import type { User } from './world/people.js';
import { type Draft, type Post, replySettings } from './world/posts.js';

/** The part of the control API that plays citizens: what they write, and what they see. */

const maxWaitMs = 60_000;
const maxListed = 5_000;

const mediaSchema = z.strictObject({
  type: z.enum(['photo', 'video', 'animated_gif']).default('photo'),
  altText: z.string().max(1_000).optional(),
});

const placeSchema = z.strictObject({
  id: z.string().max(40),
  fullName: z.string().max(200),
  type: z.enum(['poi', 'neighborhood', 'city', 'admin', 'country']).default('city'),
});

const postSchema = z.strictObject({
  from: z.string(),
  text: z.string().max(25_000).default(''),
  inReplyTo: z.string().optional(),
  quote: z.string().optional(),
  repost: z.string().optional(),
  replySettings: z.enum(replySettings).optional(),
  media: z.array(mediaSchema).max(4).optional(),
  place: placeSchema.optional(),
  coordinates: z.tuple([z.number(), z.number()]).optional().describe('[lon, lat]'),
  lateMs: z.int().min(0).max(3_600_000).optional().describe('Timelines and search show it only after that'),
});

const burstSchema = z.strictObject({
  count: z.int().min(1).max(10_000),
  text: z.string().max(250).default('jalan rusak di RT {n}').describe('{n} is the number of the post'),
  from: z.string().max(9).default('warga').describe('Handles are this and a number'),
});

const userSchema = z.strictObject({
  name: z.string().max(50).optional(),
  protected: z.boolean().optional(),
  verifiedType: z.enum(['none', 'blue', 'business', 'government']).optional(),
  suspended: z.boolean().optional(),
  receivesDms: z.boolean().optional(),
  createdAt: z.iso.datetime().optional(),
});

const messageSchema = z.strictObject({ from: z.string(), text: z.string().min(1).max(10_000) });

export function citizenRoutes(x: XSimulator): readonly Route[] {
  return [...postRoutes(x), ...messageRoutes(x)];
}

function postRoutes(x: XSimulator): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/posts',
      handle: ({ body }) => ({ status: 201, body: viewOf(x, publish(x, checked(postSchema, body))) }),
    },
    {
      method: 'POST',
      path: '/bursts',
      handle: ({ body }) => ({ status: 201, body: burst(x, checked(burstSchema, body)) }),
    },
    {
      method: 'GET',
      path: '/posts',
      handle: async ({ query, signal }) => {
        const after = query.get('after') ?? '0';
        const author = query.get('from');
        const look = () => listed(x, after, author, wholeNumber(query, 'atLeast', 1, maxListed));
        const found = await x.changes.until(look, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok({ posts: (found ?? listed(x, after, author, 0) ?? []).map((post) => viewOf(x, post)) });
      },
    },
    { method: 'GET', path: '/posts/{id}', handle: ({ params }) => ok(viewOf(x, postOf(x, params.id))) },
    {
      method: 'POST',
      path: '/posts/{id}/edit',
      handle: ({ params, body }) => {
        const { text } = checked(z.strictObject({ text: z.string().min(1).max(25_000) }), body);
        return { status: 201, body: viewOf(x, x.edit(postOf(x, params.id), text)) };
      },
    },
    {
      method: 'DELETE',
      path: '/posts/{id}',
      handle: ({ params }) => {
        x.delete(postOf(x, params.id));
        return ok({ deleted: true });
      },
    },
    {
      method: 'GET',
      path: '/conversations/{id}',
      handle: async ({ params, query, signal }) => {
        const { conversationId } = postOf(x, params.id);
        const after = query.get('after') ?? '0';
        const look = () => {
          const posts = x.posts.conversation(conversationId, after);
          return posts.length > 0 ? posts : undefined;
        };
        const posts = await x.changes.until(look, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok({ posts: (posts ?? []).map((post) => viewOf(x, post)) });
      },
    },
  ];
}

function messageRoutes(x: XSimulator): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/messages',
      handle: ({ body }) => {
        const { from, text } = checked(messageSchema, body);
        return { status: 201, body: messageView(x.message(x.people.called(from), x.service, text)) };
      },
    },
    {
      method: 'GET',
      path: '/messages/{handle}',
      handle: async ({ params, query, signal }) => {
        const citizen = x.people.called(params.handle ?? '');
        const after = BigInt(query.get('after') ?? '0');
        const look = () => {
          const messages = x.messages.between(citizen, x.service).filter(({ id }) => BigInt(id) > after);
          return messages.length > 0 ? messages : undefined;
        };
        const found = await x.changes.until(look, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok({ messages: (found ?? []).map(messageView) });
      },
    },
    {
      method: 'PUT',
      path: '/users/{handle}',
      handle: ({ params, body }) => {
        const { createdAt, ...given } = checked(userSchema, body);
        const traits = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        const user = x.describe(params.handle ?? '', {
          ...traits,
          ...(createdAt !== undefined && { createdAtMs: Date.parse(createdAt) }),
        });
        return ok(userView(user));
      },
    },
  ];
}

/** Publishes as a citizen. @throws HttpFault for a post that is not there. */
export function publish(x: XSimulator, order: z.output<typeof postSchema>): Post {
  const { from, text, inReplyTo, quote, repost, media = [], place, coordinates, lateMs } = order;
  const draft: Draft = {
    text,
    media: media.map(({ type, altText }) => mediaOf(x, type, altText ?? null)),
    ...(inReplyTo !== undefined && { inReplyToId: postOf(x, inReplyTo).id }),
    ...(quote !== undefined && { quotedId: postOf(x, quote).id }),
    ...(repost !== undefined && { repostedId: postOf(x, repost).id }),
    ...(order.replySettings !== undefined && { replySettings: order.replySettings }),
    ...(place !== undefined && { place }),
    ...(coordinates !== undefined && { coordinates }),
    ...(lateMs !== undefined && { lateMs }),
  };
  return x.publish(x.people.called(from), draft);
}

function mediaOf(x: XSimulator, type: 'photo' | 'video' | 'animated_gif', altText: string | null) {
  const prefix = { photo: 3, animated_gif: 16, video: 7 }[type];
  const key = `${prefix}_${x.newId()}`;
  const extension = type === 'photo' ? 'png' : 'mp4';
  return {
    type,
    key,
    url: `${x.publicUrl}/media/${key}.${extension}`,
    altText,
    width: 1,
    height: 1,
    durationMs: type === 'photo' ? null : 1_000,
  };
}

function burst(x: XSimulator, { count, text, from }: z.output<typeof burstSchema>) {
  const ids = Array.from({ length: count }, (_, index) => {
    const draft = { text: `@${x.service.username} ${text.replaceAll('{n}', String(index + 1))}` };
    return x.publish(x.people.called(`${from}${index + 1}`), draft).id;
  });
  return { count, firstId: ids[0], lastId: ids.at(-1) };
}

function listed(x: XSimulator, after: string, from: string | null, atLeast: number): readonly Post[] | undefined {
  const found: Post[] = [];
  for (const post of x.posts.newest()) {
    if (BigInt(post.id) <= BigInt(after) || found.length >= maxListed) break;
    if (from === null || post.author === x.people.byName(from)) found.push(post);
  }
  return found.length >= atLeast ? found.reverse() : undefined;
}

function postOf(x: XSimulator, id = ''): Post {
  const post = isId(id) ? x.posts.byId(id) : undefined;
  if (post === undefined) throw new HttpFault(404, 'unknown_post', `No post ${id} here`);
  return post;
}

function viewOf(x: XSimulator, post: Post) {
  return {
    id: post.id,
    from: post.author.username,
    at: iso(post.atMs),
    text: post.text.slice(post.hiddenUnits),
    conversationId: post.conversationId,
    inReplyTo: post.inReplyTo?.id ?? null,
    url: `https://x.com/${post.author.username}/status/${post.id}`,
    versions: post.versions,
    deleted: post.deleted,
    timesGiven: x.timesGiven(post.id),
  };
}

function messageView({ id, sender, recipient, text, atMs }: Message) {
  return { id, from: sender.username, to: recipient.username, at: iso(atMs), text };
}

function userView({ id, username, createdAtMs, ...traits }: User) {
  return { id, username, createdAt: iso(createdAtMs), ...traits };
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

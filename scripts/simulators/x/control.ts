import * as z from 'zod';
import { type ApiAnswer, checked, HttpFault, type Route, wholeNumber } from '../http.js';
import { faultSchema } from './api/faults.js';
import { iso } from './api/present.js';
import type { Push } from './push/push.js';
import type { XSimulator } from './simulator.js';
import { switchesSchema } from './switches.js';
import { isId } from './world/ids.js';
import type { Message } from './world/messages.js';
import type { User } from './world/people.js';
import { type Draft, type Post, replySettings } from './world/posts.js';

/** The control API: what citizens do, what they see, and how X misbehaves. */

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

type Action = (x: XSimulator, push: Push) => void | Promise<void>;

/** How X itself says that a stream was ended. */
const operationalDisconnect = {
  errors: [
    {
      title: 'operational-disconnect',
      disconnect_type: 'UpstreamOperationalDisconnect',
      detail: 'This stream has been disconnected upstream for operational reasons.',
      type: 'https://api.twitter.com/2/problems/operational-disconnect',
    },
  ],
};

const actions: Readonly<Record<string, Action>> = {
  'drop-streams': (_, push) => push.dropStreams(),
  'end-streams': (_, push) => {
    for (const stream of push.streams) stream.end(operationalDisconnect);
  },
  'silence-streams': (_, push) => {
    for (const stream of push.streams) stream.silence();
  },
  'validate-webhooks': (_, push) => push.webhooks.validateAll(),
  'resend-last-event': (_, push) => {
    if (!push.webhooks.sendLastAgain()) throw new HttpFault(409, 'nothing_yet', 'No event went to a webhook yet');
  },
  'expire-access-tokens': (x) => x.app.expireAccessTokens(),
  'reset-limits': (x) => x.limits.reset(),
};

const actionSchema = z.strictObject({ action: z.enum(Object.keys(actions) as [string, ...string[]]) });

/** @param endpointNames what faults may be set on. */
export function controlRoutes(x: XSimulator, push: Push, endpointNames: readonly string[]): readonly Route[] {
  const routes: readonly Route[] = [
    { method: 'GET', path: '/healthz', handle: () => ok({ status: 'ok' }) },
    {
      method: 'GET',
      path: '/state',
      handle: async ({ query, signal }) => {
        const wanted = wholeNumber(query, 'streams', push.streams.length, 10);
        const look = () => (push.streams.length === wanted ? true : undefined);
        await x.changes.until(look, wholeNumber(query, 'waitMs', 0, maxWaitMs), signal);
        return ok(stateOf(x, push));
      },
    },
    ...postRoutes(x),
    ...messageRoutes(x),
    ...misbehaviourRoutes(x, endpointNames),
    {
      method: 'POST',
      path: '/actions',
      handle: async ({ body }) => {
        await actions[checked(actionSchema, body).action]?.(x, push);
        return ok({ status: 'done' });
      },
    },
  ];
  return routes.map((route) => ({ ...route, handle: async (request) => explained(() => route.handle(request)) }));
}

function stateOf(x: XSimulator, push: Push) {
  const { service, bill, requests, switches, faults, posts, people } = x;
  return {
    service: { id: service.id, username: service.username },
    credentials: x.app.credentials,
    switches,
    faults: faults.current,
    requests: Object.fromEntries(requests),
    lastRefusal: x.app.lastRefusal,
    streams: { filtered: push.filtered.open.length, activity: push.activity.open.length },
    rules: push.filtered.rules,
    subscriptions: push.activity.subscriptions,
    webhooks: { registered: push.webhooks.registered, ...push.webhooks.counts },
    bill: bill.summary,
    posts: posts.count,
    users: people.count,
  };
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
        const after = BigInt(query.get('after') ?? '0');
        const look = () => {
          const posts = x.posts.conversation(conversationId).filter(({ id }) => BigInt(id) > after);
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
        const user = x.people.describe(params.handle ?? '', {
          ...traits,
          ...(createdAt !== undefined && { createdAtMs: Date.parse(createdAt) }),
        });
        return ok(userView(user));
      },
    },
  ];
}

function misbehaviourRoutes(x: XSimulator, endpointNames: readonly string[]): readonly Route[] {
  return [
    {
      method: 'PUT',
      path: '/switches',
      handle: ({ body }) => {
        x.switches = checked(switchesSchema, body);
        return ok(x.switches);
      },
    },
    {
      method: 'DELETE',
      path: '/switches',
      handle: () => {
        x.switches = x.settings.switches;
        return ok(x.switches);
      },
    },
    {
      method: 'PUT',
      path: '/faults',
      handle: ({ body }) => {
        const faults = checked(z.union([z.array(faultSchema).max(50), faultSchema.transform((one) => [one])]), body);
        const unknown = faults.find(({ on }) => on !== '*' && !endpointNames.includes(on));
        if (unknown !== undefined) {
          throw new HttpFault(
            400,
            'unknown_endpoint',
            `No endpoint "${unknown.on}". There is: *, ${endpointNames.join(', ')}`,
          );
        }
        x.faults.set(faults);
        return ok(x.faults.current);
      },
    },
    {
      method: 'DELETE',
      path: '/faults',
      handle: () => {
        x.faults.set([]);
        return ok([]);
      },
    },
  ];
}

/** Publishes as a citizen. @throws HttpFault for a post that is not there. */
export function publish(x: XSimulator, order: z.output<typeof postSchema>): Post {
  const { from, text, inReplyTo, quote, repost, media = [], place, coordinates } = order;
  const draft: Draft = {
    text,
    media: media.map(({ type, altText }) => mediaOf(x, type, altText ?? null)),
    ...(inReplyTo !== undefined && { inReplyToId: postOf(x, inReplyTo).id }),
    ...(quote !== undefined && { quotedId: postOf(x, quote).id }),
    ...(repost !== undefined && { repostedId: postOf(x, repost).id }),
    ...(order.replySettings !== undefined && { replySettings: order.replySettings }),
    ...(place !== undefined && { place }),
    ...(coordinates !== undefined && { coordinates }),
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

/** What people name wrongly is their request's fault. */
async function explained(handle: () => ApiAnswer | Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) throw new HttpFault(400, 'invalid', error.message);
    throw error;
  }
}

function ok(body: unknown): ApiAnswer {
  return { status: 200, body };
}

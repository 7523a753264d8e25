import * as z from 'zod';
import { type Answer, anyone, appOnly, bodyAs, type Call, type Endpoint, ok } from '../api/endpoint.js';
import type { Asked } from '../api/present.js';
import { invalidRequest, known, notFound } from '../api/problems.js';
import { mediaFields, postExpansions, postFields } from '../api/wording.js';
import type { XEvent, XSimulator } from '../simulator.js';
import type { Message } from '../world/messages.js';
import { hiddenBecause, type Post } from '../world/posts.js';
import { OpenStream } from './openStream.js';
import type { Webhooks } from './webhooks.js';

/**
 * The X Activity API (https://docs.x.com/x-api/activity/introduction): who subscribed to an event gets it by webhook, or
 * by the activity stream where the subscription names no webhook.
 */

const maxSubscriptions = 1_000;
const maxConnections = 2;

/** What the simulator can make happen; X knows more. */
const eventTypes = [
  ...(['post.create', 'post.delete', 'post.mention.create', 'post.reply.create', 'post.quote.create'] as const),
  ...(['post.repost.create', 'dm.received', 'dm.sent'] as const),
] as const;

type EventType = (typeof eventTypes)[number];

interface Subscription {
  readonly id: string;
  readonly eventType: EventType;
  readonly userId: string;
  readonly tag: string | undefined;
  readonly webhookId: string | undefined;
  readonly createdAt: string;
}

const createSchema = z.strictObject({
  event_type: z.enum(eventTypes),
  filter: z.strictObject({
    user_id: z.string().regex(/^\d{1,19}$/),
    direction: z.enum(['inbound', 'outbound']).optional(),
  }),
  tag: z.string().min(1).max(200).optional(),
  webhook_id: z.string().optional(),
});

/** Whom an event is about, by its type. */
const subjectsOfPost: Readonly<Partial<Record<EventType, (post: Post) => readonly string[]>>> = {
  'post.create': ({ author }) => [author.id],
  'post.mention.create': ({ explicitMentions }) => [...explicitMentions].map(({ id }) => id),
  'post.reply.create': ({ inReplyTo }) => (inReplyTo === null ? [] : [inReplyTo.author.id]),
  'post.quote.create': ({ quoted }) => (quoted === null ? [] : [quoted.author.id]),
  'post.repost.create': ({ reposted }) => (reposted === null ? [] : [reposted.author.id]),
};

export class ActivityDesk {
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #open = new Set<OpenStream>();

  constructor(
    private readonly x: XSimulator,
    private readonly webhooks: Webhooks,
  ) {}

  get open(): readonly OpenStream[] {
    return [...this.#open];
  }

  get subscriptions() {
    return [...this.#subscriptions.values()].map(view);
  }

  tell(event: XEvent): void {
    for (const subscription of this.#subscriptions.values()) {
      const happened = this.#happened(event, subscription);
      if (happened === null) continue;
      const { payload, includes, subjectId } = happened;
      const envelope = {
        data: {
          event_uuid: this.x.newId(),
          filter: { user_id: subscription.userId },
          event_type: subscription.eventType,
          ...(subscription.tag !== undefined && { tag: subscription.tag }),
          payload,
          ...(includes !== undefined && { includes }),
        },
      };
      this.x.noteGiven([subjectId]);
      if (subscription.webhookId !== undefined) this.webhooks.send(subscription.webhookId, envelope);
      else for (const stream of this.#open) stream.send(envelope);
    }
  }

  /** What the subscription is told of the event; null when it is not concerned. */
  #happened(event: XEvent, { eventType, userId }: Subscription) {
    switch (event.kind) {
      case 'messaged':
        return isMessageFor(event.message, eventType, userId)
          ? { payload: messagePayload(event.message), includes: undefined, subjectId: event.message.id }
          : null;
      case 'deleted': {
        const { id, author } = event.post;
        if (eventType !== 'post.delete' || author.id !== userId) return null;
        return { payload: { id, author_id: author.id }, includes: undefined, subjectId: id };
      }
      case 'posted': {
        const { post } = event;
        if (hiddenBecause(post) !== null || !subjectsOfPost[eventType]?.(post).includes(userId)) return null;
        const { data, includes } = this.x.presenter.page([post], this.#everything());
        return { payload: data[0], includes, subjectId: post.id };
      }
    }
  }

  /** Subscribers can't choose fields: they get them all. */
  #everything(): Asked {
    const { wording } = this.x.switches;
    return {
      wording,
      post: postFields['tweet.fields'],
      user: new Set(['created_at', 'verified', 'verified_type', 'protected']),
      media: mediaFields,
      place: new Set(['name', 'place_type', 'country_code']),
      expansions: new Set([...postExpansions[wording]].filter((name) => !name.startsWith('referenced'))),
    };
  }

  readonly endpoints: readonly Endpoint[] = [
    {
      name: 'createActivitySubscription',
      method: 'POST',
      path: '/2/activity/subscriptions',
      callers: anyone,
      perApp: 500,
      perUser: 500,
      parameters: [],
      answer: (call) => this.#subscribe(call),
    },
    {
      name: 'getActivitySubscriptions',
      method: 'GET',
      path: '/2/activity/subscriptions',
      callers: anyone,
      perApp: 500,
      perUser: 500,
      parameters: ['max_results', 'pagination_token'],
      answer: () => ok({ data: this.subscriptions, ...this.#total() }),
    },
    {
      name: 'deleteActivitySubscription',
      method: 'DELETE',
      path: '/2/activity/subscriptions/{subscription_id}',
      callers: appOnly,
      perApp: 500,
      perUser: null,
      parameters: [],
      answer: ({ params: { subscription_id: id = '' } }) => {
        if (!this.#subscriptions.delete(id)) throw notFound('subscription', 'subscription_id', id);
        return ok({ data: { deleted: true }, ...this.#total() });
      },
    },
    {
      name: 'activityStream',
      method: 'GET',
      path: '/2/activity/stream',
      callers: appOnly,
      perApp: 450,
      perUser: null,
      parameters: ['backfill_minutes', 'start_time', 'end_time'],
      answer: () => this.#connect(),
    },
  ];

  #subscribe({ body }: Call): Answer {
    const { event_type: eventType, filter, tag, webhook_id: webhookId } = bodyAs(createSchema, body);
    if (webhookId !== undefined && !this.webhooks.has(webhookId)) throw notFound('webhook', 'webhook_id', webhookId);
    const { user_id: userId } = filter;
    const same = [...this.#subscriptions.values()].some(
      (each) => each.eventType === eventType && each.userId === userId && each.webhookId === webhookId,
    );
    if (same) throw invalidRequest('event_type', eventType, 'DuplicateSubscriptionFailed: such a subscription exists');
    if (this.#subscriptions.size >= maxSubscriptions) {
      throw invalidRequest('event_type', eventType, `SubscriptionLimitExceeded: ${maxSubscriptions} at most`);
    }
    const createdAt = new Date().toISOString();
    const subscription: Subscription = { id: this.x.newId(), eventType, userId, tag, webhookId, createdAt };
    this.#subscriptions.set(subscription.id, subscription);
    return ok({ data: { subscription: view(subscription) }, ...this.#total() });
  }

  /** The new wording has no `meta` here. */
  #total() {
    return this.x.switches.wording === 'tweet' ? { meta: { total_subscriptions: this.#subscriptions.size } } : {};
  }

  #connect(): Answer {
    if (this.#open.size >= maxConnections) throw known('too-many-connections');
    return {
      stream: (response) => {
        const stream = new OpenStream(
          response,
          () => this.x.switches,
          () => {
            this.#open.delete(stream);
            this.x.changes.notify();
          },
        );
        this.#open.add(stream);
        this.x.changes.notify();
      },
    };
  }
}

function view({ id, eventType, userId, tag, webhookId, createdAt }: Subscription) {
  return {
    subscription_id: id,
    event_type: eventType,
    filter: { user_id: userId },
    created_at: createdAt,
    updated_at: createdAt,
    ...(tag !== undefined && { tag }),
    ...(webhookId !== undefined && { webhook_id: webhookId }),
  };
}

function isMessageFor({ sender, recipient }: Message, eventType: EventType, userId: string): boolean {
  return (eventType === 'dm.received' && recipient.id === userId) || (eventType === 'dm.sent' && sender.id === userId);
}

/** Direct messages still come in the shape of API version 1.1. */
function messagePayload({ id, sender, recipient, text, atMs }: Message) {
  const users = [sender, recipient].map((user) => [
    user.id,
    { id: user.id, name: user.name, screen_name: user.username, created_timestamp: String(user.createdAtMs) },
  ]);
  return {
    direct_message_events: [
      {
        type: 'message_create',
        id,
        created_timestamp: String(atMs),
        message_create: {
          target: { recipient_id: recipient.id },
          sender_id: sender.id,
          message_data: { text, entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] } },
        },
      },
    ],
    users: Object.fromEntries(users) as Record<string, unknown>,
  };
}

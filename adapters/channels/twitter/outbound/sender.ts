import * as z from 'zod';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import { Remembered } from '../../../../src/domain/remembered.js';
import type { OutboundReply, Outcome } from '../../../../src/ports/channel.js';
import type { Result, XApi } from '../api/client.js';
import { faultPolicies } from '../api/faults.js';
import { postQuery, type Wording } from '../api/fields.js';
import type { Budget } from '../budget.js';
import { isDmExternalId } from '../part.js';
import { readPost } from '../post.js';
import type { ReplyCap } from './caps.js';
import type { DmPeers } from './dmPeers.js';
import { fitDirectMessage, fitPost } from './fit.js';

export interface SenderSettings {
  readonly handle: string;
  /** `acknowledge-only`: one public answer to a post, and what comes later by direct message. */
  readonly replies: 'acknowledge-only' | 'all';
  readonly keepLinks: boolean;
  readonly wording: Wording;
}

export interface ReplyCaps {
  readonly authors: ReplyCap;
  readonly conversations: ReplyCap;
}

/** What comes later, and answers nothing that the citizen has just written. */
const unasked: ReadonlySet<OutboundReply['kind']> = new Set(['status', 'reminder']);

/** Where a reply goes. */
type Route =
  | { readonly kind: 'post'; readonly inReplyTo: string }
  | { readonly kind: 'dm' }
  | { readonly kind: 'withheld'; readonly code: string; readonly cause: string };

/** How long a text that another reply has taken waits; X forgets what was said after some hours. */
const duplicateWaitMs = 15 * 60_000;

const rememberedFewest = 10_000;

const createdSchema = z.object({ data: z.object({ id: z.string() }) });
const dmCreatedSchema = z.object({ data: z.object({ dm_event_id: z.string() }) });

/** Sends replies: in the thread of the post that they answer, or by direct message. One at a time, in the order given. */
export class Sender {
  /** By the post that was answered: which reply did it. */
  readonly #answered = new Remembered<string, string>(rememberedFewest);
  /** Replies that were perhaps sent. */
  readonly #perhapsSent = new Remembered<string, true>(rememberedFewest);
  /** By post: the conversation that it belongs to. */
  readonly #conversationOf = new Remembered<string, string>(rememberedFewest);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly settings: SenderSettings,
    private readonly api: XApi,
    private readonly budget: Budget,
    private readonly peers: DmPeers,
    private readonly caps: ReplyCaps,
  ) {}

  /** A post that may be answered, and the conversation that it is part of. */
  noteConversation(postId: string, conversationId: string): void {
    this.#conversationOf.set(postId, conversationId);
  }

  send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    const sent = this.#turn.then(() => this.#send(reply, deadlineMs));
    this.#turn = sent.catch(() => undefined);
    return sent;
  }

  async #send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    if (steadyNowMs() >= deadlineMs) return { kind: 'unsent', cause: 'no turn came before the deadline' };
    const route = this.#routeOf(reply);
    if (route.kind === 'withheld') return route;
    return route.kind === 'dm' ? this.#message(reply) : this.#post(reply, route.inReplyTo);
  }

  #routeOf({ id, to, kind, inReplyTo }: OutboundReply): Route {
    if (inReplyTo !== null && isDmExternalId(inReplyTo)) return { kind: 'dm' };
    const mayMessage = this.peers.has(to);
    const later = (code: string, cause: string): Route =>
      mayMessage ? { kind: 'dm' } : { kind: 'withheld', code, cause };
    if (inReplyTo === null)
      return later('no_post', 'it answers no post, and X takes no automated post that nobody asked for');
    if (this.settings.replies === 'acknowledge-only') {
      if (unasked.has(kind))
        return later('acknowledge_only', 'news are not posted, and the citizen opened no direct messages');
      const answeredBy = this.#answered.get(inReplyTo);
      if (answeredBy !== undefined && answeredBy !== id) {
        return later('one_answer', 'the post is answered, and X allows one automated answer');
      }
    }
    return this.#capped(id, to, inReplyTo) ?? { kind: 'post', inReplyTo };
  }

  #capped(id: string, to: string, inReplyTo: string): Route | null {
    if (this.#perhapsSent.get(id) !== undefined) return null;
    const nowMs = Date.now();
    if (this.caps.authors.isReached(to, nowMs)) {
      return { kind: 'withheld', code: 'author_cap', cause: 'this account got its replies for today' };
    }
    if (!this.caps.conversations.isReached(this.#conversation(inReplyTo), nowMs)) return null;
    return { kind: 'withheld', code: 'conversation_cap', cause: 'this conversation got its replies for today' };
  }

  #conversation(postId: string): string {
    return this.#conversationOf.get(postId) ?? postId;
  }

  async #post(reply: OutboundReply, inReplyTo: string): Promise<Outcome> {
    const { text, hasUrl } = await fitPost(reply.text, this.settings.keepLinks);
    const body = { text, reply: { in_reply_to_tweet_id: inReplyTo } };
    const result = await this.api.ask('post', { body });
    if (result.kind === 'good') {
      this.budget.sent(hasUrl ? 'postWithUrl' : 'post');
      this.#noteAnswered(reply, inReplyTo);
      return accepted(createdSchema.safeParse(result.body).data?.data.id);
    }
    if (result.kind === 'lost') {
      // If it is out, it is charged. The second attempt is refused as a duplicate then, and costs nothing.
      if (this.#perhapsSent.get(reply.id) === undefined) this.budget.sent(hasUrl ? 'postWithUrl' : 'post');
      this.#noteAnswered(reply, inReplyTo);
      this.#perhapsSent.set(reply.id, true);
    }
    if (result.kind === 'fault' && result.fault === 'duplicate') return this.#reconcile(reply, inReplyTo);
    return failure(result);
  }

  async #message(reply: OutboundReply): Promise<Outcome> {
    const result = await this.api.ask('sendDm', { id: reply.to, body: { text: fitDirectMessage(reply.text) } });
    if (result.kind !== 'good') return failure(result);
    this.budget.sent('dm');
    return accepted(dmCreatedSchema.safeParse(result.body).data?.data.dm_event_id, 'dm:');
  }

  /** X has this text already. If it is our reply to this post, the first attempt was sent after all. */
  async #reconcile(reply: OutboundReply, inReplyTo: string): Promise<Outcome> {
    const query = `conversation_id:${this.#conversation(inReplyTo)} from:${this.settings.handle}`;
    const found = await this.api.ask('search', {
      query: { query, max_results: '10', ...postQuery(this.settings.wording) },
    });
    const items = found.kind === 'good' ? itemsOf(found.body) : [];
    const posts = items.map(readPost).filter((post) => post !== null);
    this.budget.read(
      'read',
      posts.map(({ id }) => id),
    );
    const ours = posts.find((post) => post.repliedToId === inReplyTo);
    if (ours !== undefined || this.#perhapsSent.get(reply.id) !== undefined) {
      this.#noteAnswered(reply, inReplyTo);
      return accepted(ours?.id);
    }
    return { kind: 'unsent', cause: 'X has the same words from us in another reply', retryAfterMs: duplicateWaitMs };
  }

  #noteAnswered({ id, to }: OutboundReply, inReplyTo: string): void {
    if (this.#answered.get(inReplyTo) === id) return;
    this.#answered.set(inReplyTo, id);
    const nowMs = Date.now();
    this.caps.authors.note(to, nowMs);
    this.caps.conversations.note(this.#conversation(inReplyTo), nowMs);
  }
}

function accepted(id: string | undefined, prefix = ''): Outcome {
  return { kind: 'accepted', externalIds: id === undefined ? [] : [`${prefix}${id}`] };
}

function itemsOf(body: unknown): readonly unknown[] {
  return z.object({ data: z.array(z.unknown()) }).safeParse(body).data?.data ?? [];
}

function failure(result: Exclude<Result, { kind: 'good' }>): Outcome {
  switch (result.kind) {
    case 'unreached':
      return { kind: 'unsent', cause: result.cause };
    case 'lost':
      return { kind: 'uncertain', cause: result.cause };
    case 'held':
      return { kind: 'unsent', cause: result.cause, retryAfterMs: waitMs(result.againAtMs) };
    case 'fault':
      return faulted(result);
  }
}

function faulted({ fault, status, againAtMs }: Extract<Result, { kind: 'fault' }>): Outcome {
  const { reply, words } = faultPolicies[fault];
  const cause = `${words} (status ${status})`;
  if (reply === 'withhold') return { kind: 'withheld', code: fault, cause };
  if (reply === 'reject') return { kind: 'rejected', code: fault, cause };
  return { kind: 'unsent', cause, ...(againAtMs !== null && { retryAfterMs: waitMs(againAtMs) }) };
}

function waitMs(untilMs: number): number {
  return Math.max(0, untilMs - steadyNowMs());
}

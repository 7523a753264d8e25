import { setTimeout as delay } from 'node:timers/promises';
import { steadyNowMs } from '../../../src/domain/clock.js';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  Inbox,
  OutboundReply,
  Outcome,
} from '../../../src/ports/channel.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { isAnswerable } from '../answerable.js';
import { type Agents, agentsOf, closeAgents, exchange } from '../exchange.js';
import { PeerHealth } from '../peerHealth.js';
import { TokenBucket } from '../tokenBucket.js';
import { Work } from '../work.js';
import { answerTo, Gatekeeper } from './auth.js';
import type { HttpConfig, OutboundConfig } from './config.js';
import { type Fields, readFields, type Wanted, wantedBy } from './fields.js';
import { readMessage } from './message.js';
import { outcomeOf, placesOf, requestOf } from './outbound.js';
import { isReceipt, readReceipt } from './receipt.js';
import { SettleLater } from './settleLater.js';

const storeRetrySeconds = 10;
const json = { 'content-type': 'application/json; charset=utf-8' };

/** An aggregator: texts and receipts come as webhooks, replies go as requests, one for each whatever its length. */
export class HttpChannel implements Channel {
  readonly #work = new Work();
  readonly #gatekeeper: Gatekeeper;
  readonly #settleLater: SettleLater;
  readonly #agents: Agents;
  readonly #bucket: TokenBucket;
  readonly #peer: PeerHealth;
  readonly #wanted: Wanted;

  constructor(
    private readonly config: HttpConfig,
    private readonly context: ChannelContext,
  ) {
    const { outbound, inbound } = config;
    this.#gatekeeper = new Gatekeeper(config.auth);
    this.#settleLater = new SettleLater(inbound.repeatSeconds * 1_000);
    this.#agents = agentsOf(outbound?.connections ?? 1);
    this.#bucket = new TokenBucket(() => outbound?.throughputPerSecond ?? 1);
    this.#peer = new PeerHealth(outbound === undefined ? 'webhooks only' : new URL(outbound.url).host);
    this.#wanted = wantedBy(inbound.fields, config.receipts?.fields ?? {});
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    this.#settleLater.start(inbox);
    this.#peer.start();
    await this.#work.untilStopped(stop);
    this.#settleLater.stop();
    this.#peer.stop();
    closeAgents(this.#agents);
  }

  handleWebhook(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    return this.#work.do(() => this.#receive(request, inbox));
  }

  send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    return this.#work.do(() => this.#send(reply, deadlineMs));
  }

  health(): ChannelHealth {
    return this.#peer.health();
  }

  async #receive(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    const { methods } = this.config.inbound;
    if (!methods.some((method) => method === request.method)) {
      const message = `this channel takes ${methods.join(' or ')}`;
      return this.#turnedAway('method', 405, 'method_not_allowed', message, { allow: methods.join(', ') });
    }
    const refusal = this.#gatekeeper.refusal(request, Date.now());
    if (refusal !== null) {
      this.context.meter.count('webhook', { result: refusal });
      return answerTo(refusal);
    }
    const read = readFields(request, this.#gatekeeper.fieldSource, this.#wanted);
    if (read.kind === 'refused') return this.#turnedAway('unreadable', read.status, 'unreadable', read.message);
    return isReceipt(read.fields, this.config.receipts)
      ? this.#receiveReceipt(read.fields, this.config.receipts, inbox)
      : this.#receiveMessage(read.fields, inbox);
  }

  async #receiveMessage(fields: Fields, inbox: Inbox): Promise<WebhookAnswer> {
    const read = readMessage(fields, this.config, Date.now());
    if (read.kind === 'incomplete') return this.#turnedAway('incomplete', 400, 'incomplete', read.message);
    return this.#answerAfter(
      'message',
      inbox.accept([read.part]).then(() => this.#settleLater.add(read.part.key)),
    );
  }

  async #receiveReceipt(
    fields: Fields,
    config: NonNullable<HttpConfig['receipts']>,
    inbox: Inbox,
  ): Promise<WebhookAnswer> {
    const read = readReceipt(fields, config, Date.now());
    if (read.kind === 'incomplete') return this.#turnedAway('incomplete', 400, 'incomplete', read.message);
    if (!read.isKnownStatus) this.context.meter.count('webhook', { result: 'unknown_status' });
    return this.#answerAfter('receipt', inbox.acceptReceipts([read.receipt]));
  }

  /** Our success only after the commit; the aggregator's own form of it, for some look into the body. */
  async #answerAfter(what: string, committed: Promise<void>): Promise<WebhookAnswer> {
    try {
      await committed;
    } catch {
      const headers = { 'retry-after': String(storeRetrySeconds) };
      return this.#turnedAway('unavailable', 503, 'unavailable', 'nothing was stored; send it again', headers);
    }
    this.context.meter.count('webhook', { result: what });
    const { status, contentType, body } = this.config.inbound.answer;
    return { status, headers: { 'content-type': contentType }, body };
  }

  #turnedAway(
    result: string,
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ): WebhookAnswer {
    this.context.meter.count('webhook', { result });
    return { status, headers: { ...json, ...headers }, body: JSON.stringify({ code, message }) };
  }

  async #send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    const { outbound } = this.config;
    if (outbound === undefined) {
      return { kind: 'rejected', code: 'no_outbound', cause: 'the channel has no `outbound`: it only takes texts' };
    }
    if (!isAnswerable(reply.to, this.config)) {
      return { kind: 'rejected', code: 'unanswerable', cause: 'no person can be behind the address' };
    }
    if (!(await this.#takeTurn(deadlineMs))) return { kind: 'unsent', cause: 'no turn before the deadline' };
    return this.#exchange(reply, outbound, deadlineMs);
  }

  /** @returns false where the deadline comes first, or the channel stops. */
  async #takeTurn(deadlineMs: number): Promise<boolean> {
    for (;;) {
      const nowMs = steadyNowMs();
      if (this.#work.stopped || nowMs >= deadlineMs) return false;
      const waitMs = this.#bucket.take(nowMs);
      if (waitMs === 0) return true;
      if (nowMs + waitMs >= deadlineMs) return false;
      await delay(waitMs);
    }
  }

  async #exchange(reply: OutboundReply, outbound: OutboundConfig, deadlineMs: number): Promise<Outcome> {
    const startedMs = steadyNowMs();
    const places = placesOf(reply, this.config, this.context.webhookUrl);
    const timeoutMs = Math.min(outbound.timeoutSeconds * 1_000, deadlineMs - startedMs);
    const exchanged = await exchange(this.#agents, requestOf(outbound, places, timeoutMs));
    this.#peer.note(exchanged);
    this.context.meter.observeSeconds('send', (steadyNowMs() - startedMs) / 1_000);
    const outcome = outcomeOf(exchanged, outbound, places, Date.now());
    const status = exchanged.kind === 'answered' ? String(exchanged.status) : exchanged.kind;
    this.context.meter.count('send', { outcome: outcome.kind, status });
    return outcome;
  }
}

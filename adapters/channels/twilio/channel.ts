import { steadyNowMs } from '../../../src/domain/clock.js';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  FetchedAttachment,
  Inbox,
  OutboundReply,
  Outcome,
} from '../../../src/ports/channel.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { isAnswerable } from '../answerable.js';
import { type Agents, agentsOf, closeAgents, exchange } from '../exchange.js';
import { PeerHealth } from '../peerHealth.js';
import { Work } from '../work.js';
import { messageRequest, outcomeOf } from './api.js';
import type { TwilioConfig } from './config.js';
import { fetchMedia } from './media.js';
import { Reconciliation } from './reconcile.js';
import { SignatureCheck } from './signature.js';
import { paramsOf, readWebhook, type WebhookRead } from './webhook.js';

const storeRetrySeconds = 10;
/** No words of ours: replies go out by the API, when the tracker has answered. */
const emptyTwiml = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

/** Programmable Messaging: texts and status callbacks as signed webhooks, replies by the Messages API. */
export class TwilioChannel implements Channel {
  readonly #work = new Work();
  readonly #agents: Agents;
  readonly #peer: PeerHealth;
  readonly #signature: SignatureCheck | null;

  constructor(
    private readonly config: TwilioConfig,
    private readonly context: ChannelContext,
  ) {
    const { webhookUrl } = context;
    this.#agents = agentsOf(config.connections);
    this.#peer = new PeerHealth(new URL(config.apiUrl).host);
    this.#signature = webhookUrl === null ? null : new SignatureCheck(config.authToken, webhookUrl);
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    await this.#signature?.load();
    this.#peer.start();
    const ask = async (asked: Parameters<typeof exchange>[1]) => {
      const exchanged = await exchange(this.#agents, { ...asked, stop });
      if (!stop.aborted) this.#peer.note(exchanged);
      return exchanged;
    };
    const reconciliation = new Reconciliation(this.config, ask, this.context.log).run(inbox, stop);
    await this.#work.untilStopped(stop);
    await reconciliation;
    this.#peer.stop();
    closeAgents(this.#agents);
  }

  handleWebhook(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    return this.#work.do(() => this.#receive(request, inbox));
  }

  send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    return this.#work.do(() => this.#send(reply, deadlineMs));
  }

  fetchAttachment(id: string, maxBytes: number, signal: AbortSignal): Promise<FetchedAttachment> {
    return this.#work.do(() => fetchMedia(this.#agents, this.config, id, maxBytes, signal));
  }

  health(): ChannelHealth {
    return this.#peer.health();
  }

  async #receive(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    if (request.method !== 'POST') return this.#turnedAway('method', 405, 'Twilio’s webhook must be set to HTTP POST');
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim();
    if (type !== 'application/x-www-form-urlencoded') return this.#turnedAway('unreadable', 415, 'expected a form');
    const params = paramsOf(request.body.toString('utf8'));
    if (!(await this.#signature?.holds(request, params))) {
      return this.#turnedAway('signature', 401, 'the signature is missing or wrong for the URL that is configured');
    }
    return this.#take(readWebhook(params, this.config, Date.now()), inbox);
  }

  async #take(read: WebhookRead, inbox: Inbox): Promise<WebhookAnswer> {
    try {
      if (read.kind === 'message') await inbox.accept([read.part]);
      else if (read.kind === 'receipt') await inbox.acceptReceipts([read.receipt]);
    } catch {
      const headers = { 'retry-after': String(storeRetrySeconds) };
      return this.#turnedAway('unavailable', 503, 'nothing was stored; send it again', headers);
    }
    this.context.meter.count('webhook', { result: read.kind });
    return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' }, body: emptyTwiml };
  }

  #turnedAway(
    result: string,
    status: number,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ): WebhookAnswer {
    this.context.meter.count('webhook', { result });
    const allow = status === 405 ? { allow: 'POST' } : {};
    return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...allow, ...headers }, body: message };
  }

  async #send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    const leftMs = deadlineMs - steadyNowMs();
    if (this.#work.stopped || leftMs <= 0) return { kind: 'unsent', cause: 'no time was left' };
    const { address = '', countryCode } = this.config;
    if (!isAnswerable(reply.to, { address, countryCode })) {
      return { kind: 'rejected', code: 'unanswerable', cause: 'no person can be behind the address' };
    }
    const timeoutMs = Math.min(this.config.timeoutSeconds * 1_000, leftMs);
    const startedMs = steadyNowMs();
    const exchanged = await exchange(
      this.#agents,
      messageRequest(reply, this.config, this.context.webhookUrl, timeoutMs),
    );
    this.#peer.note(exchanged);
    this.context.meter.observeSeconds('send', (steadyNowMs() - startedMs) / 1_000);
    const outcome = outcomeOf(exchanged, Date.now());
    const status = exchanged.kind === 'answered' ? String(exchanged.status) : exchanged.kind;
    this.context.meter.count('send', { outcome: outcome.kind, status });
    return outcome;
  }
}

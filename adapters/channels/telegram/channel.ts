import { steadyNowMs } from '../../../src/domain/clock.js';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  FetchedAttachment,
  Inbox,
  OutboundReply,
  Outcome,
  Part,
} from '../../../src/ports/channel.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { agentsOf, closeAgents } from '../exchange.js';
import { PeerHealth } from '../peerHealth.js';
import { sameSecret } from '../sameSecret.js';
import { Work } from '../work.js';
import { BotApi, failureOf, jsonOf, messageParams, piecesOf, recordOf } from './api.js';
import type { TelegramConfig } from './config.js';
import { messageIdOf, readUpdate, referenceOf } from './message.js';
import { allowedUpdates, poll } from './polling.js';

const connections = 8;
const storeRetrySeconds = 10;

/** A bot: what people write to it in private comes by long polling or as webhooks, replies go out as messages. */
export class TelegramChannel implements Channel {
  readonly #work = new Work();
  readonly #agents = agentsOf(connections);
  readonly #peer: PeerHealth;
  readonly #api: BotApi;
  readonly handleWebhook?: (request: WebhookRequest, inbox: Inbox) => Promise<WebhookAnswer>;

  constructor(
    private readonly config: TelegramConfig,
    private readonly context: ChannelContext,
  ) {
    const isPolling = config.receive === 'polling';
    this.#peer = new PeerHealth(new URL(config.apiUrl).host, isPolling ? 'down' : 'degraded');
    this.#api = new BotApi(config, this.#agents, (exchanged) => this.#peer.note(exchanged));
    if (!isPolling) this.handleWebhook = (request, inbox) => this.#work.do(() => this.#receive(request, inbox));
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    this.#peer.start();
    const receiving = this.#receiveUntil(inbox, stop);
    await this.#work.untilStopped(stop);
    await receiving;
    this.#peer.stop();
    closeAgents(this.#agents);
  }

  send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    return this.#work.do(() => this.#send(reply, deadlineMs));
  }

  fetchAttachment(id: string, maxBytes: number, signal: AbortSignal): Promise<FetchedAttachment> {
    return this.#work.do(() => this.#api.download(id, maxBytes, this.config.timeoutSeconds * 1_000, signal));
  }

  health(): ChannelHealth {
    return this.#peer.health();
  }

  /** Telegram knows one way at a time: the other is ended first. */
  async #receiveUntil(inbox: Inbox, stop: AbortSignal): Promise<void> {
    const { config, context } = this;
    const timeoutMs = config.timeoutSeconds * 1_000;
    if (config.receive === 'polling') {
      await this.#api.call({ method: 'deleteWebhook', params: {}, timeoutMs, stop });
      await poll(this.#api, config, inbox, (updates) => this.#partsOf(updates), context.log, stop);
    } else {
      const { webhookUrl: url } = context;
      const params = { url, secret_token: config.webhookSecret, allowed_updates: allowedUpdates };
      const called = await this.#api.call({ method: 'setWebhook', params, timeoutMs, stop });
      if (called.kind !== 'done') context.log.error({ result: called.kind }, 'Telegram was not told of the webhook');
    }
  }

  async #receive(request: WebhookRequest, inbox: Inbox): Promise<WebhookAnswer> {
    const { webhookSecret = '' } = this.config;
    if (!sameSecret(request.headers['x-telegram-bot-api-secret-token'] ?? '', webhookSecret)) {
      this.context.meter.count('webhook', { result: 'secret' });
      return { status: 401 };
    }
    const parts = this.#partsOf([jsonOf(request.body)]);
    try {
      if (parts.length > 0) await inbox.accept(parts);
    } catch {
      return { status: 503, headers: { 'retry-after': String(storeRetrySeconds) } };
    }
    return { status: 200 };
  }

  #partsOf(updates: readonly unknown[]): Part[] {
    return updates.flatMap((update) => {
      const read = readUpdate(update, this.config);
      this.context.meter.count('update', { result: read.kind === 'part' ? 'message' : read.why });
      return read.kind === 'part' ? [read.part] : [];
    });
  }

  /** A piece goes out once the one before was taken: who got the first is not left without the rest unnoticed. */
  async #send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    const answers = reply.inReplyTo === null ? null : messageIdOf(reply.inReplyTo, reply.to, this.config);
    const externalIds: string[] = [];
    for (const piece of piecesOf(reply.text)) {
      const leftMs = deadlineMs - steadyNowMs();
      const isOver = this.#work.stopped || leftMs <= 0;
      if (isOver && externalIds.length === 0) return { kind: 'unsent', cause: 'no time was left' };
      const called = await this.#api.call({
        method: 'sendMessage',
        params: messageParams(reply, piece, externalIds.length === 0 ? answers : null),
        timeoutMs: Math.min(this.config.timeoutSeconds * 1_000, Math.max(leftMs, 0)),
      });
      const failure = failureOf(called);
      this.context.meter.count('send', { outcome: failure?.kind ?? 'accepted' });
      if (failure !== null) return externalIds.length === 0 ? failure : inPart(failure, externalIds);
      const { message_id: messageId } = recordOf(called.kind === 'done' ? called.result : null);
      externalIds.push(referenceOf(reply.to, Number(messageId), this.config));
    }
    return { kind: 'accepted', externalIds };
  }
}

/** Sent again, the beginning would come twice: that is the operator's choice. */
function inPart({ cause }: { readonly cause: string }, externalIds: readonly string[]): Outcome {
  return { kind: 'uncertain', cause: `only the first part was taken: ${cause}`, externalIds };
}

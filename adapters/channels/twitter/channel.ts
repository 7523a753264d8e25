import { steadyNowMs } from '../../../src/domain/clock.js';
import { messageOf } from '../../../src/domain/messageOf.js';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  Inbox,
  LinkHealth,
  OutboundReply,
  Outcome,
} from '../../../src/ports/channel.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import type { XApi } from './api/client.js';
import { faultPolicies } from './api/faults.js';
import { openApi } from './api/open.js';
import type { Transport } from './api/transport.js';
import { Budget } from './budget.js';
import type { TwitterConfig } from './config.js';
import { identify } from './identify.js';
import { Pacer } from './inbound/pacer.js';
import { WebhookDoor } from './push/webhook.js';
import { Service } from './service.js';

const identifyRetry = { firstMs: 500, maxMs: 60_000 } as const;

/**
 * One account on X.
 *
 *   starting (who are we, where were we) -> serving -> stopped
 */
export class TwitterChannel implements Channel {
  readonly #transport: Transport;
  readonly #api: XApi;
  readonly #budget: Budget;
  readonly #door: WebhookDoor;
  readonly #pacer = new Pacer();
  #start: LinkHealth = { name: 'start', state: 'starting', sinceMs: Date.now(), detail: '' };
  #service: Service | null = null;

  constructor(
    private readonly config: TwitterConfig,
    private readonly context: ChannelContext,
  ) {
    const { transport, api } = openApi(config, context);
    this.#transport = transport;
    this.#api = api;
    this.#budget = new Budget(config.budget, context.meter);
    const secrets = [config.consumerSecret, config.clientSecret].filter((secret) => secret !== undefined);
    this.#door = new WebhookDoor(secrets, context.meter);
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    const stopReading = () => this.#transport.stopReading();
    stop.addEventListener('abort', stopReading, { once: true });
    try {
      this.#service = await this.#begin(inbox, stop);
      await this.#service?.run(stop);
    } finally {
      stop.removeEventListener('abort', stopReading);
      this.#service = null;
      this.#start = { name: 'start', state: 'stopped', sinceMs: Date.now(), detail: '' };
    }
  }

  async send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    if (this.#service === null)
      return { kind: 'unsent', cause: `not ready: ${this.#start.detail || this.#start.state}` };
    return this.#service.sender.send(reply, deadlineMs);
  }

  async handleWebhook(request: WebhookRequest): Promise<WebhookAnswer> {
    return this.#door.answer(request, this.#service?.intake ?? null);
  }

  health(): ChannelHealth {
    const links = this.#service?.links() ?? [this.#start];
    const alarms = this.#api.alarms.map(({ fault, sinceMs }) => ({
      name: 'account',
      state: fault,
      sinceMs,
      detail: faultPolicies[fault].words,
    }));
    const sendsAgainAtMs = this.#api.freeAtMs('post');
    return {
      state: this.#state(links, alarms.length > 0),
      links: [...links, ...alarms],
      facts: { ...this.#budget.facts, ...this.#clockFact() },
      ...(sendsAgainAtMs > steadyNowMs() && { sendsAgainAtMs }),
    };
  }

  #state(links: readonly LinkHealth[], hasAlarm: boolean): ChannelHealth['state'] {
    if (this.#service === null || !this.#api.isReachable) return 'down';
    return hasAlarm || links.some(({ state }) => !wellStates.has(state)) ? 'degraded' : 'up';
  }

  #clockFact(): Readonly<Record<string, number>> {
    const aheadMs = this.#api.clockAheadMs;
    return aheadMs === null ? {} : { clock_of_x_ahead_seconds: Math.round(aheadMs / 1_000) };
  }

  /** Tries until it knows who we are and where we were. */
  async #begin(inbox: Inbox, stop: AbortSignal): Promise<Service | null> {
    for (let failures = 0; !stop.aborted; failures += 1) {
      const { config, context } = this;
      const parts = { config, context, api: this.#api, budget: this.#budget, inbox };
      const started = await this.#try(parts);
      if (started.service !== null) return started.service;
      this.#start = { ...this.#start, state: 'unreachable', detail: started.cause };
      if (failures === 0) context.log.warn({ cause: started.cause }, 'not ready yet');
      const fullMs = Math.min(identifyRetry.maxMs, identifyRetry.firstMs * 2 ** Math.min(failures, 30));
      await this.#pacer.wait(fullMs * (1 - Math.random() / 2), stop);
    }
    return null;
  }

  async #try(parts: Parameters<typeof identify>[0]): Promise<{ service: Service | null; cause: string }> {
    try {
      const identified = await identify(parts);
      return identified.ok
        ? { service: new Service(parts, identified.value), cause: '' }
        : { service: null, cause: identified.cause };
    } catch (error) {
      return { service: null, cause: messageOf(error) };
    }
  }
}

const wellStates: ReadonlySet<string> = new Set(['starting', 'reading', 'resting', 'open', 'connecting', 'registered']);

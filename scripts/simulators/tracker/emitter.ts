import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { StatusEvent } from '../../../src/domain/statusEvent.js';

/** Sends status events as Standard Webhooks (https://www.standardwebhooks.com), with retries. */

export const deliveryWays = ['once', 'twice', 'bad-signature', 'stale-timestamp', 'none'] as const;

/** How an event is delivered: well, or in one of the ways that a receiver has to bear. */
export type DeliveryWay = (typeof deliveryWays)[number];

export interface EmitterOptions {
  /** Where the gateway takes events: `…/tracker/events`. */
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
  /** Rests between attempts; after the last the event is given up, and counted. */
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

export const defaultRetryDelaysMs: readonly number[] = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000];

/** A timestamp this old is outside the five minutes that receivers allow. */
const staleByMs = 10 * 60_000;
const maxPending = 10_000;

/** Retrying cannot mend these: the receiver says that it never wants this. */
const isFinal = (status: number): boolean => status === 410;

export class Emitter {
  readonly counts = { delivered: 0, attempts: 0, givenUp: 0, overflowed: 0 };
  /** The status of the newest answer, or the fault's name when there was none. */
  lastAnswer: number | string | null = null;
  readonly #webhook: Webhook;
  /** One chain of deliveries per ticket, so that its events arrive in order. */
  readonly #chains = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #pending = 0;

  /** @throws Error for a secret that is not base64. */
  constructor(
    private readonly options: EmitterOptions,
    private readonly onProgress: () => void,
  ) {
    this.#webhook = new Webhook(options.secret);
    // Every pending event listens to it: to Node more than ten look like a leak.
    setMaxListeners(0, this.#stop.signal);
  }

  get pending(): number {
    return this.#pending;
  }

  /** Never rejects and does not wait; progress shows in `counts`. */
  emit(event: StatusEvent, way: DeliveryWay): void {
    if (way === 'none') return;
    if (this.#pending >= maxPending) {
      this.counts.overflowed += 1;
      return;
    }
    this.#pending += 1;
    const { trackingId } = event.data;
    const before = this.#chains.get(trackingId) ?? Promise.resolve();
    const chain = before.then(() => this.#deliver(event, way));
    this.#chains.set(trackingId, chain);
    void chain.then(() => {
      this.#pending -= 1;
      if (this.#chains.get(trackingId) === chain) this.#chains.delete(trackingId);
      this.onProgress();
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#chains.values());
  }

  async #deliver(event: StatusEvent, way: DeliveryWay): Promise<void> {
    const id = `msg_${randomUUID()}`;
    const times = way === 'twice' ? 2 : 1;
    for (let time = 0; time < times; time += 1) await this.#deliverWithRetries(id, JSON.stringify(event), way);
  }

  async #deliverWithRetries(id: string, body: string, way: DeliveryWay): Promise<void> {
    for (const restMs of [0, ...this.options.retryDelaysMs]) {
      if (!(await this.#rest(restMs))) return;
      const status = await this.#post(id, body, way);
      if (status >= 200 && status < 300) {
        this.counts.delivered += 1;
        return;
      }
      // A faulty delivery is sent once: what counts is how the receiver answers.
      if (isFinal(status) || way === 'bad-signature' || way === 'stale-timestamp') break;
    }
    this.counts.givenUp += 1;
  }

  /** @returns the answer's status, 0 when there was none. */
  async #post(id: string, body: string, way: DeliveryWay): Promise<number> {
    this.counts.attempts += 1;
    const at = new Date(Date.now() - (way === 'stale-timestamp' ? staleByMs : 0));
    const signature = this.#webhook.sign(id, at, way === 'bad-signature' ? `${body} ` : body);
    // Not AbortSignal.timeout: inside AbortSignal.any only a weak reference keeps it, and it may never fire.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error('no answer in time')), this.options.timeoutMs);
    try {
      const response = await fetch(this.options.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': signature,
        },
        body,
        signal: AbortSignal.any([this.#stop.signal, limit.signal]),
      });
      await response.arrayBuffer();
      this.lastAnswer = response.status;
      return response.status;
    } catch (error) {
      this.lastAnswer = nameOf(error);
      return 0;
    } finally {
      clearTimeout(timer);
      this.onProgress();
    }
  }

  /** @returns false when the emitter closes. */
  async #rest(restMs: number): Promise<boolean> {
    if (restMs > 0) await pause(restMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    return !this.#stop.signal.aborted;
  }
}

/** `fetch` hides the reason (ECONNREFUSED) in the cause. */
function nameOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'unknown';
  return (cause as NodeJS.ErrnoException).code ?? cause.name;
}

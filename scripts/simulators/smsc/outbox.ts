import { Timers } from '../timers.js';
import { type PduFields, statusOf } from './library.js';
import type { Answer, EsmeLink } from './link.js';

/**
 * Store and forward, as an SMSC does it. What the ESME did not acknowledge is sent again: after
 * `retryIntervalMs` when it answered with a temporary error or not at all, at once over another link when the
 * connection broke, on the next bind when there is none.
 *
 * Each sender has a lane: its deliveries go one by one and in order, so a refused first part holds back the
 * second. Lanes go side by side, up to `windowPerLink` on each link.
 */
export interface OutboxOptions {
  readonly retryIntervalMs: number;
  readonly responseTimeoutMs: number;
  readonly windowPerLink: number;
  readonly maxQueued: number;
}

export type DeliveryState = 'delivered' | 'retrying' | 'acknowledged' | 'dropped';

export interface Delivery {
  /** Whose lane it goes in. */
  readonly lane: string;
  /** The fields of the deliver_sm. */
  readonly fields: PduFields;
  /** Told of each step. `status` is the ESME's answer, where it gave one. */
  onState(state: DeliveryState, status?: number): void;
}

interface Lane {
  readonly name: string;
  readonly queue: Delivery[];
}

/** deliver_sm_resp statuses that ask for another try; any other error is final (SMPP 3.4 §5.1.3, §5.1.4). */
const temporary: ReadonlySet<number> = new Set(
  ['ESME_RSYSERR', 'ESME_RMSGQFUL', 'ESME_RTHROTTLED', 'ESME_RX_T_APPN'].map(statusOf),
);

export class Outbox {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes whose head may be sent, in the order in which they became ready. */
  readonly #ready = new Set<Lane>();
  readonly #resting = new Timers();
  #queued = 0;
  #last: Delivery | null = null;

  constructor(
    private readonly options: OutboxOptions,
    /** The link to use next among those with room, or null while no ESME receives. */
    private readonly pickLink: (windowPerLink: number) => EsmeLink | null,
  ) {}

  /** Deliveries that are not yet acknowledged or dropped. */
  get queued(): number {
    return this.#queued;
  }

  roomFor(deliveries: number): boolean {
    return this.#queued + deliveries <= this.options.maxQueued;
  }

  /** The caller has asked `roomFor`. */
  enqueue(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const lane = this.#lanes.get(delivery.lane) ?? { name: delivery.lane, queue: [] };
      this.#lanes.set(lane.name, lane);
      lane.queue.push(delivery);
      this.#queued += 1;
      if (lane.queue.length === 1) this.#ready.add(lane);
    }
    this.pump();
  }

  /** Sends what was acknowledged last once more, as an SMSC does that lost the acknowledgement. */
  redeliverLast(): boolean {
    const last = this.#last;
    if (last === null || !this.roomFor(1)) return false;
    this.enqueue([{ lane: last.lane, fields: last.fields, onState: () => undefined }]);
    return true;
  }

  /** Sends as much as the links take. Called when something became ready, or a link got room. */
  pump(): void {
    for (const lane of this.#ready) {
      const link = this.pickLink(this.options.windowPerLink);
      if (link === null) return;
      this.#ready.delete(lane);
      void this.#deliverHead(lane, link);
    }
  }

  close(): void {
    this.#resting.clear();
    this.#ready.clear();
    this.#lanes.clear();
    this.#queued = 0;
  }

  async #deliverHead(lane: Lane, link: EsmeLink): Promise<void> {
    const delivery = lane.queue[0];
    if (delivery === undefined) return;
    const answered = link.request('deliver_sm', delivery.fields, this.options.responseTimeoutMs);
    delivery.onState('delivered');
    this.#settle(lane, delivery, await answered);
    this.pump();
  }

  #settle(lane: Lane, delivery: Delivery, answer: Answer): void {
    if (this.#lanes.get(lane.name) !== lane) return;
    const status = answer.kind === 'answered' ? answer.status : undefined;
    if (status === undefined || temporary.has(status)) {
      delivery.onState('retrying', status);
      this.#rest(lane, answer.kind === 'closed' ? 0 : this.options.retryIntervalMs);
      return;
    }
    if (status === 0) this.#last = delivery;
    lane.queue.shift();
    this.#queued -= 1;
    if (lane.queue.length > 0) this.#ready.add(lane);
    else this.#lanes.delete(lane.name);
    delivery.onState(status === 0 ? 'acknowledged' : 'dropped', status);
  }

  #rest(lane: Lane, restMs: number): void {
    if (restMs === 0) {
      this.#ready.add(lane);
      return;
    }
    this.#resting.after(restMs, () => {
      this.#ready.add(lane);
      this.pump();
    });
  }
}

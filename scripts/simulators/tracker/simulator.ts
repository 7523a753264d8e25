import type { StatusEvent } from '../../../src/domain/statusEvent.js';
import { Changes } from '../changes.js';
import { type DeliveryWay, Emitter, type EmitterOptions } from './emitter.js';
import { Failures } from './failures.js';
import { Ledger, type LedgerLimits, type StatusChange } from './ledger.js';

/** A tracker without its HTTP: what it has received, how it fails, and the events it emits. */
export class TrackerSimulator {
  readonly failures = new Failures();
  readonly ledger: Ledger;
  readonly changes = new Changes();
  readonly #emitter: Emitter | null;

  constructor(limits: LedgerLimits, firstTrackingId: number, emitter: EmitterOptions | null) {
    this.ledger = new Ledger(limits, firstTrackingId);
    this.#emitter = emitter && new Emitter(emitter, () => this.changes.notify());
  }

  /** Moves a ticket; the event is pushed and can be polled. @returns undefined for an unknown ticket. */
  setStatus(trackingId: string, change: StatusChange, delivery: DeliveryWay = 'once'): StatusEvent | undefined {
    const ticket = this.ledger.ticket(trackingId);
    if (ticket === undefined) return undefined;
    const event = this.ledger.change(ticket, change);
    this.#emitter?.emit(event, delivery);
    this.changes.notify();
    return event;
  }

  /** @returns whether so many different reports were filed before the time was up. */
  async filed(distinct: number, waitMs: number, signal?: AbortSignal): Promise<boolean> {
    const look = () => (this.ledger.distinct >= distinct ? true : undefined);
    return (await this.changes.until(look, waitMs, signal)) ?? false;
  }

  /** @returns whether no event waits for its delivery any more. */
  async eventsSettled(waitMs: number): Promise<boolean> {
    const look = () => ((this.#emitter?.pending ?? 0) === 0 ? true : undefined);
    return (await this.changes.until(look, waitMs)) ?? false;
  }

  totals() {
    const { submissions, distinct, followUps } = this.ledger;
    const emitter = this.#emitter;
    const events = emitter && { ...emitter.counts, pending: emitter.pending, lastAnswer: emitter.lastAnswer };
    return { submissions, distinct, followUps, events };
  }

  async stopEvents(): Promise<void> {
    await this.#emitter?.close();
  }
}

import { backoffMs } from '../work/backoff.js';

const range = { firstMs: 250, maxMs: 30_000 } as const;
const retryAfterMaxMs = 3_600_000;
/** Of so many reports is remembered that they met a fault of the whole tracker; the oldest goes first. */
const suspectsMax = 1_000;

/**
 * Holds reports back while the tracker is away.
 *
 *   open --(fault of the tracker as a whole)--> shut until a time --(time is up)--> probing --(success)--> open
 *                                                                              \--(fault)--> shut, for longer
 *
 * A probe is a few reports, twice as many after each failure: if the first reports in the queue are refused with a
 * server error that only they cause, the ones behind them still get through and show that the tracker lives. A report
 * that meets such a fault a second time, while others got through since the first, has a fault of its own: without
 * that, one poisoned report could shut the gate again and again, and would never count an attempt.
 */
export class TrackerGate {
  #failures = 0;
  #shutUntilMs = 0;
  #lastSuccessMs = Number.NEGATIVE_INFINITY;
  /** Reports that met a fault of the whole tracker, with the time at which that attempt began. */
  readonly #suspects = new Map<number, number>();

  constructor(private readonly inFlightMax: number) {}

  /** How many reports may be under way now. */
  allowance(nowMs: number): number {
    if (this.#failures === 0) return this.inFlightMax;
    return nowMs < this.#shutUntilMs ? 0 : Math.min(this.inFlightMax, 2 ** this.#failures);
  }

  /** How long until it is worth asking again. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#shutUntilMs - nowMs);
  }

  get shut(): boolean {
    return this.#failures > 0;
  }

  /** The tracker answered, with a ticket or a refusal: it is there, and this report is through. */
  answered(seq: number, nowMs: number): void {
    this.#suspects.delete(seq);
    this.#failures = 0;
    this.#shutUntilMs = 0;
    this.#lastSuccessMs = nowMs;
  }

  /**
   * @returns whether the fault is the tracker's as a whole: false when another report got through since this one
   * began to fail, so that the fault must be its own.
   */
  failed(seq: number, startedMs: number, nowMs: number, retryAfterMs: number | undefined): boolean {
    if (this.#lastSuccessMs >= (this.#suspects.get(seq) ?? startedMs)) return false;
    this.#suspect(seq, startedMs);
    // Attempts that began before it was shut tell nothing new.
    if (startedMs >= this.#shutUntilMs) {
      const waitMs = Math.max(backoffMs(this.#failures, range), Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
      this.#failures += 1;
      this.#shutUntilMs = nowMs + waitMs;
    }
    return true;
  }

  #suspect(seq: number, startedMs: number): void {
    if (this.#suspects.has(seq)) return;
    if (this.#suspects.size >= suspectsMax) {
      const oldest = this.#suspects.keys().next();
      if (!oldest.done) this.#suspects.delete(oldest.value);
    }
    this.#suspects.set(seq, startedMs);
  }
}

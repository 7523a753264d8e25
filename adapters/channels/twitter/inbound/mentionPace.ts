import { steadyNowMs } from '../../../../src/domain/clock.js';

/** X's timeline of mentions ends after 800 posts. At most half of it should come between two readings: rates double. */
const betweenMax = 400;

/**
 * How long to wait for the next reading of mentions: as configured, and less when so many come that the timeline would
 * be full before. What is pushed out of it comes by search, later and at five times the price. Times are by
 * `steadyNowMs()`.
 */
export class MentionPace {
  #lastStartMs: number | null = null;
  /** In how long half a timeline will have come, at the rate of the last reading. */
  #hurriedMs = Number.POSITIVE_INFINITY;

  constructor(private readonly usualMs: () => number) {}

  /** A reading went through, with so many posts. */
  note(items: number, startMs: number, endMs: number): void {
    const sinceMs = this.#lastStartMs === null ? 0 : startMs - this.#lastStartMs;
    this.#lastStartMs = startMs;
    const fillMs = items === 0 ? Number.POSITIVE_INFINITY : (sinceMs * betweenMax) / items;
    // After a restart nobody knows how long these took to come; only many of them are a reason to hurry.
    const wantedMs = sinceMs === 0 && items < betweenMax ? Number.POSITIVE_INFINITY : fillMs;
    this.#hurriedMs = Math.max(0, wantedMs - (endMs - startMs));
  }

  /** How old the newest mentions may be that no reading has seen; infinite before the first. */
  get readToAgeMs(): number {
    return this.#lastStartMs === null ? Number.POSITIVE_INFINITY : steadyNowMs() - this.#lastStartMs;
  }

  /** @param evenPaceMs what X's limit allows: to hurry now must not mean to be silent later. */
  waitMs(evenPaceMs: number): number {
    return Math.min(this.usualMs(), Math.max(this.#hurriedMs, evenPaceMs));
  }
}

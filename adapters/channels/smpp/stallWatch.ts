import { steadyNowMs } from '../../../src/domain/clock.js';

/** Shorter than the time any telco gives a deliver_sm before it sends it again. */
export const stallMs = 4_000;
const beatMs = 1_000;
/** What came in the meantime is read within this time. */
const catchUpMs = 1_000;

/** A commit that is under way. */
export interface Commit {
  readonly sinceMs: number;
}

/**
 * Knows when this side has kept peers waiting so long that they may have sent the same message again on the same link:
 * the process was stopped, its event loop blocked, or the disk slow. Times are by `steadyNowMs`.
 */
export class StallWatch {
  readonly #commits = new Set<Commit>();
  #aliveAtMs: number;
  #doubtUntilMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(nowMs = steadyNowMs()) {
    this.#aliveAtMs = nowMs;
  }

  /** Beats once a second until `stop`: a quiet link must not look like a stall. */
  start(): void {
    this.#aliveAtMs = steadyNowMs();
    this.#timer ??= setInterval(() => this.beat(steadyNowMs()), beatMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  beat(nowMs: number): void {
    this.#heed(this.#aliveAtMs, nowMs);
    this.#aliveAtMs = nowMs;
  }

  commitBegins(nowMs: number): Commit {
    const commit = { sinceMs: nowMs };
    this.#commits.add(commit);
    return commit;
  }

  commitEnds(commit: Commit, nowMs: number): void {
    this.#commits.delete(commit);
    this.#heed(commit.sinceMs, nowMs);
  }

  /** Whether what is read now may be the repetition of what was left unanswered. */
  isAfterStall(nowMs: number): boolean {
    this.beat(nowMs);
    // A Set keeps the order of insertion: the first is the oldest.
    for (const { sinceMs } of this.#commits) {
      this.#heed(sinceMs, nowMs);
      break;
    }
    return nowMs < this.#doubtUntilMs;
  }

  #heed(sinceMs: number, nowMs: number): void {
    if (nowMs - sinceMs >= stallMs) this.#doubtUntilMs = nowMs + catchUpMs;
  }
}

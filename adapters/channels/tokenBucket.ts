import { steadyNowMs } from '../../src/domain/clock.js';

/**
 * Limits a rate without a timer of its own: it is asked, and says how long to wait. Its burst is a tenth of a second's
 * worth, for peers count over short windows and answer a burst with ESME_RTHROTTLED.
 */
export class TokenBucket {
  readonly #perSecond: (nowMs: number) => number;
  #tokens: number;
  #filledAtMs = 0;

  /** @param perSecond the rate, which may change from one call to the next */
  constructor(perSecond: (nowMs: number) => number) {
    this.#perSecond = perSecond;
    this.#tokens = capacity(perSecond(steadyNowMs()));
  }

  /** @returns 0 when a token was taken, else how many ms until there is one. */
  take(nowMs: number): number {
    const perSecond = this.#perSecond(nowMs);
    if (nowMs > this.#filledAtMs) {
      const added = ((nowMs - this.#filledAtMs) * perSecond) / 1_000;
      this.#tokens = Math.min(capacity(perSecond), this.#tokens + added);
      this.#filledAtMs = nowMs;
    }
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 1_000) / perSecond));
  }

  /** Gives nothing before `untilMs`, then starts empty: for a peer that asked for less. */
  pause(untilMs: number): void {
    this.#tokens = 0;
    this.#filledAtMs = Math.max(this.#filledAtMs, untilMs);
  }
}

function capacity(perSecond: number): number {
  return Math.max(1, perSecond / 10);
}

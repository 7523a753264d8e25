/**
 * Limits a rate without a timer of its own: it is asked, and says how long to wait. Its burst is a tenth of a second's
 * worth, for peers count over short windows and answer a burst with ESME_RTHROTTLED.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs = 0;

  constructor(perSecond: number) {
    this.#perMs = perSecond / 1_000;
    this.#capacity = Math.max(1, perSecond / 10);
    this.#tokens = this.#capacity;
  }

  /** @returns 0 when a token was taken, else how many ms until there is one. */
  take(nowMs: number): number {
    if (nowMs > this.#filledAtMs) {
      this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#filledAtMs) * this.#perMs);
      this.#filledAtMs = nowMs;
    }
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - this.#tokens) / this.#perMs));
  }

  /** Gives nothing before `untilMs`, then starts empty: for a peer that asked for less. */
  pause(untilMs: number): void {
    this.#tokens = 0;
    this.#filledAtMs = Math.max(this.#filledAtMs, untilMs);
  }
}

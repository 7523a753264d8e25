/** A peer that asks for less gets this part of what it got before. */
const backOffFactor = { throttled: 0.5, congested: 0.8 } as const;

export type RateCut = keyof typeof backOffFactor;

/** Answers to what was already on its way do not count again. */
const settleMs = 1_000;
/** From nothing to the ceiling; a peer whose own limit lies lower is asked for it again at least this often. */
const recoveryMs = 60_000;
const leastShareOfCeiling = 1 / 50;

/**
 * What a peer takes: the ceiling until it asks for less, then additive increase and multiplicative decrease, as TCP
 * does it. Computed when asked for, from the time that has passed: it needs no timer, and a quiet link costs nothing.
 *
 * With a ceiling of 50 a second and a peer that takes 20, it swings between 10 and 20 with a period of 12 seconds:
 * about three refusals a minute instead of hundreds.
 */
export class AdaptiveRate {
  readonly #ceilingPerSecond: number;
  /** The rate after the last cut; the ceiling while there was none. */
  #cutToPerSecond: number;
  #cutAtMs = Number.NEGATIVE_INFINITY;

  constructor(ceilingPerSecond: number) {
    this.#ceilingPerSecond = ceilingPerSecond;
    this.#cutToPerSecond = ceilingPerSecond;
  }

  perSecond(nowMs: number): number {
    if (this.#cutToPerSecond === this.#ceilingPerSecond) return this.#ceilingPerSecond;
    const regained = (this.#ceilingPerSecond * Math.max(0, nowMs - this.#cutAtMs)) / recoveryMs;
    const rate = Math.min(this.#ceilingPerSecond, this.#cutToPerSecond + regained);
    if (rate === this.#ceilingPerSecond) this.#cutToPerSecond = rate;
    return rate;
  }

  /** @returns whether the rate was cut: once a second at most */
  cut(kind: RateCut, nowMs: number): boolean {
    if (nowMs - this.#cutAtMs < settleMs) return false;
    const least = this.#ceilingPerSecond * leastShareOfCeiling;
    this.#cutToPerSecond = Math.max(least, this.perSecond(nowMs) * backOffFactor[kind]);
    this.#cutAtMs = nowMs;
    return true;
  }
}

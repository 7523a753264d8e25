import { forgetOldest } from '../../bounded.js';

/** Fixed windows, as X has them: so many requests of an endpoint by an app or a user, then none until the reset. */

export interface Allowance {
  /** Null where X sets no limit for this kind of caller. */
  readonly limit: number;
  readonly remaining: number;
  /** Unix time, in seconds, at which the window ends. */
  readonly resetAtS: number;
  readonly isAllowed: boolean;
}

const maxWindows = 10_000;

export class RateLimits {
  readonly #windows = new Map<string, { endsMs: number; used: number }>();

  /** Counts one request. A refused one costs nothing. */
  take(key: string, limit: number, windowMs: number, nowMs: number): Allowance {
    const known = this.#windows.get(key);
    const window = known !== undefined && nowMs < known.endsMs ? known : { endsMs: nowMs + windowMs, used: 0 };
    const isAllowed = window.used < limit;
    if (isAllowed) window.used += 1;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    forgetOldest(this.#windows, maxWindows);
    return { limit, remaining: limit - window.used, resetAtS: Math.ceil(window.endsMs / 1_000), isAllowed };
  }

  /** Opens new windows everywhere. */
  reset(): void {
    this.#windows.clear();
  }
}

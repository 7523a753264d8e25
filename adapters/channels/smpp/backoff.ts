export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** After a refusal that a person must mend. */
  readonly refusedMs: number;
}

export type AttemptEnd =
  | { readonly kind: 'failed' }
  | { readonly kind: 'refused'; readonly credentials: boolean }
  | { readonly kind: 'lost'; readonly boundForMs: number };

/**
 * How long to wait before the next attempt to bind: doubling from `minMs` to `maxMs`, less up to a half by chance, so
 * that the sessions of many clients do not come back in step. A bind that held for longer than the last wait starts it
 * afresh; one that is lost at once does not, or a peer that binds and hangs up would be tried at full speed.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #failures = 0;
  #lastDelayMs = 0;

  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  delayMs(end: AttemptEnd): number {
    const { minMs, maxMs, refusedMs } = this.#options;
    if (end.kind === 'lost' && end.boundForMs > this.#lastDelayMs) this.#failures = 0;
    const exponentialMs = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 30));
    const fullMs = end.kind === 'refused' && end.credentials ? Math.max(refusedMs, exponentialMs) : exponentialMs;
    this.#failures += 1;
    this.#lastDelayMs = Math.round(fullMs * (1 - this.#random() / 2));
    return this.#lastDelayMs;
  }
}

import type { AttemptEnd } from './backoff.js';

export interface HostOptions {
  readonly hosts: readonly [string, ...string[]];
  /** How long another host is kept before the first one is tried again. */
  readonly returnMs: number;
}

/** Past this many failures of the first host, the wait no longer doubles. */
const maxDoublings = 4;

/**
 * Which of a channel's hosts the next attempt goes to. The first is the one that is wanted; each failed attempt goes on
 * to the next. A bind that held and was lost starts again with the first.
 *
 * Coming back from another host costs a bind that works, so it is not done lightly: after `returnMs`, and only when
 * the first host takes connections again (the session looks). Each return that does not hold doubles the wait, up to
 * sixteen times; a bind to the first host that holds ends that.
 */
export class HostChoice {
  readonly #options: HostOptions;
  #index = 0;
  #failuresOfFirst = 0;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get current(): string {
    return this.#options.hosts[this.#index] ?? this.first;
  }

  get first(): string {
    return this.#options.hosts[0];
  }

  get isFirst(): boolean {
    return this.#index === 0;
  }

  /** How long to stay with a host that is not the first. */
  get returnMs(): number {
    return this.#options.returnMs * 2 ** Math.min(maxDoublings, Math.max(0, this.#failuresOfFirst - 1));
  }

  /** @param isReturn whether the link was given up to come back to the first host */
  ended(end: AttemptEnd, isReturn: boolean): void {
    const held = end.kind === 'lost' && end.boundForMs >= this.#options.returnMs;
    if (this.isFirst) this.#failuresOfFirst = held ? 0 : this.#failuresOfFirst + 1;
    this.#index = held || isReturn ? 0 : (this.#index + 1) % this.#options.hosts.length;
  }
}

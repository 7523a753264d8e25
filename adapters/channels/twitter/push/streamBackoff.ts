/** Why a stream ended, as far as waiting goes. */
export type StreamEnd =
  /** The connection could not be made, broke, or fell silent. */
  | 'network'
  /** X answered with an error. */
  | 'http'
  /** X wants fewer connections. */
  | 'rate_limited'
  /** It was open and brought something. */
  | 'served';

/** As X asks for it (https://docs.x.com/x-api/fundamentals/handling-disconnections). */
const waits = {
  network: { firstMs: 250, maxMs: 16_000, next: (ms: number) => ms + 250 },
  http: { firstMs: 5_000, maxMs: 320_000, next: (ms: number) => ms * 2 },
  rate_limited: { firstMs: 60_000, maxMs: 900_000, next: (ms: number) => ms * 2 },
} as const;

/** How long to wait before a stream is opened again. */
export class StreamBackoff {
  #kind: keyof typeof waits | null = null;
  #waitMs = 0;

  delayMs(end: StreamEnd): number {
    if (end === 'served') {
      this.#kind = null;
      return 0;
    }
    const { firstMs, maxMs, next } = waits[end];
    this.#waitMs = this.#kind === end ? Math.min(maxMs, next(this.#waitMs)) : firstMs;
    this.#kind = end;
    return this.#waitMs;
  }
}

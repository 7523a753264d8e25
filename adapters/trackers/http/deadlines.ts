export interface Timed {
  /** Its time is over. */
  late(): void;
}

/**
 * Ends what takes longer than `timeoutMs`, with one timer for all that is under way: they have the same time each, so
 * that the oldest is always the first to be late. While some are always under way, the timer is set once in `timeoutMs`
 * and not once for each.
 */
export class Deadlines {
  /** When each began, oldest first. */
  readonly #beganMs = new Map<Timed, number>();
  readonly #look = (): void => this.#endLate();
  #timer: NodeJS.Timeout | null = null;

  constructor(readonly timeoutMs: number) {}

  begin(timed: Timed): void {
    this.#beganMs.set(timed, performance.now());
    this.#timer ??= setTimeout(this.#look, this.timeoutMs);
  }

  /** To be called for each that began, once it is over. */
  end(timed: Timed): void {
    this.#beganMs.delete(timed);
    if (this.#beganMs.size > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #endLate(): void {
    this.#timer = null;
    const nowMs = performance.now();
    for (const [timed, beganMs] of this.#beganMs) {
      const leftMs = beganMs + this.timeoutMs - nowMs;
      if (leftMs > 0) {
        this.#timer ??= setTimeout(this.#look, Math.ceil(leftMs));
        return;
      }
      this.#beganMs.delete(timed);
      timed.late();
    }
  }
}

/** Bounds how many things are done at once: what comes on top is turned away at once, not queued. */
export class UnderWay {
  #count = 0;

  constructor(private readonly max: number) {}

  /** @returns null, and does nothing, where as many as may be are under way. */
  async run<Result>(work: () => Promise<Result>): Promise<Result | null> {
    if (this.#count >= this.max) return null;
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
    }
  }
}

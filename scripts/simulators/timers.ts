/** Timers that end with their owner. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();

  get count(): number {
    return this.#running.size;
  }

  after(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      act();
    }, delayMs);
    this.#running.add(timer);
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}

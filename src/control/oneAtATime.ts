/** More would be somebody's script gone wild. */
const waitingMax = 16;

/** Runs pieces of work one after the other, in the order in which they came. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Resolves and rejects as `work` does. @returns null, and runs nothing, when too much waits already. */
  run<Value>(work: () => Promise<Value>): Promise<Value> | null {
    if (this.#waiting >= waitingMax) return null;
    this.#waiting += 1;
    const done = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

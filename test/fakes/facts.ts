const patienceMs = 8_000;

/**
 * What a test waits on: fakes say that something happened, tests say what must come true. No test sleeps and hopes.
 */
export class Facts {
  #waiting: (() => void)[] = [];
  #changes = 0;

  /** Something happened. */
  changed(): void {
    this.#changes += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  /** Resolves when `isTrue` is; it is looked at now and after each change. Rejects when nothing makes it true. */
  async until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
    const deadlineMs = Date.now() + patienceMs;
    for (;;) {
      const seen = this.#changes;
      if (await isTrue()) return;
      // What changed while it was looked at is looked at again: nobody was there to be told.
      if (this.#changes === seen || Date.now() >= deadlineMs) await this.#nextChange(what, deadlineMs - Date.now());
    }
  }

  #nextChange(what: string, leftMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never came true: ${what}`)), Math.max(0, leftMs));
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** A promise that a test holds in its hand. */
export interface Held<Value> {
  readonly promise: Promise<Value>;
  release(value: Value): void;
}

export function held<Value>(): Held<Value> {
  let release: (value: Value) => void = () => {};
  const promise = new Promise<Value>((resolve) => {
    release = resolve;
  });
  return { promise, release };
}

import { CommitInDoubt, isAway, unavailable } from './faults.js';

/** How many operations share a commit at most, so that a flood makes more commits and not longer ones. */
const groupMax = 500;

interface Waiting<Operation, Value> {
  readonly operation: Operation;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what is asked for while a commit is under way shares the next one, so one fsync and a fixed number of
 * round trips serve many. Each operation stands alone all the same: if one fails, each runs again by itself.
 */
export class CommitGroup<Operation, Value> {
  #waiting: Waiting<Operation, Value>[] = [];
  #running = false;
  #idle: Promise<void> = Promise.resolve();

  /** @param commit runs operations in one transaction; its values are in their order. */
  constructor(private readonly commit: (operations: readonly Operation[]) => Promise<readonly Value[]>) {}

  add(operation: Operation): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      this.#idle = this.#drain();
    });
  }

  /** Resolves when all that was asked for before has its answer. */
  settled(): Promise<void> {
    return this.#idle;
  }

  async #drain(): Promise<void> {
    // After the poll phase: every socket that had something to say in this turn of the event loop has said it.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      await this.#commitTogether(this.#waiting.splice(0, groupMax));
    }
    this.#running = false;
  }

  async #commitTogether(group: readonly Waiting<Operation, Value>[]): Promise<void> {
    try {
      const values = await this.commit(group.map(({ operation }) => operation));
      for (const [index, { resolve }] of group.entries()) resolve(values[index] as Value);
    } catch (error) {
      const isShared = isAway(error) || error instanceof CommitInDoubt;
      if (group.length === 1 || isShared) for (const { reject } of group) reject(unavailable(error));
      else for (const one of group) await this.#commitTogether([one]);
    }
  }
}

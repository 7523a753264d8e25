import type { Database } from 'better-sqlite3';
import type { TrackerFault } from '../../../src/ports/tracker.js';
import { retryOf, stopped } from './faults.js';

interface Write {
  readonly signal: AbortSignal;
  /** Runs inside the transaction; what it returns is kept until the commit. */
  readonly run: () => unknown;
  readonly settle: (result: unknown) => void;
}

/** More in one transaction gains nothing and holds the event loop; the rest goes into the next turn. */
const writesPerCommit = 500;

/**
 * Writes that come in one turn of the event loop share one transaction, and so one fsync: that is what a ticket
 * costs, and a synchronous SQLite call spends it with the event loop stopped.
 */
export class GroupCommit {
  readonly #commit: (writes: readonly Write[]) => unknown[];
  #waiting: Write[] = [];
  #scheduled: NodeJS.Immediate | null = null;

  constructor(db: Database) {
    const commit = db.transaction((writes: readonly Write[]) => writes.map((write) => write.run()));
    this.#commit = (writes) => commit.immediate(writes);
  }

  /** Resolves after the commit with what `run` returned, or with why there was none. Never rejects. */
  add<Result>(signal: AbortSignal, run: () => Result): Promise<Result | TrackerFault> {
    return new Promise((resolve) => {
      this.#waiting.push({ signal, run, settle: resolve as (result: unknown) => void });
      this.#scheduled ??= setImmediate(() => this.#turn());
    });
  }

  /** Commits what waits now. */
  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    while (this.#waiting.length > 0) this.#commitSome();
  }

  #turn(): void {
    this.#scheduled = null;
    this.#commitSome();
    if (this.#waiting.length > 0) this.#scheduled = setImmediate(() => this.#turn());
  }

  #commitSome(): void {
    const writes = this.#waiting.splice(0, writesPerCommit);
    for (const write of writes) if (write.signal.aborted) write.settle(stopped);
    const live = writes.filter((write) => !write.signal.aborted);
    if (live.length === 0) return;
    try {
      const results = this.#commit(live);
      for (const [index, write] of live.entries()) write.settle(results[index]);
    } catch (error) {
      for (const write of live) write.settle(retryOf(error));
    }
  }
}

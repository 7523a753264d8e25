import { StoreUnavailable } from '../../../src/ports/store.js';
import type { Db } from './database.js';

interface Operation {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: all operations asked for within one turn of the event loop share one transaction and so one
 * fsync. Each stands alone all the same: one that throws is rolled back to its savepoint and rejects, the
 * others go on. Promises settle only after the commit.
 */
export class CommitGroup {
  #waiting: Operation[] = [];
  #scheduled = false;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #savepoint;
  readonly #release;
  readonly #rollbackTo;

  /** @param forget is called after any rollback: whatever was cached of this transaction's rows is void. */
  constructor(
    private readonly db: Db,
    private readonly forget: () => void,
  ) {
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#savepoint = db.prepare('SAVEPOINT operation');
    this.#release = db.prepare('RELEASE operation');
    this.#rollbackTo = db.prepare('ROLLBACK TO operation');
  }

  /** `run` is synchronous and touches nothing but this database. */
  add<Value>(run: () => Value): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#waiting.push({ run, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      // After the poll phase: every socket that had something to say in this turn has said it.
      setImmediate(() => this.flush());
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    this.#scheduled = false;
    const operations = this.#waiting;
    if (operations.length === 0) return;
    this.#waiting = [];
    let settle: (() => void)[];
    try {
      this.#begin.run();
      settle = operations.map((operation) => this.#attempt(operation));
      this.#commit.run();
    } catch (error) {
      this.#abandon(operations, error);
      return;
    }
    for (const settleOne of settle) settleOne();
  }

  #attempt(operation: Operation): () => void {
    this.#savepoint.run();
    try {
      const value = operation.run();
      this.#release.run();
      return () => operation.resolve(value);
    } catch (error) {
      // A full disk ends the whole transaction by itself; then there is no savepoint to go back to.
      if (!this.db.inTransaction) throw error;
      this.#rollbackTo.run();
      this.#release.run();
      this.forget();
      return () => operation.reject(unavailable(error));
    }
  }

  #abandon(operations: readonly Operation[], error: unknown): void {
    if (this.db.open && this.db.inTransaction) this.#rollback.run();
    this.forget();
    const failure = unavailable(error);
    for (const operation of operations) operation.reject(failure);
  }
}

function unavailable(error: unknown): StoreUnavailable {
  const cause = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(`the store did not take a write: ${cause}`, { cause: error });
}

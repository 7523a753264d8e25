import Database from 'better-sqlite3';
import { StoreUnavailable } from '../../../src/ports/store.js';
import type { Db } from './database.js';

interface Operation {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: all operations asked for within one turn of the event loop share one transaction and so one
 * fsync. Each stands alone all the same: one that throws rejects, the others are committed. Promises settle only after
 * the commit. Operations may run twice, so they change nothing but the database.
 */
export class CommitGroup {
  #waiting: Operation[] = [];
  #scheduled = false;
  readonly #begin;
  readonly #commit;
  readonly #rollback;

  /** @param forget is called after any rollback: whatever was cached of this transaction's rows is void. */
  constructor(
    private readonly db: Db,
    private readonly forget: () => void,
  ) {
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
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
    this.#commitTogether(operations);
  }

  /**
   * Without savepoints, which would copy every page that an operation touches. If one throws, all is rolled back and
   * each runs again in a transaction of its own, so that only the faulty one fails: rare, and right.
   */
  #commitTogether(operations: readonly Operation[]): void {
    let values: unknown[];
    try {
      this.#begin.run();
      values = operations.map((operation) => operation.run());
      this.#commit.run();
    } catch (error) {
      this.#rollBack();
      if (operations.length > 1 && !isAway(error))
        for (const operation of operations) this.#commitTogether([operation]);
      else for (const operation of operations) operation.reject(unavailable(error));
      return;
    }
    for (const [index, operation] of operations.entries()) operation.resolve(values[index]);
  }

  #rollBack(): void {
    if (this.db.open && this.db.inTransaction) this.#rollback.run();
    this.forget();
  }
}

/** Faults of the file as a whole, which each operation alone would meet as well. */
function isAway(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError && /^SQLITE_(BUSY|FULL|IOERR|CORRUPT|READONLY|CANTOPEN)/.test(error.code)
  );
}

function unavailable(error: unknown): StoreUnavailable {
  const cause = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(`the store did not take a write: ${cause}`, { cause: error });
}

import { realpathSync } from 'node:fs';
import Database from 'better-sqlite3';
import { makePrivateFile } from './privateFile.js';

/**
 * Keeps a second gateway off the same file, by whatever links it is named. The lock is SQLite's own on a small file
 * beside the store:
 * the operating system drops it with the process, so that a kill leaves nothing to clean up. Because of it, a
 * starting gateway knows that every lease in the file is a dead worker's.
 */
export class InstanceLock {
  readonly #db: Database.Database;

  /** @throws when another gateway runs on the store. */
  constructor(storeFile: string) {
    // Only what exists has a real path.
    makePrivateFile(storeFile);
    const file = `${realpathSync(storeFile)}.lock`;
    makePrivateFile(file);
    this.#db = new Database(file, { timeout: 0 });
    try {
      this.#db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#db.close();
      if (!isBusy(error)) throw error;
      throw new Error(
        `another gateway runs on ${storeFile}: stop it first, or give this one a store of its own (store.url)`,
      );
    }
  }

  release(): void {
    this.#db.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

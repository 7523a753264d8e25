import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrations } from './migrations/index.js';

export type Db = Database.Database;

export interface DatabaseOptions {
  readonly file: string;
  /** How long a write waits for another process (an operator's command) before it fails. */
  readonly busyTimeoutMs: number;
}

/**
 * Opens the file and brings its schema up to date.
 *
 * WAL with `synchronous=FULL`: a commit is on disk when it returns, by one fsync of the log.
 * @throws when the file has a newer schema than this program knows: an older program must not guess.
 */
export function openDatabase(options: DatabaseOptions): Db {
  mkdirSync(dirname(options.file), { recursive: true });
  const db = new Database(options.file, { timeout: options.busyTimeoutMs });
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('cache_size = -16000');
  db.pragma('temp_store = MEMORY');
  migrate(db, options.file);
  return db;
}

function migrate(db: Db, file: string): void {
  const bringUpToDate = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number;
    if (version > migrations.length) {
      throw new Error(
        `${file} has schema ${version}, this program knows up to ${migrations.length}: run the newer gateway on it, or restore a backup from before the upgrade`,
      );
    }
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${migrations.length}`);
  });
  bringUpToDate.immediate();
}

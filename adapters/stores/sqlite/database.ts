import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { migrations } from './migrations/index.js';
import { makePrivateFile } from './privateFile.js';

export type Db = Database.Database;

/**
 * How long a write waits for another process before it fails. Waiting stops the event loop. A command, and a gateway
 * that only starts, have nothing else to do; a running gateway must go on answering its telcos and health checks, and
 * what an operator's command writes takes it some milliseconds.
 */
const busyTimeoutMs = { atStart: 5_000, running: 250 } as const;

/**
 * Opens the file for a gateway, making it if need be, and brings its schema up to date.
 *
 * WAL with `synchronous=FULL`: a commit is on disk when it returns, by one fsync of the log.
 * @throws when the file has a newer schema than this program knows: an older program must not guess.
 */
export function openDatabase(file: string): Db {
  makePrivateFile(file);
  return configured(new Database(file, { timeout: busyTimeoutMs.atStart }), (db) => {
    migrate(db, file);
    dropStatistics(db);
    db.pragma(`busy_timeout = ${busyTimeoutMs.running}`);
  });
}

/**
 * Opens the file of a gateway that may be running: makes and migrates nothing under its feet.
 * @throws when there is no file, or its schema is not this program's.
 */
export function openExisting(file: string): Db {
  if (!existsSync(file)) {
    throw new Error(`no store at ${file}: start the gateway once, or point store.url at the file that it uses`);
  }
  return configured(new Database(file, { timeout: busyTimeoutMs.atStart }), (db) => {
    const version = versionOf(db);
    if (version > migrations.length) throw newerSchema(file, version);
    if (version < migrations.length) {
      throw new Error(
        `${file} has schema ${version}, this program works with ${migrations.length}: restart the gateway with this version first, it brings the file up to date`,
      );
    }
  });
}

function configured(db: Db, check: (db: Db) => void): Db {
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('cache_size = -8000');
    db.pragma('temp_store = MEMORY');
    db.pragma('wal_autocheckpoint = 2000');
    // What a citizen took back, or retention removed, is overwritten and not just unlinked.
    db.pragma('secure_delete = ON');
    check(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Db, file: string): void {
  const bringUpToDate = db.transaction(() => {
    const version = versionOf(db);
    if (version > migrations.length) throw newerSchema(file, version);
    for (const sql of migrations.slice(version)) db.exec(sql);
    db.pragma(`user_version = ${migrations.length}`);
  });
  bringUpToDate.immediate();
}

/**
 * Statistics are of the moment when somebody had the file analysed, for the gateway never does. With those of a queue of a
 * hundred, SQLite reads the whole queue for each removal, and a queue of a million comes faster than statistics do. Each
 * statement has its index without them.
 */
function dropStatistics(db: Db): void {
  const tables = db
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')`)
    .pluck()
    .all();
  if (tables.length === 0) return;
  db.exec(`${tables.map((table) => `DROP TABLE ${table};`).join(' ')} ANALYZE sqlite_schema`);
}

function versionOf(db: Db): number {
  return db.pragma('user_version', { simple: true }) as number;
}

function newerSchema(file: string, version: number): Error {
  return new Error(
    `${file} has schema ${version}, this program knows up to ${migrations.length}: run the newer gateway on it, or restore a backup from before the upgrade`,
  );
}

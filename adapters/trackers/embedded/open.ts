import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from './schema.js';

/**
 * How long a statement waits for the other process's write. Waiting stops the gateway's event loop, and the
 * `tracker` command's transactions take a few milliseconds; what takes longer is a fault, and tried again.
 */
const busyTimeoutMs = 250;

/**
 * Opens the tickets' file, and makes it and its folder unless it must exist. WAL lets the `tracker` command and the
 * gateway work side by side; synchronous=FULL, because a ticket that was acknowledged lives nowhere else.
 */
export function openTickets(file: string, options: { mustExist: boolean }): Database.Database {
  if (!options.mustExist) makePrivateFile(file);
  const db = new Database(file, { timeout: busyTimeoutMs, fileMustExist: options.mustExist });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For this account alone: tickets hold citizens' words. What exists already keeps the mode its operator gave it. */
function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

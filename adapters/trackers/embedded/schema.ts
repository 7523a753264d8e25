import { randomInt } from 'node:crypto';
import type { Database } from 'better-sqlite3';

/**
 * Each entry brings a file from the version that is its index to the next (`user_version`).
 * Entries are never changed once released; a new one is added.
 *
 * - `tickets.tracking_id` begins at 1,000,001: seven digits, as citizens know them, for the first nine million.
 *   AUTOINCREMENT, so that a number is never given twice, not even after a ticket was removed.
 * - `report_id` and the follow-ups' `id` are UUIDv7 as 16 octets: an index on them grows at its right edge.
 * - `events.id` is the gateway's cursor. SQLite has one writer at a time, so ids are in commit order.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE tickets (
    tracking_id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_id   BLOB NOT NULL UNIQUE,
    report      TEXT NOT NULL,
    status      TEXT NOT NULL,
    sequence    INTEGER NOT NULL DEFAULT 0,
    agency      TEXT,
    message     TEXT,
    updated_at  TEXT NOT NULL
  ) STRICT;
  INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets', 1000000);

  CREATE TABLE follow_ups (
    id          BLOB NOT NULL PRIMARY KEY,
    tracking_id INTEGER NOT NULL REFERENCES tickets,
    follow_up   TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX follow_ups_by_ticket ON follow_ups (tracking_id);

  CREATE TABLE events (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL
  ) STRICT;
  `,
];

/** Brings the file to the newest version. Throws on one that a newer gateway wrote. */
export function migrate(db: Database): void {
  // One transaction around look and change: the gateway and the command may open a new file together.
  const bringUp = db.transaction(() => {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > migrations.length) {
      throw new Error(
        `${db.name} was written by a newer version (schema ${version}; this one knows ${migrations.length}): upgrade lapor-gateway`,
      );
    }
    if (version === 0) db.pragma(`application_id = ${randomInt(1, 2 ** 31)}`);
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`user_version = ${migrations.length}`);
  });
  bringUp.immediate();
}

/**
 * Tells one file from another that was made in its place: the gateway's cursor and its memory of deliveries belong to
 * the file they were made with.
 */
export function fileIdOf(db: Database): number {
  return Number(db.pragma('application_id', { simple: true }));
}

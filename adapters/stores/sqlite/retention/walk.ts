import type { Advance, Path, Ripeness } from '../../retentionPaths.js';
import type { Cursors } from '../cursors.js';
import type { Db } from '../database.js';

const dayMs = 86_400_000;
/** A tenth of a second where ten million messages are kept. */
const countedPerSlice = 20_000;

/** With the parameters `@receivedMs`, `@quietMs` and `@openMs`. */
export interface SqlitePath extends Path {
  /**
   * The newest row stays where rows are deleted: SQLite would give its number to the next one, which would then lie behind
   * the walk.
   */
  readonly staysBehindNewest: boolean;
}

interface Counted extends Ripeness {
  readonly keptSinceMs: number;
}

interface Row {
  readonly key: number;
  readonly received_ms: number;
  readonly is_subject: number;
}

/**
 * A walk along a table from its oldest row on, past each row once: what is not ripe when the walk comes by is held, and
 * looked at again once a day. Where it stands is in the store. Runs inside a transaction.
 */
export class Walk {
  readonly #due;
  readonly #next;
  readonly #ripe;
  readonly #hold;
  readonly #drop;
  readonly #count;
  readonly #countHeld;
  readonly #newest;

  constructor(
    db: Db,
    private readonly cursors: Cursors,
    private readonly path: SqlitePath,
  ) {
    const { name, table, key, isSubject, isRipe, staysBehindNewest } = path;
    this.#due = db.prepare<[number, number], { subject: number }>(
      `SELECT subject FROM retention_held WHERE walk = '${name}' AND look_ms <= ? ORDER BY look_ms LIMIT ?`,
    );
    const isOpen = staysBehindNewest ? `s.${key} < (SELECT max(${key}) FROM ${table})` : 'true';
    this.#next = db.prepare<[number, number], Row>(
      `SELECT s.${key} AS key, s.received_ms, ${isSubject} AS is_subject FROM ${table} s
       WHERE s.${key} > ? AND ${isOpen} ORDER BY s.${key} LIMIT ?`,
    );
    const ripe = `s.received_ms <= @receivedMs AND ${isSubject} AND ${isRipe}`;
    this.#ripe = db.prepare<[Ripeness & { subjects: string }], { key: number }>(
      `SELECT s.${key} AS key FROM json_each(@subjects) j CROSS JOIN ${table} s ON s.${key} = j.value WHERE ${ripe}`,
    );
    this.#hold = db.prepare<[number, string]>(
      `INSERT OR REPLACE INTO retention_held (walk, subject, look_ms) SELECT '${name}', j.value, ? FROM json_each(?) j`,
    );
    this.#drop = db.prepare<[string]>(
      `DELETE FROM retention_held WHERE walk = '${name}' AND subject IN (SELECT value FROM json_each(?))`,
    );
    this.#count = db.prepare<[Counted & { after: number; to: number }], { count: number }>(
      `SELECT count(*) AS count FROM ${table} s
       WHERE s.${key} > @after AND s.${key} <= @to AND ${isOpen} AND s.received_ms > @keptSinceMs AND ${ripe}`,
    );
    this.#countHeld = db.prepare<[Counted], { count: number }>(
      `SELECT count(*) AS count FROM retention_held k CROSS JOIN ${table} s ON s.${key} = k.subject
       WHERE k.walk = '${name}' AND ${isOpen} AND s.received_ms > @keptSinceMs AND ${ripe}`,
    );
    this.#newest = db.prepare<[], { key: number | null }>(`SELECT max(${key}) AS key FROM ${table}`);
  }

  /** Goes on by a batch. */
  advance(until: Ripeness, limit: number, nowMs: number): Advance {
    const held = this.#due.all(nowMs, limit).map(({ subject }) => subject);
    const rowsAsked = (limit - held.length) * this.path.rowsPerSubject;
    const old = this.#aged(until.receivedMs, rowsAsked);
    const last = old.at(-1);
    if (last !== undefined) this.cursors.set({ name: this.#cursor, value: String(last.key) });
    const met = [...held, ...old.filter((row) => row.is_subject === 1).map((row) => row.key)];
    return { ripe: this.#ripeOf(met, until, nowMs), isAtEnd: held.length < limit && old.length < rowsAsked };
  }

  /** What is gone needs no second look. */
  drop(subjects: readonly number[]): void {
    this.#drop.run(JSON.stringify(subjects));
  }

  /**
   * How many may go, of those received after `keptSinceMs`. Reads the whole table, in slices: while one statement reads, the
   * write-ahead log of a gateway beside it cannot begin anew.
   */
  count(until: Ripeness, keptSinceMs: number): number {
    let sum = this.#countHeld.get({ ...until, keptSinceMs })?.count ?? 0;
    const newest = this.#newest.get()?.key ?? 0;
    for (let after = this.#position(); after < newest; after += countedPerSlice) {
      sum += this.#count.get({ ...until, keptSinceMs, after, to: after + countedPerSlice })?.count ?? 0;
    }
    return sum;
  }

  /** Rows come in the order of their arrival: the first that is too young ends it. */
  #aged(receivedMs: number, limit: number): readonly Row[] {
    const aged: Row[] = [];
    for (const row of this.#next.iterate(this.#position(), limit)) {
      if (row.received_ms > receivedMs) break;
      aged.push(row);
    }
    return aged;
  }

  /** Those that may go; the others are held. */
  #ripeOf(met: readonly number[], until: Ripeness, nowMs: number): readonly number[] {
    if (met.length === 0) return [];
    const ripe = this.#ripe.all({ ...until, subjects: JSON.stringify(met) }).map(({ key }) => key);
    const going = new Set(ripe);
    this.drop(ripe);
    this.#hold.run(nowMs + dayMs, JSON.stringify(met.filter((subject) => !going.has(subject))));
    return ripe;
  }

  #position(): number {
    return Number(this.cursors.get(this.#cursor) ?? 0);
  }

  get #cursor(): string {
    return `retention ${this.path.name}`;
  }
}

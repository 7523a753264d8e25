import type { Advance, Path, Ripeness } from '../../retentionPaths.js';
import { cursors } from '../cursors.js';
import type { Tx } from '../database.js';

const dayMs = 86_400_000;
/** Half a second where ten million messages are kept. */
const countedPerSlice = 20_000;

interface Row {
  readonly key: number;
  readonly received_ms: number;
  readonly is_subject: boolean;
}

/**
 * A walk along a table from its oldest row on, past each row once: what is not ripe when the walk comes by is held, and
 * looked at again once a day. Where it stands is in the store.
 */
export class Walk {
  readonly #next: string;
  readonly #ripe: string;
  readonly #count: string;
  readonly #countHeld: string;
  readonly #newest: string;

  constructor(private readonly path: Path) {
    const { name, table, key, isSubject, isRipe } = path;
    this.#next = `SELECT s.${key} AS key, s.received_ms, ${isSubject} AS is_subject FROM ${table} s
      WHERE s.${key} > $1 ORDER BY s.${key} LIMIT $2`;
    const ripe = `s.received_ms <= $1 AND ${isSubject} AND ${isRipe}`;
    const types = '$1::bigint IS NOT NULL AND $2::bigint IS NOT NULL AND $3::bigint IS NOT NULL';
    this.#ripe = `SELECT s.${key} AS key FROM unnest($4::bigint[]) AS g (key) JOIN ${table} s ON s.${key} = g.key
      WHERE ${types} AND ${ripe}`;
    this.#count = `SELECT count(*) AS count FROM ${table} s
      WHERE ${types} AND s.received_ms > $4 AND s.${key} > $5 AND s.${key} <= $6 AND ${ripe}`;
    this.#countHeld = `SELECT count(*) AS count FROM retention_held k JOIN ${table} s ON s.${key} = k.subject
      WHERE k.walk = '${name}' AND ${types} AND s.received_ms > $4 AND ${ripe}`;
    this.#newest = `SELECT max(${key}) AS key FROM ${table}`;
  }

  /** Goes on by a batch. */
  async advance(tx: Tx, until: Ripeness, limit: number, nowMs: number): Promise<Advance> {
    const due = await tx.query<{ subject: number }>(
      'SELECT subject FROM retention_held WHERE walk = $1 AND look_ms <= $2 ORDER BY look_ms LIMIT $3',
      [this.path.name, nowMs, limit],
    );
    const held = due.map(({ subject }) => subject);
    const rowsAsked = (limit - held.length) * this.path.rowsPerSubject;
    const rows = await tx.query<Row>(this.#next, [await this.#position(tx), rowsAsked]);
    // Rows come in the order of their arrival: the first that is too young ends it.
    const young = rows.findIndex((row) => row.received_ms > until.receivedMs);
    const old = young === -1 ? rows : rows.slice(0, young);
    const last = old.at(-1);
    if (last !== undefined) await cursors.set(tx, [{ name: this.#cursor, value: String(last.key) }]);
    const met = [...held, ...old.filter((row) => row.is_subject).map((row) => row.key)];
    const ripe = await this.#ripeOf(tx, met, until, nowMs);
    return { ripe, isAtEnd: held.length < limit && old.length < rowsAsked };
  }

  /** What is gone needs no second look. */
  drop(tx: Tx, subjects: readonly number[]): void {
    tx.send('DELETE FROM retention_held WHERE walk = $1 AND subject = ANY($2::bigint[])', [this.path.name, subjects]);
  }

  /** How many may go, of those received after `keptSinceMs`. Reads the whole table, in slices that no timeout cuts off. */
  async count(tx: Tx, { receivedMs, quietMs, openMs }: Ripeness, keptSinceMs: number): Promise<number> {
    const values = [receivedMs, quietMs, openMs, keptSinceMs];
    const [held] = await tx.query<{ count: number }>(this.#countHeld, values);
    const [newest] = await tx.query<{ key: number | null }>(this.#newest);
    let sum = held?.count ?? 0;
    for (let after = await this.#position(tx); after < (newest?.key ?? 0); after += countedPerSlice) {
      const [slice] = await tx.query<{ count: number }>(this.#count, [...values, after, after + countedPerSlice]);
      sum += slice?.count ?? 0;
    }
    return sum;
  }

  /** Those that may go; the others are held. */
  async #ripeOf(tx: Tx, met: readonly number[], until: Ripeness, nowMs: number): Promise<readonly number[]> {
    if (met.length === 0) return [];
    const { receivedMs, quietMs, openMs } = until;
    const rows = await tx.query<{ key: number }>(this.#ripe, [receivedMs, quietMs, openMs, met]);
    const ripe = rows.map(({ key }) => key);
    const going = new Set(ripe);
    this.drop(tx, ripe);
    tx.send(
      `INSERT INTO retention_held (walk, subject, look_ms) SELECT $1, g.subject, $2 FROM unnest($3::bigint[]) AS g (subject)
       ON CONFLICT (walk, subject) DO UPDATE SET look_ms = excluded.look_ms`,
      [this.path.name, nowMs + dayMs, met.filter((subject) => !going.has(subject))],
    );
    return ripe;
  }

  async #position(tx: Tx): Promise<number> {
    const [row] = await tx.query<{ value: string }>('SELECT value FROM cursors WHERE name = $1', [this.#cursor]);
    return Number(row?.value ?? 0);
  }

  get #cursor(): string {
    return `retention ${this.path.name}`;
  }
}

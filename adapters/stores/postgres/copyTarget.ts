import type { CopyKey, CopyProgress, CopyRow, CopyTable, CopyTarget, CopyValue } from '../../../src/ports/storeCopy.js';
import { column, unnest } from './bulk.js';
import { type Connecting, Database } from './database.js';
import { openingFault } from './faults.js';
import { migrate } from './migrate.js';
import { requireFitServer } from './requirements.js';

const begun = `CREATE TABLE IF NOT EXISTS copy_progress (
  table_name text PRIMARY KEY, after text, rows bigint NOT NULL, done boolean NOT NULL)`;

/** Everything was written as parked; the first of each sender comes forward. */
const placeHeads = (queue: string): string => `UPDATE ${queue} SET followed = true,
    state = CASE WHEN due_ms > 0 THEN 2 ELSE 0 END
  WHERE seq IN (SELECT min(seq) FROM ${queue} GROUP BY lane, sender_id)
    AND NOT EXISTS (SELECT 1 FROM ${queue} WHERE state <> 3)`;

const follow = (sequence: string, table: string, name: string): string =>
  `SELECT setval(${sequence}, greatest((SELECT max(${name}) FROM ${table}), 1), EXISTS (SELECT 1 FROM ${table}))`;

const ownIdentity = ['channels', 'senders', 'notices', 'dead_letters', 'journal', 'acts'];

/** A PostgreSQL store to copy into. */
export async function openCopyTarget(connecting: Connecting): Promise<CopyTarget> {
  const database = new Database(connecting);
  try {
    await requireFitServer(database);
    await database.withClient(migrate);
    return new PostgresCopyTarget(database);
  } catch (error) {
    await database.close();
    throw openingFault(error);
  }
}

class PostgresCopyTarget implements CopyTarget {
  constructor(private readonly database: Database) {}

  async begin(): Promise<void> {
    const [found] = await this.database.query<{ begun: boolean; used: boolean }>(
      `SELECT to_regclass('copy_progress') IS NOT NULL AS begun,
         EXISTS (SELECT 1 FROM channels) OR EXISTS (SELECT 1 FROM acts) OR EXISTS (SELECT 1 FROM nodes) AS used`,
    );
    if (found?.used && !found.begun) {
      throw new Error('the target is in use: copy into a new database, or empty this one; nothing was changed');
    }
    await this.database.query(begun);
  }

  async progress(table: CopyTable): Promise<CopyProgress> {
    const [row] = await this.database.query<{ after: string | null; rows: number; done: boolean }>(
      'SELECT after, rows, done FROM copy_progress WHERE table_name = $1',
      [table.name],
    );
    if (row === undefined) return { after: null, rows: 0, done: false };
    return { after: row.after === null ? null : keyFromText(row.after), rows: row.rows, done: row.done };
  }

  write(table: CopyTable, rows: readonly CopyRow[], progress: CopyProgress): Promise<void> {
    return this.database.transaction(async (tx) => {
      if (rows.length > 0) tx.send(insertOf(table), columnsOf(table, rows));
      const after = progress.after === null ? null : keyToText(progress.after);
      tx.send(
        `INSERT INTO copy_progress (table_name, after, rows, done) VALUES ($1, $2, $3, $4)
         ON CONFLICT (table_name) DO UPDATE SET after = excluded.after, rows = excluded.rows, done = excluded.done`,
        [table.name, after, progress.rows, progress.done],
      );
    });
  }

  async read(table: CopyTable, after: CopyKey | null, limit: number): Promise<readonly CopyRow[]> {
    const key = table.columns.slice(0, table.keyColumns);
    const names = table.columns.map(([name]) => name);
    const keyNames = key.map(([name]) => name).join(', ');
    const places = key.map(([, type], index) => `$${index + 2}::${type}`).join(', ');
    const since = after === null ? '' : `WHERE (${keyNames}) > (${places})`;
    const sql = `SELECT ${names.join(', ')} FROM ${table.name} ${since} ORDER BY ${keyNames} LIMIT $1`;
    const rows = await this.database.query<Record<string, CopyValue>>(sql, [limit, ...(after ?? [])]);
    return rows.map((row) => names.map((name) => row[name] ?? null));
  }

  finish(): Promise<void> {
    return this.database.transaction(async (tx) => {
      for (const queue of ['forward_queue', 'reply_queue']) tx.send(placeHeads(queue));
      tx.send(follow(`'part_numbers'`, 'parts', 'id'));
      tx.send(follow(`'set_numbers'`, 'part_sets', 'id'));
      tx.send(follow(`'report_numbers'`, 'reports', 'seq'));
      tx.send(follow(`pg_get_serial_sequence('replies', 'seq')`, 'replies', 'seq'));
      for (const table of ownIdentity) tx.send(follow(`pg_get_serial_sequence('${table}', 'id')`, table, 'id'));
      tx.send('DROP TABLE copy_progress');
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

function insertOf({ name, columns }: CopyTable): string {
  const isQueue = name.endsWith('_queue');
  const names = [...columns.map(([title]) => title), ...(isQueue ? ['state'] : [])];
  const rows = unnest(columns.map(([, type]) => type));
  return `INSERT INTO ${name} (${names.join(', ')}) OVERRIDING SYSTEM VALUE SELECT g.*${isQueue ? ', 3' : ''} FROM ${rows} AS g`;
}

function columnsOf({ columns }: CopyTable, rows: readonly CopyRow[]): Buffer[] {
  return columns.map(([, type], index) =>
    column(
      type,
      rows.map((row) => row[index]),
    ),
  );
}

/** A key may hold octets. */
function keyToText(key: CopyKey): string {
  return JSON.stringify(key.map((value) => (Buffer.isBuffer(value) ? { hex: value.toString('hex') } : value)));
}

function keyFromText(text: string): CopyKey {
  const key = JSON.parse(text) as readonly (Exclude<CopyValue, Buffer> | { hex: string })[];
  return key.map((value) =>
    typeof value === 'object' && value !== null && 'hex' in value ? Buffer.from(value.hex, 'hex') : value,
  );
}

import { idToText } from '../../../src/domain/id.js';
import type { CopyKey, CopyRow, CopySource, CopyTable, CopyType, CopyValue } from '../../../src/ports/storeCopy.js';
import { copyTables } from '../copyTables.js';
import { type Db, openExisting } from './database.js';
import { InstanceLock } from './instanceLock.js';

/** Where a table here is not as the target has it: a query that gives it so. */
const otherwise: Readonly<Record<string, string>> = {
  forward_queue: queue('forward_queue'),
  reply_queue: queue('reply_queue'),
  // Before there were consequences beside a reply, a kept event had its reply in columns of its own.
  ticket_events: `SELECT report_seq, sequence, applied, tracking_id, status, agency, message, due_at, at_ms,
      iif(applied, NULL, coalesce(consequences, json_object('reply',
        iif(reply_kind IS NULL, NULL, json_object('kind', reply_kind, 'text', reply_text))))) AS consequences
    FROM ticket_events`,
  // A receipt that came early is there a segment without a reply.
  reply_segments: `SELECT channel_id, external_id, reply_seq, state, 0 AS heard_ms FROM reply_segments
    UNION ALL
    SELECT channel_id, external_id, NULL, CASE max(CASE state WHEN 'delivered' THEN 2 WHEN 'undelivered' THEN 1 ELSE 0 END)
        WHEN 2 THEN 'delivered' WHEN 1 THEN 'undelivered' ELSE 'in_transit' END, max(at_ms)
    FROM early_receipts e
    WHERE NOT EXISTS (SELECT 1 FROM reply_segments s WHERE s.channel_id = e.channel_id AND s.external_id = e.external_id)
    GROUP BY channel_id, external_id`,
};

/** What was leased is free again, and perhaps done: no gateway runs. */
function queue(name: string): string {
  const leased = `SELECT j.value FROM leases l, json_each(l.seqs) j WHERE l.queue = '${name}'`;
  return `SELECT seq, lane, sender_id, iif(state = 2, due_ms, 0) AS due_ms, attempts,
      uncertain_attempts + (state = 0 AND seq IN (${leased})) AS uncertain_attempts FROM ${name}`;
}

/** @throws when a gateway runs on the file, or its schema is not this program's. */
export function openCopySource(file: string): CopySource {
  const lock = new InstanceLock(file);
  try {
    return new SqliteCopySource(openExisting(file), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

class SqliteCopySource implements CopySource {
  readonly tables = copyTables;

  constructor(
    private readonly db: Db,
    private readonly lock: InstanceLock,
  ) {}

  read(table: CopyTable, after: CopyKey | null, limit: number): readonly CopyRow[] {
    const key = table.columns.slice(0, table.keyColumns).map(([name]) => name);
    const from = otherwise[table.name] === undefined ? table.name : `(${otherwise[table.name]})`;
    const names = table.columns.map(([name]) => name).join(', ');
    const since = after === null ? '' : `WHERE (${key.join(', ')}) > (${key.map(() => '?').join(', ')})`;
    const sql = `SELECT ${names} FROM ${from} ${since} ORDER BY ${key.join(', ')} LIMIT ?`;
    const rows = this.db
      .prepare<unknown[], CopyValue[]>(sql)
      .raw()
      .all(...(after ?? []), limit);
    return rows.map((row) => row.map((value, index) => converted(value, table.columns[index]?.[1] ?? 'text')));
  }

  close(): void {
    this.db.close();
    this.lock.release();
  }
}

function converted(value: CopyValue, type: CopyType): CopyValue {
  if (value === null) return null;
  if (type === 'boolean') return value === 1;
  if (type === 'uuid' && Buffer.isBuffer(value)) return idToText(value);
  return value;
}

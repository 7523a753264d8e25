import { BulkInsert } from './bulk.js';
import type { Tx } from './database.js';

interface Note {
  readonly reportSeq: number;
  readonly atMs: number;
  readonly what: string;
  readonly detail: string;
}

const insert = new BulkInsert<{ report_seq: number; at_ms: number; what: string; detail: string }>('journal', {
  report_seq: 'bigint',
  at_ms: 'bigint',
  what: 'text',
  detail: 'text',
});

/** Notes what happened to reports out of the ordinary: attempts that failed, operators' acts. */
export function note(tx: Tx, notes: readonly Note[]): void {
  if (notes.length === 0) return;
  const rows = notes.map(({ reportSeq, atMs, what, detail }) => ({ report_seq: reportSeq, at_ms: atMs, what, detail }));
  tx.send(insert.sql, insert.values(rows));
}

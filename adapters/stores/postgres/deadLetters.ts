import type { DeadLetter, DeadLetterKind, DeadLetterQuery } from '../../../src/ports/store.js';
import { BulkInsert } from './bulk.js';
import type { Database, Tx } from './database.js';

/** An open dead letter, with what is needed to put its subject back. */
export interface OpenLetter {
  readonly id: number;
  readonly kind: DeadLetterKind;
  readonly subject_seq: number;
  readonly channel_id: number;
}

interface LetterRow {
  readonly id: number;
  readonly kind: DeadLetterKind;
  readonly subject_seq: number;
  readonly subject: string | null;
  readonly channel: string;
  readonly code: string;
  readonly message: string;
  readonly at_ms: number;
}

export interface NewLetter {
  readonly kind: DeadLetterKind;
  readonly subject_seq: number;
  readonly channel_id: number;
  readonly code: string;
  readonly message: string;
  readonly at_ms: number;
}

const insert = new BulkInsert<NewLetter>('dead_letters', {
  kind: 'text',
  subject_seq: 'bigint',
  channel_id: 'integer',
  code: 'text',
  message: 'text',
  at_ms: 'bigint',
});

const openLetters = `SELECT d.id, d.kind, d.subject_seq, coalesce(r.id, a.id)::text AS subject, c.name AS channel, d.code,
    d.message, d.at_ms
  FROM dead_letters d JOIN channels c ON c.id = d.channel_id
  LEFT JOIN reports r ON d.kind = 'report' AND r.seq = d.subject_seq
  LEFT JOIN replies a ON d.kind = 'reply' AND a.seq = d.subject_seq
  WHERE d.closed_ms IS NULL AND d.id > $1 AND ($2::text IS NULL OR d.code = $2)
  ORDER BY d.id LIMIT $3`;

/** What could not go on by itself and waits for an operator. */
export const deadLetters = {
  open(tx: Tx, letters: readonly NewLetter[]): void {
    if (letters.length > 0) tx.send(insert.sql, insert.values(letters));
  },

  async list(database: Database, { limit = 100, afterId = 0, code }: DeadLetterQuery): Promise<DeadLetter[]> {
    const rows = await database.query<LetterRow>(openLetters, [afterId, code ?? null, limit]);
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      subject: row.subject ?? String(row.subject_seq),
      channelId: row.channel,
      code: row.code,
      message: row.message,
      atMs: row.at_ms,
    }));
  },

  /** @returns those that were open. */
  close(tx: Tx, ids: readonly number[], resolution: string, nowMs: number): Promise<OpenLetter[]> {
    return tx.query<OpenLetter>(
      `UPDATE dead_letters SET closed_ms = $3, resolution = $2 WHERE id = ANY($1::bigint[]) AND closed_ms IS NULL
       RETURNING id, kind, subject_seq, channel_id`,
      [ids, resolution, nowMs],
    );
  },

  /** As `close`, for what has a queue to go back to: a part that could not be read waits for a charset fix. */
  closeForRetry(tx: Tx, ids: readonly number[], nowMs: number): Promise<OpenLetter[]> {
    return tx.query<OpenLetter>(
      `UPDATE dead_letters SET closed_ms = $2, resolution = 'retried'
       WHERE id = ANY($1::bigint[]) AND closed_ms IS NULL AND kind <> 'part'
       RETURNING id, kind, subject_seq, channel_id`,
      [ids, nowMs],
    );
  },
};

import { idToText } from '../../../src/domain/id.js';
import type { DeadLetter, DeadLetterKind, DeadLetterQuery } from '../../../src/ports/store.js';
import type { Db } from './database.js';

/** An open dead letter, with what is needed to put its subject back. */
export interface OpenLetter {
  readonly id: number;
  readonly kind: DeadLetterKind;
  readonly subjectSeq: number;
  readonly channelId: number;
}

interface LetterRow {
  readonly id: number;
  readonly kind: DeadLetterKind;
  readonly subject_seq: number;
  readonly subject: Buffer | null;
  readonly channel: string;
  readonly code: string;
  readonly message: string;
  readonly at_ms: number;
}

/** What could not go on by itself and waits for an operator. Runs inside a transaction. */
export class DeadLetters {
  readonly #add;
  readonly #open;
  readonly #find;
  readonly #close;
  readonly #count;

  constructor(db: Db) {
    this.#add = db.prepare<[string, number, number, string, string, number]>(
      'INSERT INTO dead_letters (kind, subject_seq, channel_id, code, message, at_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#open = db.prepare<[{ afterId: number; code: string | null; limit: number }], LetterRow>(
      `SELECT d.id, d.kind, d.subject_seq, coalesce(r.id, a.id) AS subject, c.name AS channel, d.code, d.message, d.at_ms
       FROM dead_letters d JOIN channels c ON c.id = d.channel_id
       LEFT JOIN reports r ON d.kind = 'report' AND r.seq = d.subject_seq
       LEFT JOIN replies a ON d.kind = 'reply' AND a.seq = d.subject_seq
       WHERE d.closed_ms IS NULL AND d.id > @afterId AND (@code IS NULL OR d.code = @code)
       ORDER BY d.id LIMIT @limit`,
    );
    this.#find = db.prepare<[number], OpenLetter>(
      `SELECT id, kind, subject_seq AS subjectSeq, channel_id AS channelId
       FROM dead_letters WHERE id = ? AND closed_ms IS NULL`,
    );
    this.#close = db.prepare<[number, string, number]>(
      'UPDATE dead_letters SET closed_ms = ?, resolution = ? WHERE id = ? AND closed_ms IS NULL',
    );
    this.#count = db.prepare<[], { count: number }>(
      'SELECT count(*) AS count FROM dead_letters WHERE closed_ms IS NULL',
    );
  }

  open(kind: DeadLetterKind, seq: number, channelId: number, code: string, message: string, atMs: number): void {
    this.#add.run(kind, seq, channelId, code, message, atMs);
  }

  list({ limit = 100, afterId = 0, code }: DeadLetterQuery): DeadLetter[] {
    return this.#open.all({ afterId, code: code ?? null, limit }).map((row) => ({
      id: row.id,
      kind: row.kind,
      subject: row.subject === null ? String(row.subject_seq) : idToText(row.subject),
      channelId: row.channel,
      code: row.code,
      message: row.message,
      atMs: row.at_ms,
    }));
  }

  find(id: number): OpenLetter | null {
    return this.#find.get(id) ?? null;
  }

  close(id: number, resolution: string, nowMs: number): boolean {
    return this.#close.run(nowMs, resolution, id).changes === 1;
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }
}

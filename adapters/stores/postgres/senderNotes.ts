import type { NewQuestion, NoteChanges } from '../../../src/ports/conversation.js';
import { changedColumns, type NotesRow as Notes, questionColumns } from '../senderRows.js';
import { type PgType, unnest } from './bulk.js';
import type { Tx } from './database.js';

export type NotesRow = Notes<boolean>;

/** Something to be noted of the sender of a report. */
export interface Notice {
  readonly reportSeq: number;
  readonly changes?: NoteChanges | undefined;
  /** Asked about this report's ticket. */
  readonly question?: NewQuestion | undefined;
  readonly atMs: number;
}

const columnTypes: Readonly<Record<keyof NotesRow, PgType>> = {
  stopped: 'boolean',
  language: 'text',
  pace_since_ms: 'bigint',
  pace_answers: 'integer',
  question: 'text',
  question_seq: 'bigint',
  asked_ms: 'bigint',
  question_until_ms: 'bigint',
};
const columns = Object.keys(columnTypes) as (keyof NotesRow)[];

/** A sender without a row gets one, so that there is something to hold. */
const begin = `INSERT INTO sender_notes (sender_id)
  SELECT DISTINCT sender_id FROM reports WHERE seq = ANY($1::bigint[]) ORDER BY sender_id ON CONFLICT DO NOTHING`;
const hold = `SELECT r.seq, n.sender_id, ${columns.map((name) => `n.${name}`).join(', ')} FROM unnest($1::bigint[]) AS g (seq) JOIN reports r ON r.seq = g.seq
  JOIN sender_notes n ON n.sender_id = r.sender_id ORDER BY n.sender_id FOR UPDATE OF n`;
const set = `UPDATE sender_notes n SET ${columns.map((name) => `${name} = g.${name}`).join(', ')}
  FROM ${unnest(['bigint', ...columns.map((name) => columnTypes[name])])} AS g (sender_id, ${columns.join(', ')})
  WHERE n.sender_id = g.sender_id`;
const endQuestion = `UPDATE sender_notes SET question = NULL, question_seq = NULL, asked_ms = NULL, question_until_ms = NULL
  WHERE sender_id = (SELECT sender_id FROM reports WHERE seq = $1) AND question = 'needs_info' AND question_seq = $1`;

/** What is noted of senders. */
export const senderNotes = {
  async change(tx: Tx, given: readonly Notice[]): Promise<void> {
    const notices = given.filter(({ changes, question }) => changes !== undefined || question !== undefined);
    if (notices.length === 0) return;
    const seqs = [notices.map(({ reportSeq }) => reportSeq)];
    tx.send(begin, seqs);
    const rows = await tx.query<NotesRow & { seq: number; sender_id: number }>(hold, seqs);
    const senderOf = new Map(rows.map((row) => [row.seq, row.sender_id]));
    const notes = new Map<number, NotesRow>(rows.map((row) => [row.sender_id, row]));
    for (const { reportSeq, changes, question, atMs } of notices) {
      const sender = senderOf.get(reportSeq);
      const known = sender === undefined ? undefined : notes.get(sender);
      if (sender === undefined || known === undefined) continue;
      notes.set(sender, {
        ...known,
        ...(changes === undefined ? {} : changedColumns(changes, (flag) => flag)),
        ...(question === undefined ? {} : questionColumns(question, reportSeq, atMs)),
      });
    }
    const all = [...notes.values()];
    tx.send(set, [[...notes.keys()], ...columns.map((name) => all.map((row) => row[name]))]);
  },

  /** The agency's question about a ticket that has moved on. */
  endQuestion(tx: Tx, reportSeq: number): void {
    tx.send(endQuestion, [reportSeq]);
  },

  /** @returns the reports whose senders said STOP. */
  async stopped(tx: Tx, reportSeqs: readonly number[]): Promise<ReadonlySet<number>> {
    if (reportSeqs.length === 0) return new Set();
    const rows = await tx.query<{ seq: number }>(
      `SELECT r.seq FROM unnest($1::bigint[]) AS g (seq) JOIN reports r ON r.seq = g.seq
       JOIN sender_notes n ON n.sender_id = r.sender_id WHERE n.stopped`,
      [reportSeqs],
    );
    return new Set(rows.map(({ seq }) => seq));
  },
};

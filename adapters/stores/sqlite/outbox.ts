import type { ReplyKind } from '../../../src/domain/reply.js';
import type { NewReply } from '../../../src/ports/conversation.js';
import type { Db } from './database.js';
import type { Journal } from './journal.js';
import type { ReplyRows, ReplyTo } from './replyRows.js';
import type { SenderNotes } from './senderNotes.js';

interface NoticeRow {
  readonly id: number;
  readonly report_seq: number;
  readonly kind: ReplyKind;
  readonly text: string;
  readonly unasked: number;
  readonly unmoved_sequence: number | null;
  readonly at_ms: number;
}

/** Sees to it that replies go when they may: at once, later, or not at all. Runs inside a transaction. */
export class Outbox {
  readonly #hold;
  readonly #due;
  readonly #remove;
  readonly #moved;
  readonly #count;

  constructor(
    db: Db,
    private readonly replies: ReplyRows,
    private readonly notes: SenderNotes,
    private readonly journal: Journal,
  ) {
    this.#hold = db.prepare<
      [{ seq: number; kind: ReplyKind; text: string; at: number; unasked: number; moved: number; now: number }]
    >(
      `INSERT INTO notices (report_seq, kind, text, not_before_ms, unasked, unmoved_sequence, at_ms)
       VALUES (@seq, @kind, @text, @at, @unasked,
               iif(@moved, (SELECT sequence FROM tickets WHERE report_seq = @seq), NULL), @now)`,
    );
    this.#due = db.prepare<[number, number], NoticeRow>(
      `SELECT id, report_seq, kind, text, unasked, unmoved_sequence, at_ms
       FROM notices WHERE not_before_ms <= ? ORDER BY not_before_ms, id LIMIT ?`,
    );
    this.#remove = db.prepare<[string]>('DELETE FROM notices WHERE id IN (SELECT value FROM json_each(?))');
    this.#moved = db.prepare<[number, number, number], { moved: number }>(
      `SELECT t.sequence <> ? OR EXISTS (SELECT 1 FROM handled_messages h WHERE h.ticket_seq = t.report_seq AND h.at_ms >= ?
           AND h.handled_as = 'followed_up')
         AS moved FROM tickets t WHERE t.report_seq = ?`,
    );
    this.#count = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM notices');
  }

  /** Queues what may go now and keeps the rest. */
  add(replies: readonly ReplyTo[]): void {
    this.replies.add(replies.filter((one) => this.#goesNow(one)));
  }

  /** @returns how many were taken. */
  release(nowMs: number, limit: number): number {
    const due = this.#due.all(nowMs, limit);
    if (due.length === 0) return 0;
    this.#remove.run(JSON.stringify(due.map(({ id }) => id)));
    const wanted = due.filter((notice) => {
      const reason = this.#whyDropped(notice);
      if (reason !== null) this.#drop(notice.report_seq, notice.kind, reason, nowMs);
      return reason === null;
    });
    this.replies.add(
      wanted.map(({ report_seq: reportSeq, kind, text }) => ({ reportSeq, reply: { kind, text }, atMs: nowMs })),
    );
    return due.length;
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  #goesNow({ reportSeq, reply, atMs }: ReplyTo): boolean {
    const { notBeforeMs = atMs, unasked = false } = reply;
    if (unasked && this.notes.hasStopped(reportSeq)) {
      this.#drop(reportSeq, reply.kind, stopped, atMs);
      return false;
    }
    if (notBeforeMs <= atMs) return true;
    this.#keep(reportSeq, reply, notBeforeMs, atMs);
    return false;
  }

  #keep(seq: number, { kind, text, unasked, whileUnmoved }: NewReply, at: number, now: number): void {
    this.#hold.run({ seq, kind, text, at, unasked: unasked ? 1 : 0, moved: whileUnmoved ? 1 : 0, now });
  }

  #whyDropped(notice: NoticeRow): string | null {
    const { report_seq: reportSeq, unasked, unmoved_sequence: sequence, at_ms: atMs } = notice;
    if (unasked === 1 && this.notes.hasStopped(reportSeq)) return stopped;
    if (sequence === null) return null;
    return this.#moved.get(sequence, atMs, reportSeq)?.moved === 0
      ? null
      : 'the ticket moved or its sender followed it up';
  }

  #drop(reportSeq: number, kind: ReplyKind, reason: string, atMs: number): void {
    this.journal.note(reportSeq, atMs, 'reply dropped', `${kind}: ${reason}`);
  }
}

const stopped = 'the sender said STOP';

import type { ReplyKind } from '../../../src/domain/reply.js';
import { storable, unnest } from './bulk.js';
import type { Tx } from './database.js';
import { note } from './journal.js';
import type { ReplyRows, ReplyTo } from './replyRows.js';
import { senderNotes } from './senderNotes.js';

interface DueRow {
  readonly id: number;
  readonly report_seq: number;
  readonly kind: ReplyKind;
  readonly text: string;
  readonly stopped: boolean;
  readonly moved: boolean;
}

const hold = `INSERT INTO notices (report_seq, kind, text, not_before_ms, unasked, at_ms, unmoved_sequence)
  SELECT g.seq, g.kind, g.text, g.not_before_ms, g.unasked, g.at_ms,
    CASE WHEN g.while_unmoved THEN (SELECT t.sequence FROM tickets t WHERE t.report_seq = g.seq) END
  FROM ${unnest(['bigint', 'text', 'text', 'bigint', 'boolean', 'bigint', 'boolean'])} WITH ORDINALITY
    AS g (seq, kind, text, not_before_ms, unasked, at_ms, while_unmoved, place)
  ORDER BY g.place`;

/** Only one node takes a notice: the others pass over what it holds. */
const due = `WITH due AS MATERIALIZED (
    SELECT * FROM notices WHERE not_before_ms <= $1 ORDER BY not_before_ms, id LIMIT $2 FOR UPDATE SKIP LOCKED)
  SELECT d.id, d.report_seq, d.kind, d.text, d.unasked AND coalesce(n.stopped, false) AS stopped,
    d.unmoved_sequence IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM tickets t WHERE t.report_seq = d.report_seq AND t.sequence = d.unmoved_sequence AND NOT EXISTS (
        SELECT 1 FROM handled_messages h
        WHERE h.ticket_seq = d.report_seq AND h.at_ms >= d.at_ms AND h.handled_as = 'followed_up')) AS moved
  FROM due d JOIN reports r ON r.seq = d.report_seq LEFT JOIN sender_notes n ON n.sender_id = r.sender_id
  ORDER BY d.not_before_ms, d.id`;

const reasons = { stopped: 'the sender said STOP', moved: 'the ticket moved or its sender followed it up' } as const;

/** Sees to it that replies go when they may: at once, later, or not at all. */
export class Outbox {
  constructor(private readonly replies: ReplyRows) {}

  /** Queues what may go now and keeps the rest. */
  async add(tx: Tx, replies: readonly ReplyTo[]): Promise<void> {
    if (replies.length === 0) return;
    const unasked = replies.filter(({ reply }) => reply.unasked);
    const stopped = await senderNotes.stopped(
      tx,
      unasked.map(({ reportSeq }) => reportSeq),
    );
    for (const { reportSeq, reply, atMs } of unasked) {
      if (stopped.has(reportSeq)) drop(tx, reportSeq, reply.kind, reasons.stopped, atMs);
    }
    const wanted = replies.filter(({ reportSeq, reply }) => !(reply.unasked && stopped.has(reportSeq)));
    const isLater = ({ reply, atMs }: ReplyTo): boolean => (reply.notBeforeMs ?? atMs) > atMs;
    keep(tx, wanted.filter(isLater));
    this.replies.add(
      tx,
      wanted.filter((one) => !isLater(one)),
    );
  }

  /** @returns how many were taken. */
  async release(tx: Tx, nowMs: number, limit: number): Promise<number> {
    const rows = await tx.query<DueRow>(due, [nowMs, limit]);
    if (rows.length === 0) return 0;
    tx.send('DELETE FROM notices WHERE id = ANY($1::bigint[])', [rows.map(({ id }) => id)]);
    for (const row of rows.filter(({ stopped, moved }) => stopped || moved)) {
      drop(tx, row.report_seq, row.kind, row.stopped ? reasons.stopped : reasons.moved, nowMs);
    }
    this.replies.add(
      tx,
      rows
        .filter(({ stopped, moved }) => !stopped && !moved)
        .map(({ report_seq: reportSeq, kind, text }) => ({ reportSeq, reply: { kind, text }, atMs: nowMs })),
    );
    return rows.length;
  }
}

function keep(tx: Tx, replies: readonly ReplyTo[]): void {
  if (replies.length === 0) return;
  tx.send(hold, [
    replies.map(({ reportSeq }) => reportSeq),
    replies.map(({ reply }) => reply.kind),
    replies.map(({ reply }) => storable(reply.text)),
    replies.map(({ reply }) => reply.notBeforeMs),
    replies.map(({ reply }) => reply.unasked ?? false),
    replies.map(({ atMs }) => atMs),
    replies.map(({ reply }) => reply.whileUnmoved ?? false),
  ]);
}

function drop(tx: Tx, reportSeq: number, kind: ReplyKind, reason: string, atMs: number): void {
  note(tx, [{ reportSeq, atMs, what: 'reply dropped', detail: `${kind}: ${reason}` }]);
}

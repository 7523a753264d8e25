import type { Handled, HandledAs } from '../../../src/ports/conversation.js';
import { BulkInsert } from './bulk.js';
import type { Tx } from './database.js';
import type { Outbox } from './outbox.js';
import { senderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

interface HandledRow {
  readonly report_seq: number;
  readonly handled_as: HandledAs;
  readonly ticket_seq: number | null;
  readonly detail: string;
  readonly at_ms: number;
}

const insert = new BulkInsert<HandledRow>(
  'handled_messages',
  { report_seq: 'bigint', handled_as: 'text', ticket_seq: 'bigint', detail: 'text', at_ms: 'bigint' },
  `ON CONFLICT (report_seq) DO UPDATE SET handled_as = excluded.handled_as, ticket_seq = excluded.ticket_seq,
     detail = excluded.detail, at_ms = excluded.at_ms`,
);

/** Messages that made no report of their own. */
export async function recordHandled(
  tx: Tx,
  items: readonly Handled[],
  queue: WorkQueue,
  outbox: Outbox,
): Promise<void> {
  const queued = await queue.done(
    tx,
    items.map(({ seq }) => seq),
  );
  // Another worker was quicker: one answer is enough.
  const taken = items.filter(({ seq }) => queued.has(seq));
  if (taken.length === 0) return;
  const rows = taken.map(({ seq, as, ticketSeq, detail, atMs }) => ({
    report_seq: seq,
    handled_as: as,
    ticket_seq: ticketSeq,
    detail,
    at_ms: atMs,
  }));
  tx.send(insert.sql, insert.values(rows));
  await senderNotes.change(
    tx,
    taken.map(({ seq, notes, atMs }) => ({ reportSeq: seq, changes: notes, atMs })),
  );
  await outbox.add(
    tx,
    taken.flatMap(({ seq, reply, atMs }) => (reply === null ? [] : [{ reportSeq: seq, reply, atMs }])),
  );
}

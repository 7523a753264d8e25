import type { Buried } from '../../../src/ports/store.js';
import type { Tx } from './database.js';
import { deadLetters } from './deadLetters.js';
import type { ReplyRows } from './replyRows.js';
import { senderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

/** Makes dead letters of reports that are still queued, notes what there is to note, and queues what their senders are told. */
export async function bury(tx: Tx, items: readonly Buried[], queue: WorkQueue, replies: ReplyRows): Promise<void> {
  const left = await queue.done(
    tx,
    items.map((item) => item.seq),
  );
  const buried = items.filter((item) => left.has(item.seq));
  const rows = await tx.query<{ seq: number; channel_id: number }>(
    'SELECT seq, channel_id FROM reports WHERE seq = ANY($1::bigint[])',
    [buried.map((item) => item.seq)],
  );
  const channelOf = new Map(rows.map((row) => [row.seq, row.channel_id]));
  deadLetters.open(
    tx,
    buried.map(({ seq, code, message, atMs }) => ({
      kind: 'report',
      subject_seq: seq,
      channel_id: channelOf.get(seq) as number,
      code,
      message,
      at_ms: atMs,
    })),
  );
  await senderNotes.change(
    tx,
    buried.map(({ seq, notes, atMs }) => ({ reportSeq: seq, changes: notes, atMs })),
  );
  replies.add(
    tx,
    buried.flatMap(({ seq, reply, atMs }) => (reply === null ? [] : [{ reportSeq: seq, reply, atMs }])),
  );
}

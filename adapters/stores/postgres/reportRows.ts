import { IdGenerator, idToText } from '../../../src/domain/id.js';
import type { ReportClaim, StoredMessage } from '../../../src/ports/store.js';
import { listOrNull, type MessageRow, type NewMessage, toMessage } from '../messageRows.js';
import { nobodyKnown } from '../senderRows.js';
import { BulkInsert, storableJson } from './bulk.js';
import type { Tx } from './database.js';
import { type KnownRow, knownColumns, type SenderContexts } from './senderContexts.js';
import type { WorkQueue } from './workQueue.js';

/** The forwarding queue has one lane: there is one tracker. */
export const forwardLane = 0;

export interface NewReport extends NewMessage {
  readonly seq: number;
}

interface InsertedRow {
  readonly seq: number;
  readonly id: string;
  readonly channel_id: number;
  readonly sender_id: number;
  readonly received_ms: number;
  readonly recipient: string;
  readonly encoding: string;
  readonly parts: number;
  readonly external_ids: string | null;
  readonly flags: string | null;
  readonly extras: string | null;
  readonly text: string;
  readonly change: StoredMessage['change'];
  readonly about_seq: number | null;
}

const insert = new BulkInsert<InsertedRow>('reports', {
  seq: 'bigint',
  id: 'uuid',
  channel_id: 'integer',
  sender_id: 'bigint',
  received_ms: 'bigint',
  recipient: 'text',
  encoding: 'text',
  parts: 'integer',
  external_ids: 'text',
  flags: 'text',
  extras: 'text',
  text: 'text',
  change: 'text',
  about_seq: 'bigint',
});

interface ClaimRow extends MessageRow, KnownRow {
  readonly seq: number;
  readonly attempts: number;
}

/** Of the reports that were just leased. */
const reading = `SELECT l.seq, l.attempts, r.id, r.received_ms, c.name AS channel, c.medium, r.recipient, s.ref, r.text,
    r.encoding, r.parts, r.external_ids, r.flags, r.extras, r.change, ${knownColumns}
  FROM leased l JOIN reports r ON r.seq = l.seq
  JOIN channels c ON c.id = r.channel_id JOIN senders s ON s.id = r.sender_id
  LEFT JOIN sender_notes n ON n.sender_id = r.sender_id
  ORDER BY l.seq`;

/** Reports as rows. */
export class ReportRows {
  readonly #ids = new IdGenerator();

  constructor(
    private readonly queue: WorkQueue,
    private readonly contexts: SenderContexts,
  ) {}

  /** Reports and their places in the forwarding queue. */
  add(tx: Tx, reports: readonly NewReport[]): void {
    if (reports.length === 0) return;
    // By seq, so that ids sort as numbers do.
    const sorted = [...reports].sort((one, other) => one.seq - other.seq);
    tx.send(insert.sql, insert.values(sorted.map((report) => this.#toRow(report))));
    this.queue.add(
      tx,
      sorted.map(({ seq, senderId }) => ({ seq, senderId, lane: forwardLane })),
    );
  }

  async claim(tx: Tx, limit: number, nowMs: number, untilMs: number): Promise<ReportClaim[]> {
    const rows = await this.queue.claim<ClaimRow>(tx, { lane: forwardLane, limit, nowMs, untilMs }, reading);
    const claimed = rows.map((row) => ({ seq: row.seq, attempts: row.attempts, message: toMessage(row), known: row }));
    const contexts = await this.contexts.of(tx, claimed);
    return claimed.map(({ seq, attempts, message }) => {
      return { seq, attempts, message, context: contexts.get(seq) ?? nobodyKnown };
    });
  }

  #toRow(report: NewReport): InsertedRow {
    return {
      seq: report.seq,
      id: idToText(this.#ids.next()),
      channel_id: report.channelId,
      sender_id: report.senderId,
      received_ms: report.receivedMs,
      recipient: report.recipient,
      encoding: report.encoding,
      parts: report.parts,
      external_ids: listOrNull(report.externalIds, storableJson),
      flags: listOrNull(report.flags, storableJson),
      extras: report.extras === undefined ? null : storableJson(report.extras),
      text: report.text,
      change: report.changes?.change ?? null,
      about_seq: report.changes?.aboutSeq ?? null,
    };
  }
}

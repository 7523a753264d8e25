import { IdGenerator } from '../../../src/domain/id.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import { listOrNull, type MessageRow, type NewMessage, toMessage } from '../messageRows.js';
import type { Db } from './database.js';
import { JsonRows } from './jsonRows.js';
import type { WorkQueue } from './workQueue.js';

/** The forwarding queue has one lane: there is one tracker. */
export const forwardLane = 0;

type ReportColumns = readonly [
  seq: number,
  id: string,
  receivedMs: number,
  channel: string,
  medium: string,
  recipient: string,
  ref: string,
  text: string,
  encoding: string,
  parts: number,
  externalIds: string | null,
  flags: string | null,
  extras: string | null,
  change: MessageRow['change'],
];

/** Reports as rows. Runs inside a transaction. */
export class ReportRows {
  readonly #ids = new IdGenerator();
  readonly #add;
  readonly #read;

  constructor(
    db: Db,
    private readonly queue: WorkQueue,
  ) {
    this.#add = db.prepare(
      `INSERT INTO reports (id, channel_id, sender_id, received_ms, recipient, encoding, parts, external_ids, flags, extras,
                            text, change, about_seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#read = new JsonRows(
      db,
      `SELECT r.seq, hex(r.id) AS id, r.received_ms, c.name AS channel, c.medium, r.recipient, s.ref, r.text, r.encoding, r.parts,
              r.external_ids, r.flags, r.extras, r.change
       FROM json_each(?) j CROSS JOIN reports r ON r.seq = j.value
       JOIN channels c ON c.id = r.channel_id JOIN senders s ON s.id = r.sender_id`,
      seqAndMessage,
    );
  }

  /** The report and its place in the forwarding queue. @returns its seq. */
  add(report: NewMessage): number {
    const { lastInsertRowid } = this.#add.run(
      this.#ids.next(),
      report.channelId,
      report.senderId,
      report.receivedMs,
      report.recipient,
      report.encoding,
      report.parts,
      listOrNull(report.externalIds, JSON.stringify),
      listOrNull(report.flags, JSON.stringify),
      report.extras === undefined ? null : JSON.stringify(report.extras),
      report.text,
      report.changes?.change ?? null,
      report.changes?.aboutSeq ?? null,
    );
    const seq = Number(lastInsertRowid);
    this.queue.add(seq, forwardLane, report.senderId);
    return seq;
  }

  /** By seq. */
  read(seqs: readonly number[]): ReadonlyMap<number, StoredMessage> {
    return new Map(this.#read.all(JSON.stringify(seqs)));
  }
}

function seqAndMessage(columns: ReportColumns): [seq: number, message: StoredMessage] {
  const [
    seq,
    id,
    received_ms,
    channel,
    medium,
    recipient,
    ref,
    text,
    encoding,
    parts,
    external_ids,
    flags,
    extras,
    change,
  ] = columns;
  const row: MessageRow = {
    id,
    received_ms,
    channel,
    medium,
    recipient,
    ref,
    text,
    encoding,
    parts,
    external_ids,
    flags,
    extras,
    change,
  };
  return [seq, toMessage(row)];
}

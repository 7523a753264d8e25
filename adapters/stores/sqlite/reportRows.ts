import { IdGenerator, idToText } from '../../../src/domain/id.js';
import type { PartExtras } from '../../../src/ports/channel.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import type { Db } from './database.js';
import type { ChangeOf } from './earlierMessages.js';
import type { WorkQueue } from './workQueue.js';

/** The forwarding queue has one lane: there is one tracker. */
export const forwardLane = 0;

export interface NewReport {
  readonly channelId: number;
  readonly senderId: number;
  readonly receivedMs: number;
  readonly recipient: string;
  readonly text: string;
  readonly encoding: string;
  readonly parts: number;
  readonly externalIds: readonly string[];
  readonly flags: readonly string[];
  readonly extras: PartExtras | undefined;
  /** Absent: it stands by itself. */
  readonly changes?: ChangeOf;
}

interface ReportRow {
  readonly seq: number;
  readonly id: Buffer;
  readonly received_ms: number;
  readonly channel: string;
  readonly medium: string;
  readonly recipient: string;
  readonly ref: string;
  readonly text: string;
  readonly encoding: string;
  readonly parts: number;
  readonly external_ids: string | null;
  readonly flags: string | null;
  readonly extras: string | null;
  readonly change: StoredMessage['change'];
}

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
    this.#read = db.prepare<[string], ReportRow>(
      `SELECT r.seq, r.id, r.received_ms, c.name AS channel, c.medium, r.recipient, s.ref, r.text, r.encoding, r.parts,
              r.external_ids, r.flags, r.extras, r.change
       FROM json_each(?) j CROSS JOIN reports r ON r.seq = j.value
       JOIN channels c ON c.id = r.channel_id JOIN senders s ON s.id = r.sender_id`,
    );
  }

  /** The report and its place in the forwarding queue. @returns its seq. */
  add(report: NewReport): number {
    const { lastInsertRowid } = this.#add.run(
      this.#ids.next(),
      report.channelId,
      report.senderId,
      report.receivedMs,
      report.recipient,
      report.encoding,
      report.parts,
      listOrNull(report.externalIds),
      listOrNull(report.flags),
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
    return new Map(this.#read.all(JSON.stringify(seqs)).map((row) => [row.seq, toMessage(row)]));
  }
}

function toMessage(row: ReportRow): StoredMessage {
  return {
    id: idToText(row.id),
    receivedAtMs: row.received_ms,
    channelId: row.channel,
    medium: row.medium,
    address: row.recipient,
    senderRef: row.ref,
    text: row.text,
    encoding: row.encoding,
    parts: row.parts,
    externalIds: parsedOr(row.external_ids, []),
    flags: parsedOr(row.flags, []),
    extras: parsedOr(row.extras, {}),
    change: row.change,
  };
}

/** Most SMS have none of these: a null costs nothing to write and to read. */
function listOrNull(values: readonly string[]): string | null {
  return values.length === 0 ? null : JSON.stringify(values);
}

function parsedOr<Value>(json: string | null, otherwise: Value): Value {
  return json === null ? otherwise : (JSON.parse(json) as Value);
}

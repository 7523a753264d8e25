import { IdGenerator } from '../../../src/domain/id.js';
import type { Part, PartKey } from '../../../src/ports/channel.js';
import type { Turn } from '../../../src/ports/turns.js';
import { column, type PgType } from './bulk.js';
import type { Tx } from './database.js';
import { forwardLane } from './reportRows.js';
import { turns } from './turns.js';

/**
 * What most SMS are: a whole message that can be read, from a channel without ids of its own. Unless its fingerprint is
 * known, what becomes of it needs no look at the store.
 */
export interface PlainPart extends Part {
  readonly text: string;
  readonly key: Extract<PartKey, { by: 'content' }>;
}

export interface PlainArrival {
  readonly part: PlainPart;
  readonly channelId: number;
  readonly senderId: number;
}

/** After a stall most of what comes is known. */
export function isPlain(part: Part): part is PlainPart {
  return (
    part.text !== null &&
    part.concat === null &&
    part.key.by === 'content' &&
    part.key.afterStall !== true &&
    part.externalId === null &&
    part.oddity === null &&
    part.extras === undefined &&
    part.about === undefined
  );
}

interface PlainRow {
  readonly sender_id: number;
  readonly channel_id: number;
  readonly fingerprint: Buffer;
  readonly link: number;
  readonly received_ms: number;
  readonly report_id: Buffer;
  readonly recipient: string;
  readonly data_coding: number | null;
  readonly encoding: string;
  readonly text_offset: number;
  /** The sender's first in this statement, and whether it has others. */
  readonly leads: boolean;
  readonly followed: boolean;
  readonly text: string;
  readonly raw: Buffer;
}

/** What stands behind is read last: PostgreSQL finds a column by walking over those before it. */
const columns: { readonly [Name in keyof PlainRow]: PgType } = {
  sender_id: 'bigint',
  channel_id: 'integer',
  fingerprint: 'bytea',
  link: 'bigint',
  received_ms: 'bigint',
  report_id: 'uuid',
  recipient: 'text',
  data_coding: 'integer',
  encoding: 'text',
  text_offset: 'integer',
  leads: 'boolean',
  followed: 'boolean',
  text: 'text',
  raw: 'bytea',
};

const names = Object.keys(columns) as (keyof PlainRow)[];
const rows = names.map((name, index) => `unnest($${index + 1}::${columns[name]}[]) AS ${name}`).join(', ');

/**
 * Everything in one statement, and no answer. A fingerprint that is known violates its unique index, and so does a head of
 * a queue that another transaction has made meanwhile: then nothing of it is done. Nor is it where a turn is over.
 *
 * `keys` goes before `heads`, as everywhere: two transactions that meet over the same message must not wait for each other.
 * A head in the way is held to the end, for whoever takes it out must see what is parked behind it (see `enqueueing`).
 */
const takeIn = `WITH given AS MATERIALIZED (
    SELECT nextval('part_numbers') AS part_id, nextval('report_numbers') AS seq, ${rows}),
  keys AS (
    INSERT INTO part_fingerprints (channel_id, fingerprint, link, part_id, received_ms, copies)
    SELECT channel_id, fingerprint, link, part_id, received_ms, 1 FROM given RETURNING 1),
  evidence AS (
    INSERT INTO parts (id, report_seq, channel_id, sender_id, received_ms, recipient, data_coding, encoding, text_offset,
                       duplicate, raw)
    SELECT part_id, seq, channel_id, sender_id, received_ms, recipient, data_coding, encoding, text_offset, false, raw
    FROM given),
  messages AS (
    INSERT INTO reports (seq, id, channel_id, sender_id, received_ms, recipient, encoding, parts, text)
    SELECT seq, report_id, channel_id, sender_id, received_ms, recipient, encoding, 1, text FROM given),
  heads AS MATERIALIZED (
    SELECT q.seq, q.sender_id, q.followed FROM forward_queue q
    WHERE q.lane = ${forwardLane} AND q.state <> 3 AND q.sender_id = ANY($1::bigint[])
      AND (SELECT count(*) FROM keys) > 0
    ORDER BY q.sender_id FOR UPDATE),
  marked AS (
    UPDATE forward_queue q SET followed = true FROM heads h WHERE q.seq = h.seq AND NOT h.followed)
  INSERT INTO forward_queue (seq, lane, sender_id, state, followed)
  SELECT seq, ${forwardLane}, sender_id,
    CASE WHEN leads AND sender_id NOT IN (SELECT sender_id FROM heads) THEN 0 ELSE 3 END, followed
  FROM given WHERE ${turns.heldSql(names.length + 1)} = 1`;

/** Takes plain parts in, a group at a time. */
export class PlainParts {
  readonly #ids = new IdGenerator();

  /**
   * Waits for no answer. The transaction fails with SQLSTATE 23505 when one of them is known: see `takeIn`.
   * @param under turns that must not be over.
   */
  take(tx: Tx, arrivals: readonly PlainArrival[], under: readonly Turn[]): void {
    const perSender = new Map<number, number>();
    for (const { senderId } of arrivals) perSender.set(senderId, (perSender.get(senderId) ?? 0) + 1);
    const led = new Set<number>();
    const all = arrivals.map((arrival) => {
      const { senderId } = arrival;
      const leads = !led.has(senderId);
      led.add(senderId);
      return this.#toRow(arrival, leads, leads && (perSender.get(senderId) ?? 0) > 1);
    });
    const values = names.map((name) =>
      column(
        columns[name],
        all.map((row) => row[name]),
      ),
    );
    tx.send(takeIn, [...values, ...turns.heldValues(under)]);
  }

  #toRow({ part, channelId, senderId }: PlainArrival, leads: boolean, followed: boolean): PlainRow {
    return {
      sender_id: senderId,
      channel_id: channelId,
      fingerprint: part.key.fingerprint,
      link: part.key.link,
      received_ms: part.receivedAtMs,
      report_id: this.#ids.next(),
      recipient: part.to,
      data_coding: part.dataCoding,
      encoding: part.encoding,
      text_offset: part.textOffset,
      leads,
      followed,
      text: part.text,
      raw: part.raw,
    };
  }
}

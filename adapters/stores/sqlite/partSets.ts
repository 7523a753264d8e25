import type { Concat, Part } from '../../../src/ports/channel.js';
import type { StoreRules } from '../../../src/ports/store.js';
import { joinedMessage, type PieceRow } from '../messageRows.js';
import type { Db } from './database.js';
import type { ReportRows } from './reportRows.js';

/** A sender's 17th long message at once closes the first: no sender can make the gateway keep sets without bound. */
const openSetsPerSenderMax = 16;
const overdueBatch = 500;

interface SetRow {
  readonly id: number;
  readonly channel_id: number;
  readonly sender_id: number;
  readonly recipient: string;
  readonly total: number;
  readonly join_until_ms: number;
  readonly report_seq: number | null;
}

/** What a part is to the long messages known so far. */
export type SetPlace =
  | { readonly kind: 'in'; readonly setId: number }
  | { readonly kind: 'repeated'; readonly setId: number; readonly reportSeq: number | null };

/**
 * Joins the parts of long messages. The key is channel, sender, recipient, reference and total: never the link, for
 * parts come over different ones; always the sender, for two people may use one 8-bit reference at the same time.
 * Runs inside a transaction.
 */
export class PartSets {
  readonly #latest;
  readonly #add;
  readonly #openOfSender;
  readonly #partAt;
  readonly #parts;
  readonly #close;
  readonly #assign;
  readonly #overdue;
  readonly #count;

  constructor(
    db: Db,
    private readonly reports: ReportRows,
    private readonly rules: StoreRules,
  ) {
    const columns = 'id, channel_id, sender_id, recipient, total, join_until_ms, report_seq';
    this.#latest = db.prepare<[number, number, string, number, number], SetRow>(
      `SELECT ${columns} FROM part_sets
       WHERE channel_id = ? AND sender_id = ? AND recipient = ? AND reference = ? AND total = ? ORDER BY id DESC LIMIT 1`,
    );
    this.#add = db.prepare<[number, number, string, number, number, number]>(
      'INSERT INTO part_sets (channel_id, sender_id, recipient, reference, total, join_until_ms) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#openOfSender = db.prepare<[number], SetRow>(
      `SELECT ${columns} FROM part_sets WHERE sender_id = ? AND report_seq IS NULL ORDER BY id`,
    );
    this.#partAt = db.prepare<[number, number], { raw: Buffer }>(
      'SELECT raw FROM parts WHERE set_id = ? AND sequence = ? AND duplicate = 0',
    );
    this.#parts = db.prepare<[number], PieceRow>(
      `SELECT sequence, received_ms, external_id, encoding, text_offset, raw FROM parts
       WHERE set_id = ? AND duplicate = 0 ORDER BY sequence`,
    );
    this.#close = db.prepare<[number, number]>('UPDATE part_sets SET report_seq = ? WHERE id = ?');
    this.#assign = db.prepare<[number, number]>('UPDATE parts SET report_seq = ? WHERE set_id = ?');
    this.#overdue = db.prepare<[number, number], SetRow>(
      `SELECT ${columns} FROM part_sets WHERE report_seq IS NULL AND join_until_ms <= ? ORDER BY join_until_ms LIMIT ?`,
    );
    this.#count = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM part_sets WHERE report_seq IS NULL');
  }

  /** Finds or begins the set that a part belongs to. */
  place(part: Part, concat: Concat, channelId: number, senderId: number, joinUntilMs: number): SetPlace {
    const latest = this.#latest.get(channelId, senderId, part.to, concat.reference, concat.total);
    const place = latest === undefined ? null : this.#placeInLatest(latest, part, concat.sequence);
    if (place !== null) return place;
    this.#makeRoom(senderId);
    const added = this.#add.run(channelId, senderId, part.to, concat.reference, concat.total, joinUntilMs);
    return { kind: 'in', setId: Number(added.lastInsertRowid) };
  }

  /** After a part was stored: when the set is whole it becomes a report. @returns whether it did. */
  completeIfWhole(setId: number, total: number, part: Part, channelId: number, senderId: number): boolean {
    const parts = this.#parts.all(setId);
    if (parts.length < total) return false;
    this.#complete({ id: setId, channel_id: channelId, sender_id: senderId, recipient: part.to, total });
    return true;
  }

  /** @returns the number of each set's channel. */
  closeOverdue(nowMs: number): readonly number[] {
    const overdue = this.#overdue.all(nowMs, overdueBatch);
    for (const set of overdue) this.#complete(set);
    return overdue.map((set) => set.channel_id);
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /**
   * Past its time a set knows nothing any more: somebody whose phone counts from the same reference again may send
   * the same words again, and that is a message of its own.
   */
  #placeInLatest(latest: SetRow, part: Part, sequence: number): SetPlace | null {
    const known = this.#partAt.get(latest.id, sequence);
    const open = latest.report_seq === null;
    if (known === undefined && open) return { kind: 'in', setId: latest.id };
    if (known?.raw.equals(part.raw) && (open || part.receivedAtMs < latest.join_until_ms)) {
      return { kind: 'repeated', setId: latest.id, reportSeq: latest.report_seq };
    }
    // The phone has begun another message with the same reference: what there is of the first goes on.
    if (open) this.#complete(latest);
    return null;
  }

  #makeRoom(senderId: number): void {
    const open = this.#openOfSender.all(senderId);
    for (const set of open.slice(0, Math.max(0, open.length - openSetsPerSenderMax + 1))) this.#complete(set);
  }

  #complete(set: Omit<SetRow, 'join_until_ms' | 'report_seq'>): void {
    const rows = this.#parts.all(set.id);
    const reportSeq = this.reports.add(joinedMessage(set, rows, this.rules));
    this.#close.run(reportSeq, set.id);
    this.#assign.run(reportSeq, set.id);
  }
}

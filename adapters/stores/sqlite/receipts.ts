import {
  type ReceiptState,
  type ReplyState,
  receiptAdvances,
  replyStateOfSegments,
  type SegmentState,
} from '../../../src/domain/reply.js';
import type { Receipt } from '../../../src/ports/channel.js';
import type { ReceiptSummary } from '../../../src/ports/store.js';
import type { Db } from './database.js';
import type { SenderNotes } from './senderNotes.js';

/** A receipt that comes later than this after its reply was accepted is counted as late. */
const lateMs = 3_600_000;

interface SegmentRow {
  readonly external_id: string;
  readonly reply_seq: number;
  readonly state: SegmentState;
}

interface EarlyRow {
  readonly state: ReceiptState;
  readonly code: string;
  readonly at_ms: number;
}

/** What the channel calls the segments of a reply that it took. */
export interface Expected {
  readonly channelId: number;
  readonly replySeq: number;
  readonly externalIds: readonly string[];
}

/** Matches receipts with the segments they speak of. Runs inside a transaction. */
export class Receipts {
  readonly #addSegment;
  readonly #segment;
  readonly #segments;
  readonly #setSegment;
  readonly #setReply;
  readonly #forgetSegments;
  readonly #keep;
  readonly #anyEarly;
  readonly #early;
  readonly #dropEarly;
  readonly #dropOld;
  readonly #reportOf;

  constructor(
    db: Db,
    private readonly notes: SenderNotes,
  ) {
    // A telco that counts its ids from the start again means its newest message by an id.
    this.#addSegment = db.prepare<[number, string, number]>(
      `INSERT OR REPLACE INTO reply_segments (channel_id, external_id, reply_seq, state) VALUES (?, ?, ?, 'accepted')`,
    );
    this.#segment = db.prepare<[number, string], SegmentRow>(
      'SELECT external_id, reply_seq, state FROM reply_segments WHERE channel_id = ? AND external_id = ?',
    );
    this.#segments = db.prepare<[number], { state: SegmentState }>(
      'SELECT state FROM reply_segments WHERE reply_seq = ?',
    );
    this.#setSegment = db.prepare<[SegmentState, number, string]>(
      'UPDATE reply_segments SET state = ? WHERE channel_id = ? AND external_id = ?',
    );
    // Only of a reply that was accepted whole: of one that was cut off or refused halfway, the segments that got
    // through are not the reply.
    this.#setReply = db.prepare<[ReplyState, number, number], { accepted_ms: number | null }>(
      `UPDATE replies SET state = ?, settled_ms = ? WHERE seq = ? AND state IN ('accepted', 'undelivered')
       RETURNING accepted_ms`,
    );
    this.#forgetSegments = db.prepare<[number]>('DELETE FROM reply_segments WHERE reply_seq = ?');
    this.#keep = db.prepare<[number, string, string, string, number]>(
      'INSERT INTO early_receipts (channel_id, external_id, state, code, at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#anyEarly = db.prepare<[], object>('SELECT 1 FROM early_receipts LIMIT 1');
    this.#early = db.prepare<[number, string], EarlyRow>(
      'SELECT state, code, at_ms FROM early_receipts WHERE channel_id = ? AND external_id = ?',
    );
    this.#dropEarly = db.prepare<[number, string]>(
      'DELETE FROM early_receipts WHERE channel_id = ? AND external_id = ?',
    );
    this.#reportOf = db.prepare<[number], { report_seq: number }>('SELECT report_seq FROM replies WHERE seq = ?');
    this.#dropOld = db.prepare<[number]>('DELETE FROM early_receipts WHERE at_ms < ?');
  }

  /** Before a reply's next attempt is noted: from now on that one's segments are the reply. */
  forget(replySeq: number): void {
    this.#forgetSegments.run(replySeq);
  }

  /**
   * Notes what replies' segments are called by the channel, and applies what came about them before.
   * @returns for each id about which something had come, its channel's number.
   */
  expect(replies: readonly Expected[]): number[] {
    const claimed: number[] = [];
    const someEarly = this.#anyEarly.get() !== undefined;
    for (const { channelId, replySeq, externalIds } of replies) {
      for (const externalId of externalIds) {
        this.#addSegment.run(channelId, externalId, replySeq);
        if (someEarly && this.#applyEarly(channelId, externalId)) claimed.push(channelId);
      }
    }
    return claimed;
  }

  record(channelId: number, receipts: readonly Receipt[]): ReceiptSummary {
    const summary = { matched: 0, repeated: 0, orphaned: 0, late: 0 };
    for (const receipt of receipts) summary[this.#recordOne(channelId, receipt)] += 1;
    const { late, ...others } = summary;
    return late === 0 ? others : summary;
  }

  dropBefore(atMs: number): void {
    this.#dropOld.run(atMs);
  }

  /** @returns whether anything had come. */
  #applyEarly(channelId: number, externalId: string): boolean {
    const early = this.#early.all(channelId, externalId);
    if (early.length === 0) return false;
    this.#dropEarly.run(channelId, externalId);
    for (const receipt of early) this.#advance(channelId, externalId, receipt.state, receipt.at_ms);
    return true;
  }

  #recordOne(channelId: number, receipt: Receipt): keyof ReceiptSummary {
    const known = receipt.externalIds
      .map((externalId) => this.#segment.get(channelId, externalId))
      .find((segment) => segment !== undefined);
    if (known === undefined) {
      // Under the likeliest form alone: where ids are small numbers, a guessed form is soon some other reply's id.
      this.#keep.run(channelId, receipt.externalIds[0], receipt.state, receipt.code, receipt.atMs);
      return 'orphaned';
    }
    const moved = this.#advance(channelId, known.external_id, receipt.state, receipt.atMs);
    // Not when it comes again: they may have said START since.
    if (receipt.optedOut === true && moved !== 'repeated') this.#noteStopped(known.reply_seq, receipt.atMs);
    return moved;
  }

  #noteStopped(replySeq: number, atMs: number): void {
    const reply = this.#reportOf.get(replySeq);
    if (reply !== undefined) this.notes.change(reply.report_seq, { stopped: true }, undefined, atMs);
  }

  #advance(channelId: number, externalId: string, state: ReceiptState, atMs: number): keyof ReceiptSummary {
    const segment = this.#segment.get(channelId, externalId);
    if (segment === undefined || !receiptAdvances(segment.state, state)) return 'repeated';
    this.#setSegment.run(state, channelId, externalId);
    const states = this.#segments.all(segment.reply_seq).map((row) => row.state);
    const replyState = replyStateOfSegments(states);
    const reply = replyState === 'accepted' ? undefined : this.#setReply.get(replyState, atMs, segment.reply_seq);
    const acceptedMs = reply?.accepted_ms ?? atMs;
    return atMs - acceptedMs > lateMs ? 'late' : 'matched';
  }
}

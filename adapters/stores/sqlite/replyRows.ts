import { IdGenerator, idToText } from '../../../src/domain/id.js';
import type { ReplyKind, ReplyState } from '../../../src/domain/reply.js';
import type { NewReply, RecordedOutcome, ReplyClaim, ReplyClaimRequest } from '../../../src/ports/store.js';
import type { Channels } from './channels.js';
import type { Db } from './database.js';
import type { DeadLetters } from './deadLetters.js';
import type { Journal } from './journal.js';
import type { Receipts } from './receipts.js';
import type { WorkQueue } from './workQueue.js';

interface ReplyRow {
  readonly id: Buffer;
  readonly report_seq: number;
  readonly channel_id: number;
  readonly kind: ReplyKind;
  readonly text: string;
  readonly address: string;
  readonly external_ids: string | null;
}

interface Addressee {
  readonly channel_id: number;
  readonly sender_id: number;
}

/** Replies and their way out. Runs inside a transaction. */
export class ReplyRows {
  readonly #ids = new IdGenerator();
  readonly #addressee;
  readonly #add;
  readonly #read;
  readonly #setState;
  readonly #setAccepted;
  readonly #subject;

  constructor(
    db: Db,
    private readonly queue: WorkQueue,
    private readonly channels: Channels,
    private readonly receipts: Receipts,
    private readonly deadLetters: DeadLetters,
    private readonly journal: Journal,
  ) {
    this.#addressee = db.prepare<[number], Addressee>('SELECT channel_id, sender_id FROM reports WHERE seq = ?');
    this.#add = db.prepare<[Buffer, number, number, number, string, number, string]>(
      `INSERT INTO replies (id, report_seq, channel_id, sender_id, kind, state, created_ms, text)
       VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)`,
    );
    this.#read = db.prepare<[number], ReplyRow>(
      `SELECT a.id, a.report_seq, a.channel_id, a.kind, a.text, s.address, r.external_ids
       FROM replies a JOIN senders s ON s.id = a.sender_id JOIN reports r ON r.seq = a.report_seq WHERE a.seq = ?`,
    );
    this.#setState = db.prepare<[ReplyState, number, number]>(
      'UPDATE replies SET state = ?, settled_ms = ? WHERE seq = ?',
    );
    this.#setAccepted = db.prepare<[number, number]>(
      `UPDATE replies SET state = 'accepted', accepted_ms = ? WHERE seq = ?`,
    );
    this.#subject = db.prepare<[number], { report_seq: number; channel_id: number; id: Buffer }>(
      'SELECT report_seq, channel_id, id FROM replies WHERE seq = ?',
    );
  }

  /** A reply to the sender of a report, on the channel that it came by. */
  add(reportSeq: number, reply: NewReply, atMs: number): void {
    const addressee = this.#addressee.get(reportSeq);
    if (addressee === undefined) throw new Error(`a reply to report ${reportSeq}, which is not there`);
    const { lastInsertRowid } = this.#add.run(
      this.#ids.next(),
      reportSeq,
      addressee.channel_id,
      addressee.sender_id,
      reply.kind,
      atMs,
      reply.text,
    );
    this.queue.add(Number(lastInsertRowid), addressee.channel_id, addressee.sender_id);
  }

  claim(request: ReplyClaimRequest): ReplyClaim[] {
    const lane = this.channels.find(request.channelId);
    if (lane === null) return [];
    const leased = this.queue.claim(lane, request.limit, request.nowMs, request.nowMs + request.leaseMs);
    return leased.map(({ seq, attempts, perhapsDone }) => {
      const row = this.#row(seq);
      return {
        seq,
        id: idToText(row.id),
        channelId: request.channelId,
        to: row.address,
        text: row.text,
        kind: row.kind,
        attempts,
        inReplyTo: row.external_ids === null ? null : ((JSON.parse(row.external_ids) as string[])[0] ?? null),
        perhapsSent: perhapsDone,
      };
    });
  }

  record(item: RecordedOutcome): void {
    const { outcome } = item;
    const subject = this.#subject.get(item.seq);
    if (subject === undefined) throw new Error(`an outcome for reply ${item.seq}, which is not there`);
    const externalIds = outcome.kind === 'unsent' ? [] : (outcome.externalIds ?? []);
    if (!this.#leaveQueue(item)) {
      // Its lease had ended and another worker has told how it ended: the reply does not move back.
      const replyId = idToText(subject.id);
      this.journal.note(subject.report_seq, item.atMs, `reply ${outcome.kind}`, `${replyId}: a late word, not counted`);
      return;
    }
    this.receipts.forget(item.seq);
    if (outcome.kind === 'accepted') this.#setAccepted.run(item.atMs, item.seq);
    else this.#noteFailure(item, subject.report_seq, idToText(subject.id));
    if (item.deadLetter !== null) {
      const { code, message } = item.deadLetter;
      this.deadLetters.open('reply', item.seq, subject.channel_id, code, message, item.atMs);
    }
    // Last: an early receipt may move the reply on from here.
    this.receipts.expect(subject.channel_id, item.seq, externalIds);
  }

  /** Puts a reply back in its queue. */
  requeue(seq: number, nowMs: number): void {
    const row = this.#subject.get(seq);
    if (row === undefined) return;
    const addressee = this.#addressee.get(row.report_seq);
    if (addressee === undefined) return;
    this.#setState.run('queued', nowMs, seq);
    this.queue.add(seq, row.channel_id, addressee.sender_id);
  }

  /** Out for good, or until it is due again. @returns false when it was out already. */
  #leaveQueue({ seq, outcome, retryAtMs }: RecordedOutcome): boolean {
    if (retryAtMs === null) return this.queue.done(seq);
    return this.queue.delay(seq, retryAtMs, outcome.kind === 'uncertain');
  }

  #noteFailure(item: RecordedOutcome, reportSeq: number, replyId: string): void {
    const { outcome } = item;
    if (outcome.kind === 'accepted') return;
    const state = outcome.kind === 'unsent' ? (item.retryAtMs === null ? 'rejected' : 'queued') : outcome.kind;
    this.#setState.run(state, item.atMs, item.seq);
    this.journal.note(reportSeq, item.atMs, `reply ${outcome.kind}`, `${replyId}: ${outcome.cause}`);
  }

  #row(seq: number): ReplyRow {
    const row = this.#read.get(seq);
    if (row === undefined) throw new Error(`reply ${seq} is queued and not there`);
    return row;
  }
}

import { IdGenerator, idOfHex } from '../../../src/domain/id.js';
import type { ReplyKind, ReplyState } from '../../../src/domain/reply.js';
import type { NewReply, RecordedOutcome, ReplyClaim, ReplyClaimRequest } from '../../../src/ports/store.js';
import type { Channels } from './channels.js';
import type { Db } from './database.js';
import type { DeadLetters } from './deadLetters.js';
import type { Journal } from './journal.js';
import { JsonRows } from './jsonRows.js';
import { present } from './present.js';
import type { Expected, Receipts } from './receipts.js';
import type { SenderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

type ReplyColumns = readonly [
  seq: number,
  id: string,
  reportSeq: number,
  kind: ReplyKind,
  text: string,
  address: string,
  externalIds: string | null,
];

interface ReplyRow {
  readonly seq: number;
  readonly id: string;
  readonly report_seq: number;
  readonly kind: ReplyKind;
  readonly text: string;
  readonly address: string;
  readonly external_ids: string | null;
}

interface Addressee {
  readonly seq: number;
  readonly channel_id: number;
  readonly sender_id: number;
}

type SubjectColumns = readonly [seq: number, reportSeq: number, channelId: number, senderId: number, digits: string];

interface Subject extends Addressee {
  readonly report_seq: number;
  /** Of its id. */
  readonly digits: string;
}

/** A reply, and the report whose sender it goes to. */
export interface ReplyTo {
  readonly reportSeq: number;
  readonly reply: NewReply;
  readonly atMs: number;
}

/** Replies and their way out. Runs inside a transaction. */
export class ReplyRows {
  readonly #ids = new IdGenerator();
  readonly #addressees;
  readonly #add;
  readonly #read;
  readonly #setState;
  readonly #setAccepted;
  readonly #subjects;

  constructor(
    db: Db,
    private readonly queue: WorkQueue,
    private readonly channels: Channels,
    private readonly receipts: Receipts,
    private readonly deadLetters: DeadLetters,
    private readonly journal: Journal,
    private readonly notes: SenderNotes,
  ) {
    this.#addressees = new JsonRows(
      db,
      `SELECT r.seq, r.channel_id, r.sender_id FROM json_each(?) j CROSS JOIN reports r ON r.seq = j.value`,
      ([seq, channel_id, sender_id]: readonly [number, number, number]): Addressee => ({ seq, channel_id, sender_id }),
    );
    this.#add = db.prepare<[Buffer, number, number, number, string, number, string]>(
      `INSERT INTO replies (id, report_seq, channel_id, sender_id, kind, state, created_ms, text)
       VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)`,
    );
    this.#read = new JsonRows(
      db,
      `SELECT a.seq, hex(a.id) AS id, a.report_seq, a.kind, a.text, s.address, r.external_ids
       FROM json_each(?) j CROSS JOIN replies a ON a.seq = j.value
       JOIN senders s ON s.id = a.sender_id JOIN reports r ON r.seq = a.report_seq`,
      ([seq, id, report_seq, kind, text, address, external_ids]: ReplyColumns): ReplyRow => {
        return { seq, id: idOfHex(id), report_seq, kind, text, address, external_ids };
      },
    );
    this.#setState = db.prepare<[ReplyState, number, number]>(
      'UPDATE replies SET state = ?, settled_ms = ? WHERE seq = ?',
    );
    this.#setAccepted = db.prepare<[number, number]>(
      `UPDATE replies SET state = 'accepted', accepted_ms = ? WHERE seq = ?`,
    );
    this.#subjects = new JsonRows(
      db,
      `SELECT a.seq, a.report_seq, a.channel_id, a.sender_id, hex(a.id) AS id
       FROM json_each(?) j CROSS JOIN replies a ON a.seq = j.value`,
      ([seq, report_seq, channel_id, sender_id, digits]: SubjectColumns): Subject => {
        return { seq, report_seq, channel_id, sender_id, digits };
      },
    );
  }

  /** Replies to the senders of reports, on the channels that those came by. */
  add(replies: readonly ReplyTo[]): void {
    const addressees = this.#addresseesOf(replies.map(({ reportSeq }) => reportSeq));
    for (const { reportSeq, reply, atMs } of replies) {
      const { channel_id: channelId, sender_id: senderId } = present(addressees.get(reportSeq), 'report', reportSeq);
      const added = this.#add.run(this.#ids.next(), reportSeq, channelId, senderId, reply.kind, atMs, reply.text);
      this.queue.add(Number(added.lastInsertRowid), channelId, senderId);
    }
  }

  claim(request: ReplyClaimRequest): ReplyClaim[] {
    const lane = this.channels.find(request.channelId);
    if (lane === null) return [];
    const leased = this.queue.claim(lane, request.limit, request.nowMs, request.nowMs + request.leaseMs);
    const rows = new Map(this.#read.all(JSON.stringify(leased.map(({ seq }) => seq))).map((row) => [row.seq, row]));
    return leased.map(({ seq, attempts, uncertainAttempts }) => {
      const row = present(rows.get(seq), 'reply', seq);
      if (uncertainAttempts > 0) this.#noteTakenUpAgain(row, request.nowMs);
      return {
        seq,
        id: row.id,
        channelId: request.channelId,
        to: row.address,
        text: row.text,
        kind: row.kind,
        attempts,
        inReplyTo: row.external_ids === null ? null : ((JSON.parse(row.external_ids) as string[])[0] ?? null),
        uncertainAttempts,
      };
    });
  }

  /** @returns as `Receipts.expect`. */
  record(items: readonly RecordedOutcome[]): number[] {
    const subjects = this.#subjectsOf(items.map((item) => item.seq));
    const left = this.queue.done(items.filter((item) => item.retryAtMs === null).map((item) => item.seq));
    const expected: Expected[] = [];
    for (const item of items) {
      const { seq, outcome, atMs, retryAtMs } = item;
      const subject = present(subjects.get(seq), 'reply', seq);
      if (item.stopped === true) this.notes.change(subject.report_seq, { stopped: true }, undefined, atMs);
      const wasQueued =
        retryAtMs === null ? left.has(seq) : this.queue.delay(seq, retryAtMs, outcome.kind === 'uncertain');
      if (!wasQueued) {
        this.#noteLateWord(subject, outcome.kind, atMs);
        continue;
      }
      // An earlier attempt may have left segments: from now on this one's are the reply.
      if (left.get(seq) !== 0) this.receipts.forget(seq);
      if (outcome.kind === 'accepted') this.#setAccepted.run(atMs, seq);
      else this.#noteFailure(item, subject);
      const externalIds = 'externalIds' in outcome ? outcome.externalIds : undefined;
      if (externalIds !== undefined) expected.push({ channelId: subject.channel_id, replySeq: seq, externalIds });
    }
    // Last: an early receipt may move a reply on from here.
    return this.receipts.expect(expected);
  }

  /** Puts a reply back in its queue. */
  requeue(seq: number, nowMs: number): void {
    const subject = this.#subjectsOf([seq]).get(seq);
    if (subject === undefined) return;
    this.#setState.run('queued', nowMs, seq);
    this.receipts.forget(seq);
    this.queue.addAgain(seq, subject.channel_id, subject.sender_id);
  }

  /** The only lasting trace of a worker that died over a reply: without it nobody could tell why an SMS came twice. */
  #noteTakenUpAgain(row: ReplyRow, atMs: number): void {
    const detail = `${row.id}: an earlier attempt was perhaps sent`;
    this.journal.note(row.report_seq, atMs, 'reply taken up again', detail);
  }

  /** Its lease had ended and another worker has told how it ended: the reply does not move back. */
  #noteLateWord(subject: Subject, kind: string, atMs: number): void {
    this.journal.note(
      subject.report_seq,
      atMs,
      `reply ${kind}`,
      `${idOfHex(subject.digits)}: a late word, not counted`,
    );
  }

  #noteFailure({ seq, outcome, atMs, retryAtMs, deadLetter }: RecordedOutcome, subject: Subject): void {
    if (outcome.kind === 'accepted') return;
    const state = outcome.kind === 'unsent' ? (retryAtMs === null ? 'rejected' : 'queued') : outcome.kind;
    this.#setState.run(state, atMs, seq);
    this.journal.note(
      subject.report_seq,
      atMs,
      `reply ${outcome.kind}`,
      `${idOfHex(subject.digits)}: ${outcome.cause}`,
    );
    if (deadLetter !== null) {
      this.deadLetters.open('reply', seq, subject.channel_id, deadLetter.code, deadLetter.message, atMs);
    }
  }

  #addresseesOf(reportSeqs: readonly number[]): ReadonlyMap<number, Addressee> {
    return new Map(this.#addressees.all(JSON.stringify(reportSeqs)).map((row) => [row.seq, row]));
  }

  #subjectsOf(seqs: readonly number[]): ReadonlyMap<number, Subject> {
    return new Map(this.#subjects.all(JSON.stringify(seqs)).map((row) => [row.seq, row]));
  }
}

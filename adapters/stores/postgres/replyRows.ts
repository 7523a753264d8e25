import { IdGenerator, idToText } from '../../../src/domain/id.js';
import type { ReplyKind, ReplyState } from '../../../src/domain/reply.js';
import type { NewReply, RecordedOutcome, ReplyClaim, ReplyClaimRequest } from '../../../src/ports/store.js';
import { storable, unnest } from './bulk.js';
import type { Channels } from './channels.js';
import type { Tx } from './database.js';
import { deadLetters } from './deadLetters.js';
import { note } from './journal.js';
import { receipts } from './receipts.js';
import { senderNotes } from './senderNotes.js';
import { enqueueing, type WorkQueue } from './workQueue.js';

interface ClaimRow {
  readonly seq: number;
  readonly attempts: number;
  readonly uncertain_attempts: number;
  readonly id: string;
  readonly report_seq: number;
  readonly kind: ReplyKind;
  readonly text: string;
  readonly address: string;
  readonly external_ids: string | null;
}

interface Subject {
  readonly seq: number;
  readonly report_seq: number;
  readonly channel_id: number;
  readonly sender_id: number;
  readonly id: string;
}

/** A reply, and the report whose sender it goes to. */
export interface ReplyTo {
  readonly reportSeq: number;
  readonly reply: NewReply;
  readonly atMs: number;
}

/** Of the replies that were just leased. */
const claimed = `SELECT l.seq, l.attempts, l.uncertain_attempts, a.id, a.report_seq, a.kind, a.text, s.address, r.external_ids
  FROM leased l JOIN replies a ON a.seq = l.seq
  JOIN senders s ON s.id = a.sender_id JOIN reports r ON r.seq = a.report_seq
  ORDER BY l.seq`;

const added = `INSERT INTO replies (id, report_seq, channel_id, sender_id, kind, state, created_ms, text)
  SELECT g.id, r.seq, r.channel_id, r.sender_id, g.kind, 'queued', g.created_ms, g.text
  FROM ${unnest(['uuid', 'bigint', 'text', 'bigint', 'text'])} WITH ORDINALITY AS g (id, report_seq, kind, created_ms, text, place)
  JOIN reports r ON r.seq = g.report_seq ORDER BY g.place
  RETURNING seq, channel_id AS lane, sender_id`;
const add = `WITH new AS (${added}), ${enqueueing('reply_queue', 'SELECT seq, lane, sender_id FROM new')} SELECT 1 LIMIT 0`;

const subjectsOf = `SELECT seq, report_seq, channel_id, sender_id, id FROM replies WHERE seq = ANY($1::bigint[])`;
const setAccepted = `UPDATE replies a SET state = 'accepted', accepted_ms = g.at_ms
  FROM ${unnest(['bigint', 'bigint'])} AS g (seq, at_ms) WHERE a.seq = g.seq`;
const setStates = `UPDATE replies a SET state = g.state, settled_ms = g.at_ms
  FROM ${unnest(['bigint', 'text', 'bigint'])} AS g (seq, state, at_ms) WHERE a.seq = g.seq`;

/** Replies and their way out. */
export class ReplyRows {
  readonly #ids = new IdGenerator();

  constructor(
    private readonly queue: WorkQueue,
    private readonly channels: Channels,
    /** Told once there are replies to send. */
    private readonly queued: () => void,
  ) {}

  /** Replies to the senders of reports, on the channels that those came by. */
  add(tx: Tx, replies: readonly ReplyTo[]): void {
    if (replies.length === 0) return;
    tx.send(add, [
      replies.map(() => idToText(this.#ids.next())),
      replies.map(({ reportSeq }) => reportSeq),
      replies.map(({ reply }) => reply.kind),
      replies.map(({ atMs }) => atMs),
      replies.map(({ reply }) => storable(reply.text)),
    ]);
    tx.afterCommit(this.queued);
  }

  async claim(tx: Tx, { channelId, limit, nowMs, leaseMs }: ReplyClaimRequest): Promise<ReplyClaim[]> {
    const lane = await this.channels.find(tx, channelId);
    if (lane === null) return [];
    const rows = await this.queue.claim<ClaimRow>(tx, { lane, limit, nowMs, untilMs: nowMs + leaseMs }, claimed);
    // The only lasting trace of a worker that died over a reply: without it nobody could tell why an SMS came twice.
    const again = rows.filter((row) => row.uncertain_attempts > 0);
    note(
      tx,
      again.map((row) => ({
        reportSeq: row.report_seq,
        atMs: nowMs,
        what: 'reply taken up again',
        detail: `${row.id}: an earlier attempt was perhaps sent`,
      })),
    );
    return rows.map((row) => toClaim(row, channelId));
  }

  /** @returns as `receipts.expect`. */
  async record(tx: Tx, items: readonly RecordedOutcome[]): Promise<number[]> {
    await noteStopped(tx, items);
    const ended = items.filter((item) => item.retryAtMs === null);
    const retried = items.flatMap(({ seq, outcome, retryAtMs }) =>
      retryAtMs === null ? [] : [{ seq, dueMs: retryAtMs, isUncertain: outcome.kind === 'uncertain' }],
    );
    const [left, delayed, subjects] = await Promise.all([
      this.queue.done(
        tx,
        ended.map((item) => item.seq),
      ),
      this.queue.delay(tx, retried),
      tx.query<Subject>(subjectsOf, [items.map((item) => item.seq)]),
    ]);
    const bySeq = new Map(subjects.map((subject) => [subject.seq, subject]));
    const heard: Heard[] = [];
    for (const item of items) {
      const subject = bySeq.get(item.seq);
      if (subject === undefined) throw new Error(`reply ${item.seq} is spoken of and not there`);
      if (left.has(item.seq) || delayed.has(item.seq)) heard.push({ item, subject });
      else noteLateWord(tx, item, subject);
    }
    // An earlier attempt may have left segments: from now on this one's are the reply.
    receipts.forget(
      tx,
      heard.filter(({ item }) => left.get(item.seq) !== 0).map(({ item }) => item.seq),
    );
    noteAccepted(tx, heard);
    noteFailures(tx, heard);
    // Last: an early receipt may move a reply on from here.
    return receipts.expect(
      tx,
      heard.map(({ item: { seq, outcome }, subject }) => ({
        channelId: subject.channel_id,
        replySeq: seq,
        externalIds: 'externalIds' in outcome ? (outcome.externalIds ?? []) : [],
      })),
    );
  }

  /** Puts a reply back in its queue. */
  async requeue(tx: Tx, seq: number, nowMs: number): Promise<void> {
    const [subject] = await tx.query<Subject>(subjectsOf, [[seq]]);
    if (subject === undefined) return;
    tx.send(setStates, [[seq], ['queued' satisfies ReplyState], [nowMs]]);
    receipts.forget(tx, [seq]);
    await this.queue.putBack(tx, { seq, lane: subject.channel_id, senderId: subject.sender_id });
    tx.afterCommit(this.queued);
  }
}

/** An outcome of a reply that was still under way. */
interface Heard {
  readonly item: RecordedOutcome;
  readonly subject: Subject;
}

/** First, for who records a ticket holds a sender's notes before the sender's replies as well: the other way they could block. */
async function noteStopped(tx: Tx, items: readonly RecordedOutcome[]): Promise<void> {
  const atMsOf = new Map(items.flatMap(({ seq, stopped, atMs }) => (stopped === true ? [[seq, atMs]] : [])));
  if (atMsOf.size === 0) return;
  const subjects = await tx.query<Subject>(subjectsOf, [[...atMsOf.keys()]]);
  await senderNotes.change(
    tx,
    subjects.map(({ seq, report_seq: reportSeq }) => ({
      reportSeq,
      changes: { stopped: true },
      atMs: atMsOf.get(seq) ?? 0,
    })),
  );
}

function noteAccepted(tx: Tx, heard: readonly Heard[]): void {
  const accepted = heard.filter(({ item }) => item.outcome.kind === 'accepted').map(({ item }) => item);
  if (accepted.length === 0) return;
  tx.send(setAccepted, [accepted.map(({ seq }) => seq), accepted.map(({ atMs }) => atMs)]);
}

function noteFailures(tx: Tx, heard: readonly Heard[]): void {
  const failed = heard.flatMap(({ item, subject }) => {
    const { outcome } = item;
    return outcome.kind === 'accepted' ? [] : [{ ...item, outcome, subject }];
  });
  if (failed.length === 0) return;
  const stateOf = ({ outcome: { kind }, retryAtMs }: (typeof failed)[number]): ReplyState =>
    kind === 'unsent' ? (retryAtMs === null ? 'rejected' : 'queued') : kind;
  tx.send(setStates, [failed.map(({ seq }) => seq), failed.map(stateOf), failed.map(({ atMs }) => atMs)]);
  note(
    tx,
    failed.map(({ outcome, subject, atMs }) => ({
      reportSeq: subject.report_seq,
      atMs,
      what: `reply ${outcome.kind}`,
      detail: `${subject.id}: ${outcome.cause}`,
    })),
  );
  deadLetters.open(
    tx,
    failed.flatMap(({ seq, subject, deadLetter, atMs }) =>
      deadLetter === null
        ? []
        : [{ kind: 'reply', subject_seq: seq, channel_id: subject.channel_id, ...deadLetter, at_ms: atMs }],
    ),
  );
}

/** Its lease had ended and another worker has told how it ended: the reply does not move back. */
function noteLateWord(tx: Tx, { outcome, atMs }: RecordedOutcome, subject: Subject): void {
  const detail = `${subject.id}: a late word, not counted`;
  note(tx, [{ reportSeq: subject.report_seq, atMs, what: `reply ${outcome.kind}`, detail }]);
}

function toClaim(row: ClaimRow, channelId: string): ReplyClaim {
  return {
    seq: row.seq,
    id: row.id,
    channelId,
    to: row.address,
    text: row.text,
    kind: row.kind,
    attempts: row.attempts,
    inReplyTo: row.external_ids === null ? null : ((JSON.parse(row.external_ids) as string[])[0] ?? null),
    uncertainAttempts: row.uncertain_attempts,
  };
}

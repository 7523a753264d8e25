import {
  type ReceiptState,
  type ReplyState,
  receiptAdvances,
  replyStateOfSegments,
  type SegmentState,
} from '../../../src/domain/reply.js';
import type { Receipt } from '../../../src/ports/channel.js';
import type { ReceiptSummary } from '../../../src/ports/store.js';
import { unnest } from './bulk.js';
import type { Tx } from './database.js';
import { senderNotes } from './senderNotes.js';

/** A receipt that comes later than this after its reply was accepted is counted as late. */
const lateMs = 3_600_000;

/** What the channel calls the segments of a reply that it took. */
export interface Expected {
  readonly channelId: number;
  readonly replySeq: number;
  readonly externalIds: readonly string[];
}

interface SegmentRow {
  readonly channel_id: number;
  readonly external_id: string;
  /** Null: what came of it came before its reply's outcome. */
  readonly reply_seq: number | null;
  readonly heard_ms: number;
  state: SegmentState;
}

interface ReplyRow {
  readonly seq: number;
  readonly accepted_ms: number | null;
  readonly state: ReplyState;
}

const holdSegments = `SELECT channel_id, external_id, reply_seq, state, heard_ms FROM reply_segments
  WHERE channel_id = $1 AND external_id = ANY($2::text[]) ORDER BY external_id FOR UPDATE`;
/** Of segments whose end is not known yet: when a receipt comes again, its addressee may have said START since. */
const reportsUnderWay = `SELECT DISTINCT a.report_seq FROM reply_segments s JOIN replies a ON a.seq = s.reply_seq
  WHERE s.channel_id = $1 AND s.external_id = ANY($2::text[]) AND s.state IN ('accepted', 'in_transit')`;
const holdReplies = `SELECT seq, accepted_ms, state FROM replies WHERE seq = ANY($1::bigint[]) ORDER BY seq FOR UPDATE`;
const segmentsOf = `SELECT channel_id, external_id, reply_seq, state, heard_ms FROM reply_segments
  WHERE reply_seq = ANY($1::bigint[]) AND reply_seq IS NOT NULL`;
// Of a row that is a segment by now, nothing changes but that we know of it.
const keepEarly = `INSERT INTO reply_segments AS s (channel_id, external_id, reply_seq, state, heard_ms)
  SELECT $1, g.external_id, NULL, g.state, g.heard_ms FROM ${unnest(['text', 'text', 'bigint'], 2)} AS g (external_id, state, heard_ms)
  ON CONFLICT (channel_id, external_id) DO UPDATE SET
    state = CASE WHEN s.reply_seq IS NULL THEN excluded.state ELSE s.state END,
    heard_ms = CASE WHEN s.reply_seq IS NULL THEN excluded.heard_ms ELSE s.heard_ms END
  RETURNING s.external_id, s.reply_seq`;
// A telco that counts its ids from the start again means its newest message by an id.
const addSegments = `INSERT INTO reply_segments AS s (channel_id, external_id, reply_seq, state, heard_ms)
  SELECT g.channel_id, g.external_id, g.reply_seq, 'accepted', 0
  FROM ${unnest(['integer', 'text', 'bigint'])} AS g (channel_id, external_id, reply_seq)
  ON CONFLICT (channel_id, external_id) DO UPDATE SET reply_seq = excluded.reply_seq,
    state = CASE WHEN s.reply_seq IS NULL THEN s.state ELSE 'accepted' END
  RETURNING s.channel_id, s.external_id, s.reply_seq, s.state, s.heard_ms`;
// The channel comes with each row: as one value for all, the planner reads all segments of the channel for each receipt.
const setSegments = `UPDATE reply_segments s SET state = g.state
  FROM ${unnest(['integer', 'text', 'text'])} AS g (channel_id, external_id, state)
  WHERE s.channel_id = g.channel_id AND s.external_id = g.external_id`;
// Only of a reply that was accepted whole: of one that was cut off or refused halfway, the segments that got through are
// not the reply.
const setReplies = `UPDATE replies a SET state = g.state, settled_ms = g.at_ms
  FROM ${unnest(['bigint', 'text', 'bigint'])} AS g (seq, state, at_ms)
  WHERE a.seq = g.seq AND a.state IN ('accepted', 'undelivered')`;

/** Matches receipts with the segments they speak of. */
export const receipts = {
  /** Before a reply's next attempt is noted: from now on that one's segments are the reply. */
  forget(tx: Tx, replySeqs: readonly number[]): void {
    if (replySeqs.length === 0) return;
    tx.send('DELETE FROM reply_segments WHERE reply_seq = ANY($1::bigint[]) AND reply_seq IS NOT NULL', [replySeqs]);
  },

  /**
   * Notes what replies' segments are called by the channel, and applies what came about them before.
   * @returns for each id about which something had come, its channel's number.
   */
  async expect(tx: Tx, replies: readonly Expected[]): Promise<number[]> {
    const named = new Map<string, readonly [channelId: number, externalId: string, replySeq: number]>();
    for (const { channelId, replySeq, externalIds } of replies) {
      for (const id of externalIds) named.set(`${channelId} ${id}`, [channelId, id, replySeq]);
    }
    if (named.size === 0) return [];
    const rows = [...named].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
    const added = await tx.query<SegmentRow>(addSegments, [
      rows.map(([channelId]) => channelId),
      rows.map(([, externalId]) => externalId),
      rows.map(([, , replySeq]) => replySeq),
    ]);
    const heard = added.filter((row) => row.state !== 'accepted');
    if (heard.length === 0) return [];
    const story = await ReplyStories.load(tx, new Set(heard.flatMap((row) => row.reply_seq ?? [])));
    for (const row of heard) story.settle(row, row.heard_ms);
    story.write(tx);
    return heard.map((row) => row.channel_id);
  },

  /** @param given of one channel. */
  async record(tx: Tx, channelId: number, given: readonly Receipt[]): Promise<ReceiptSummary> {
    await noteStopped(tx, channelId, given);
    const summary = { matched: 0, repeated: 0, orphaned: 0, late: 0 };
    let left: readonly Receipt[] = given;
    // Again for those whose reply's outcome was recorded at the same moment.
    while (left.length > 0) left = await recordSome(tx, channelId, left, summary);
    const { late, ...others } = summary;
    return late === 0 ? others : summary;
  },

  dropEarlyBefore(tx: Tx, atMs: number): void {
    tx.send('DELETE FROM reply_segments WHERE reply_seq IS NULL AND heard_ms < $1', [atMs]);
  },
};

/** Before segments and replies are held, as with outcomes: the other way two could block each other. */
async function noteStopped(tx: Tx, channelId: number, given: readonly Receipt[]): Promise<void> {
  const optedOut = given.filter((receipt) => receipt.optedOut === true);
  if (optedOut.length === 0) return;
  const ids = optedOut.flatMap((receipt) => receipt.externalIds);
  const reports = await tx.query<{ report_seq: number }>(reportsUnderWay, [channelId, ids]);
  const atMs = Math.max(...optedOut.map((receipt) => receipt.atMs));
  await senderNotes.change(
    tx,
    reports.map(({ report_seq: reportSeq }) => ({ reportSeq, changes: { stopped: true }, atMs })),
  );
}

/** @returns those that have to be looked at again. */
async function recordSome(
  tx: Tx,
  channelId: number,
  given: readonly Receipt[],
  summary: Required<{ -readonly [Key in keyof ReceiptSummary]: number }>,
): Promise<Receipt[]> {
  const rows = await tx.query<SegmentRow>(holdSegments, [
    channelId,
    [...new Set(given.flatMap((one) => one.externalIds))],
  ]);
  const known = new Map(rows.filter((row) => row.reply_seq !== null).map((row) => [row.external_id, row]));
  const early = new Map(rows.filter((row) => row.reply_seq === null).map((row) => [row.external_id, row.state]));
  const story = await ReplyStories.load(tx, new Set([...known.values()].flatMap((row) => row.reply_seq ?? [])));
  const advanced = new Map<string, SegmentState>();
  const kept = new Map<string, Receipt>();
  const orphans: Receipt[] = [];
  for (const receipt of given) {
    const id = receipt.externalIds.find((one) => known.has(one));
    const segment = id === undefined ? undefined : known.get(id);
    if (segment === undefined) {
      // Under the likeliest form alone: where ids are small numbers, a guessed form is soon some other reply's id.
      const likeliest = receipt.externalIds[0];
      orphans.push(receipt);
      if (receiptAdvances(early.get(likeliest) ?? 'accepted', receipt.state)) {
        early.set(likeliest, receipt.state);
        kept.set(likeliest, receipt);
      }
    } else if (receiptAdvances(segment.state, receipt.state)) {
      segment.state = receipt.state;
      advanced.set(segment.external_id, receipt.state);
      summary[story.settle(segment, receipt.atMs)] += 1;
    } else {
      summary.repeated += 1;
    }
  }
  if (advanced.size > 0)
    tx.send(setSegments, [[...advanced.keys()].map(() => channelId), [...advanced.keys()], [...advanced.values()]]);
  story.write(tx);
  const isTaken = await keep(tx, channelId, kept);
  const again = orphans.filter((receipt) => isTaken.has(receipt.externalIds[0]));
  summary.orphaned += orphans.length - again.length;
  return again;
}

/** @returns the ids that a reply has by now. */
async function keep(tx: Tx, channelId: number, early: ReadonlyMap<string, Receipt>): Promise<ReadonlySet<string>> {
  if (early.size === 0) return new Set();
  const ids = [...early.keys()].sort();
  const rows = await tx.query<{ external_id: string; reply_seq: number | null }>(keepEarly, [
    channelId,
    ids,
    ids.map((id) => early.get(id)?.state satisfies ReceiptState | undefined),
    ids.map((id) => early.get(id)?.atMs),
  ]);
  return new Set(rows.filter((row) => row.reply_seq !== null).map((row) => row.external_id));
}

/** What becomes of replies by their segments. The replies are held, for receipts of one reply may come on two nodes. */
class ReplyStories {
  readonly #settled = new Map<number, { state: ReplyState; atMs: number }>();

  private constructor(
    private readonly replies: ReadonlyMap<number, ReplyRow>,
    private readonly segments: ReadonlyMap<number, Map<string, SegmentState>>,
  ) {}

  static async load(tx: Tx, replySeqs: ReadonlySet<number>): Promise<ReplyStories> {
    if (replySeqs.size === 0) return new ReplyStories(new Map(), new Map());
    const seqs = [...replySeqs];
    // Not together: what another node is about to say of a reply must be there when its segments are read.
    const replies = await tx.query<ReplyRow>(holdReplies, [seqs]);
    const rows = await tx.query<SegmentRow>(segmentsOf, [seqs]);
    const segments = new Map<number, Map<string, SegmentState>>(seqs.map((seq) => [seq, new Map()]));
    for (const row of rows) segments.get(row.reply_seq ?? -1)?.set(nameOf(row), row.state);
    return new ReplyStories(new Map(replies.map((row) => [row.seq, row])), segments);
  }

  /** A segment moved. */
  settle(segment: SegmentRow, atMs: number): 'matched' | 'late' {
    const seq = segment.reply_seq ?? -1;
    const segments = this.segments.get(seq);
    segments?.set(nameOf(segment), segment.state);
    const state = replyStateOfSegments([...(segments?.values() ?? [])]);
    const reply = this.replies.get(seq);
    const known = this.#settled.get(seq)?.state ?? reply?.state;
    if (reply === undefined || state === 'accepted' || (known !== 'accepted' && known !== 'undelivered'))
      return 'matched';
    this.#settled.set(seq, { state, atMs });
    return atMs - (reply.accepted_ms ?? atMs) > lateMs ? 'late' : 'matched';
  }

  write(tx: Tx): void {
    if (this.#settled.size === 0) return;
    const settled = [...this.#settled.values()];
    tx.send(setReplies, [[...this.#settled.keys()], settled.map((one) => one.state), settled.map((one) => one.atMs)]);
  }
}

function nameOf(segment: SegmentRow): string {
  return `${segment.channel_id} ${segment.external_id}`;
}

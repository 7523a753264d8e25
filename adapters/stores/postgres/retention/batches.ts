import { finalStatuses } from '../../../../src/domain/status.js';
import type { ForgetRequest, Forgettable, Forgotten, RetentionTerms } from '../../../../src/ports/retention.js';
import { type Path, ripenessOf } from '../../retentionPaths.js';
import type { Tx } from '../database.js';
import { forgetting } from './forgetting.js';
import { Walk } from './walk.js';

const settledLetter = 'd.closed_ms IS NOT NULL AND d.closed_ms <= $2';
const finals = finalStatuses.map((status) => `'${status}'`).join(', ');

/** Each line is one way in which a report `s` may still be under way; $1 to $3 are the moments of `Ripeness`. */
const reportIsRipe = `
  NOT EXISTS (SELECT 1 FROM forward_queue q WHERE q.seq = s.seq)
  AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.report_seq = s.seq)
  AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'report' AND d.subject_seq = s.seq AND NOT (${settledLetter}))
  AND NOT EXISTS (SELECT 1 FROM handled_messages h WHERE h.report_seq = s.seq AND h.at_ms > $2)
  AND NOT EXISTS (SELECT 1 FROM handled_messages h WHERE h.ticket_seq = s.seq AND h.at_ms > $2)
  AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.report_seq = s.seq
                  AND t.updated_ms > CASE WHEN t.status IN (${finals}) THEN $2 ELSE $3 END)
  AND NOT EXISTS (SELECT 1 FROM replies a WHERE a.report_seq = s.seq AND (
    greatest(a.created_ms, coalesce(a.accepted_ms, 0), coalesce(a.settled_ms, 0)) > $2
    OR EXISTS (SELECT 1 FROM reply_queue q WHERE q.seq = a.seq)
    OR EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'reply' AND d.subject_seq = a.seq AND NOT (${settledLetter}))))`;

const partIsRipe = `
  NOT EXISTS (SELECT 1 FROM part_sets p WHERE p.id = s.set_id AND p.report_seq IS NULL)
  AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'part' AND d.subject_seq = s.id AND NOT (${settledLetter}))`;

const reports = { table: 'reports', key: 'seq', isSubject: 'true', isRipe: reportIsRipe, rowsPerSubject: 1 } as const;
/** Parts that became a message go with it. */
const loneParts = {
  table: 'parts',
  key: 'id',
  isSubject: '(s.report_seq IS NULL)',
  isRipe: partIsRipe,
  rowsPerSubject: 10,
} as const;

const paths = {
  reportRecords: { ...reports, name: 'report records' },
  partRecords: { ...loneParts, name: 'part records' },
  reportWords: { ...reports, name: 'report words' },
  partWords: { ...loneParts, name: 'part words' },
} as const satisfies Readonly<Record<string, Path>>;

const nothing: Forgotten = { words: 0, records: 0, senders: 0, acts: 0, more: false };

/** Takes out of the store what is past its time, a batch at a time. */
export class Batches {
  readonly #reportRecords = new Walk(paths.reportRecords);
  readonly #partRecords = new Walk(paths.partRecords);
  readonly #reportWords = new Walk(paths.reportWords);
  readonly #partWords = new Walk(paths.partWords);

  /** The first of the steps that has anything to do. Records first: what goes as a whole need not be shredded before. */
  async forget(tx: Tx, request: ForgetRequest): Promise<Forgotten> {
    const { wordsBeforeMs, recordsBeforeMs, nowMs } = request;
    const removeReports: Take = (seqs) => {
      forgetting.removeReports(tx, seqs);
      this.#reportWords.drop(tx, seqs);
      return { records: seqs.length };
    };
    const removeParts: Take = (ids) => {
      forgetting.removeParts(tx, ids);
      this.#partWords.drop(tx, ids);
      return { records: ids.length };
    };
    const shredReports: Take = (seqs) => {
      forgetting.shredReports(tx, seqs, nowMs);
      return { words: seqs.length };
    };
    const shredParts: Take = (ids) => {
      forgetting.shredParts(tx, ids);
      return { words: ids.length };
    };
    return (
      (await step(tx, request, recordsBeforeMs, this.#reportRecords, removeReports)) ??
      (await step(tx, request, recordsBeforeMs, this.#partRecords, removeParts)) ??
      (await removeActs(tx, request)) ??
      (await step(tx, request, wordsBeforeMs, this.#reportWords, shredReports)) ??
      (await step(tx, request, wordsBeforeMs, this.#partWords, shredParts)) ??
      nothing
    );
  }

  async forgettable(tx: Tx, terms: RetentionTerms): Promise<Forgettable> {
    const { wordsBeforeMs, recordsBeforeMs } = terms;
    const count = async (walks: readonly Walk[], receivedMs: number | null, keptSinceMs: number) => {
      let sum = 0;
      if (receivedMs === null) return sum;
      for (const walk of walks) sum += await walk.count(tx, ripenessOf(terms, receivedMs), keptSinceMs);
      return sum;
    };
    return {
      words: await count([this.#reportWords, this.#partWords], wordsBeforeMs, recordsBeforeMs ?? 0),
      records: await count([this.#reportRecords, this.#partRecords], recordsBeforeMs, 0),
    };
  }
}

/** @returns null when there is nothing to do any more. */
async function step(
  tx: Tx,
  request: ForgetRequest,
  beforeMs: number | null,
  walk: Walk,
  take: Take,
): Promise<Forgotten | null> {
  if (beforeMs === null) return null;
  const { ripe, isAtEnd } = await walk.advance(tx, ripenessOf(request, beforeMs), request.limit, request.nowMs);
  if (ripe.length > 0) return { ...nothing, ...take(ripe), more: true };
  return isAtEnd ? null : { ...nothing, more: true };
}

async function removeActs(tx: Tx, { recordsBeforeMs, limit }: ForgetRequest): Promise<Forgotten | null> {
  const acts = recordsBeforeMs === null ? 0 : await forgetting.removeActs(tx, recordsBeforeMs, limit);
  return acts === 0 ? null : { ...nothing, acts, more: true };
}

type Take = (ripe: readonly number[]) => Partial<Forgotten>;

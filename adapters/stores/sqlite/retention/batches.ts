import { finalStatuses } from '../../../../src/domain/status.js';
import type { ForgetRequest, Forgettable, Forgotten, RetentionTerms } from '../../../../src/ports/retention.js';
import { ripenessOf } from '../../retentionPaths.js';
import type { Cursors } from '../cursors.js';
import type { Db } from '../database.js';
import { Forgetting } from './forgetting.js';
import { type SqlitePath, Walk } from './walk.js';

const settledLetter = 'd.closed_ms IS NOT NULL AND d.closed_ms <= @quietMs';
const finals = finalStatuses.map((status) => `'${status}'`).join(', ');

/** Each line is one way in which a report `s` may still be under way. */
const reportIsRipe = `
  NOT EXISTS (SELECT 1 FROM forward_queue q WHERE q.seq = s.seq)
  AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.report_seq = s.seq)
  AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'report' AND d.subject_seq = s.seq AND NOT (${settledLetter}))
  AND NOT EXISTS (SELECT 1 FROM handled_messages h WHERE h.report_seq = s.seq AND h.at_ms > @quietMs)
  AND NOT EXISTS (SELECT 1 FROM handled_messages h WHERE h.ticket_seq = s.seq AND h.at_ms > @quietMs)
  AND NOT EXISTS (SELECT 1 FROM tickets t WHERE t.report_seq = s.seq
                  AND t.updated_ms > iif(t.status IN (${finals}), @quietMs, @openMs))
  AND NOT EXISTS (SELECT 1 FROM replies a WHERE a.report_seq = s.seq AND (
    max(a.created_ms, coalesce(a.accepted_ms, 0), coalesce(a.settled_ms, 0)) > @quietMs
    OR EXISTS (SELECT 1 FROM reply_queue q WHERE q.seq = a.seq)
    OR EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'reply' AND d.subject_seq = a.seq AND NOT (${settledLetter}))))`;

const partIsRipe = `
  NOT EXISTS (SELECT 1 FROM part_sets p WHERE p.id = s.set_id AND p.report_seq IS NULL)
  AND NOT EXISTS (SELECT 1 FROM dead_letters d WHERE d.kind = 'part' AND d.subject_seq = s.id AND NOT (${settledLetter}))`;

const reports = { table: 'reports', key: 'seq', isSubject: '1', isRipe: reportIsRipe, rowsPerSubject: 1 } as const;
/** Parts that became a message go with it. */
const loneParts = {
  table: 'parts',
  key: 'id',
  isSubject: 'report_seq IS NULL',
  isRipe: partIsRipe,
  rowsPerSubject: 10,
} as const;

const paths = {
  reportRecords: { ...reports, name: 'report records', staysBehindNewest: true },
  partRecords: { ...loneParts, name: 'part records', staysBehindNewest: true },
  reportWords: { ...reports, name: 'report words', staysBehindNewest: false },
  partWords: { ...loneParts, name: 'part words', staysBehindNewest: false },
} as const satisfies Readonly<Record<string, SqlitePath>>;

const nothing: Forgotten = { words: 0, records: 0, senders: 0, acts: 0, more: false };

/** Takes out of the store what is past its time, a batch at a time. Runs inside a transaction. */
export class Batches {
  readonly #walks: Readonly<Record<keyof typeof paths, Walk>>;
  readonly #forgetting: Forgetting;

  constructor(db: Db, cursors: Cursors) {
    const walk = (path: SqlitePath) => new Walk(db, cursors, path);
    this.#walks = {
      reportRecords: walk(paths.reportRecords),
      partRecords: walk(paths.partRecords),
      reportWords: walk(paths.reportWords),
      partWords: walk(paths.partWords),
    };
    this.#forgetting = new Forgetting(db);
  }

  /** The first of the steps that has anything to do. Records first: what goes as a whole need not be shredded before. */
  forget(request: ForgetRequest): Forgotten {
    const { wordsBeforeMs, recordsBeforeMs } = request;
    const { reportRecords, partRecords, reportWords, partWords } = this.#walks;
    return (
      this.#step(request, recordsBeforeMs, reportRecords, (seqs) => this.#removeReports(seqs)) ??
      this.#step(request, recordsBeforeMs, partRecords, (ids) => this.#removeParts(ids)) ??
      this.#removeActs(request) ??
      this.#step(request, wordsBeforeMs, reportWords, (seqs) => this.#shredReports(seqs, request.nowMs)) ??
      this.#step(request, wordsBeforeMs, partWords, (ids) => this.#shredParts(ids)) ??
      nothing
    );
  }

  forgettable(terms: RetentionTerms): Forgettable {
    const { wordsBeforeMs, recordsBeforeMs } = terms;
    const { reportRecords, partRecords, reportWords, partWords } = this.#walks;
    const count = (walks: readonly Walk[], receivedMs: number | null, keptSinceMs: number) =>
      receivedMs === null
        ? 0
        : walks.reduce((sum, walk) => sum + walk.count(ripenessOf(terms, receivedMs), keptSinceMs), 0);
    return {
      words: count([reportWords, partWords], wordsBeforeMs, recordsBeforeMs ?? Number.MIN_SAFE_INTEGER),
      records: count([reportRecords, partRecords], recordsBeforeMs, Number.MIN_SAFE_INTEGER),
    };
  }

  /** @returns null when there is nothing to do any more. */
  #step(request: ForgetRequest, beforeMs: number | null, walk: Walk, take: Take): Forgotten | null {
    if (beforeMs === null) return null;
    const { ripe, isAtEnd } = walk.advance(ripenessOf(request, beforeMs), request.limit, request.nowMs);
    if (ripe.length > 0) return { ...nothing, ...take(ripe), more: true };
    return isAtEnd ? null : { ...nothing, more: true };
  }

  #removeReports(seqs: readonly number[]): Partial<Forgotten> {
    this.#forgetting.removeReports(seqs);
    this.#walks.reportWords.drop(seqs);
    return { records: seqs.length };
  }

  #removeParts(ids: readonly number[]): Partial<Forgotten> {
    this.#forgetting.removeParts(ids);
    this.#walks.partWords.drop(ids);
    return { records: ids.length };
  }

  #shredReports(seqs: readonly number[], nowMs: number): Partial<Forgotten> {
    this.#forgetting.shredReports(seqs, nowMs);
    return { words: seqs.length };
  }

  #shredParts(ids: readonly number[]): Partial<Forgotten> {
    this.#forgetting.shredParts(ids);
    return { words: ids.length };
  }

  #removeActs({ recordsBeforeMs, limit }: ForgetRequest): Forgotten | null {
    const acts = recordsBeforeMs === null ? 0 : this.#forgetting.removeActs(recordsBeforeMs, limit);
    return acts === 0 ? null : { ...nothing, acts, more: true };
  }
}

type Take = (ripe: readonly number[]) => Partial<Forgotten>;

import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../ports/log.js';
import type { Forgotten, RetentionStore, RetentionTerms } from '../ports/retention.js';
import type { Job } from './jobs.js';

const dayMs = 86_400_000;

/** How long things are kept, in days; null: for good. */
export interface RetentionPolicy {
  readonly wordsDays: number | null;
  readonly recordsDays: number | null;
  /** A ticket of which nothing was heard for that long counts as closed. */
  readonly openTicketsDays: number;
}

/**
 * What anything happened to within this time stays. A ticket closes by itself 10 working days after the agency's last
 * word, and its citizen may still say `belum selesai`; holidays stretch that to four weeks.
 */
const quietDays = 30;

/** Some milliseconds of the store's time. */
const messagesPerBatch = 100;

/** After a batch the store is left alone for as many times as long: retention takes a fifth of its time at most. */
const restFactor = 4;

export type RetentionCounts = Omit<Forgotten, 'more'>;

export interface RetentionListener {
  /** Some things went. */
  forgot(counts: RetentionCounts): void;
  /** There is nothing left that is past its time. */
  retentionDone(atMs: number): void;
}

export function retentionTerms(
  { wordsDays, recordsDays, openTicketsDays }: RetentionPolicy,
  nowMs: number,
): RetentionTerms {
  const before = (days: number | null) => (days === null ? null : nowMs - days * dayMs);
  return {
    wordsBeforeMs: before(wordsDays),
    recordsBeforeMs: before(recordsDays),
    quietSinceMs: nowMs - quietDays * dayMs,
    openSinceMs: nowMs - openTicketsDays * dayMs,
  };
}

/**
 * Forgets all that is past its time, in batches with rests between them, until there is no more or `stop` is asked for.
 * @returns what went.
 */
export async function runRetention(
  store: RetentionStore,
  policy: RetentionPolicy,
  listener: RetentionListener,
  stop: AbortSignal,
): Promise<RetentionCounts> {
  let sum: RetentionCounts = { words: 0, records: 0, senders: 0, acts: 0 };
  const nowMs = Date.now();
  const terms = retentionTerms(policy, nowMs);
  while (!stop.aborted) {
    const startedMs = performance.now();
    const { more, ...counts } = await store.forget({ ...terms, limit: messagesPerBatch, nowMs });
    listener.forgot(counts);
    sum = plus(sum, counts);
    if (!more) {
      listener.retentionDone(Date.now());
      return sum;
    }
    await pause((performance.now() - startedMs) * restFactor, null, { signal: stop }).catch(() => undefined);
  }
  return sum;
}

export interface RetentionSettings extends RetentionPolicy {
  /** A cron expression. */
  readonly schedule: string;
}

/** None where everything is kept for good, or the store cannot do otherwise, which the log then says. */
export function retentionJobs(
  { schedule, ...policy }: RetentionSettings,
  store: RetentionStore | undefined,
  listener: RetentionListener,
  log: Log,
): Job[] {
  if (policy.wordsDays === null && policy.recordsDays === null) return [];
  if (store === undefined) {
    log.warn({}, 'nothing is removed by age: retention does not work on this kind of store yet');
    return [];
  }
  const run: Job['run'] = async (_store, _wake, stop) => {
    const startedMs = performance.now();
    const counts = await runRetention(store, policy, listener, stop);
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const said = stop.aborted ? 'retention stopped before its end; the next run goes on' : 'retention done';
    log.info({ ...counts, seconds }, said);
  };
  return [{ name: 'retention', schedule, run }];
}

function plus(one: RetentionCounts, other: RetentionCounts): RetentionCounts {
  return {
    words: one.words + other.words,
    records: one.records + other.records,
    senders: one.senders + other.senders,
    acts: one.acts + other.acts,
  };
}

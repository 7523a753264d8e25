import type { StoreCounts } from '../../../src/ports/store.js';
import type { Database } from './database.js';

const countAll = `SELECT
  (SELECT count(*) FROM forward_queue) AS reports,
  (SELECT count(*) FROM reply_queue) AS replies,
  (SELECT count(*) FROM notices) AS notices,
  (SELECT count(*) FROM part_sets WHERE report_seq IS NULL) AS sets,
  (SELECT count(*) FROM dead_letters WHERE closed_ms IS NULL) AS letters,
  (SELECT received_ms FROM reports WHERE seq = (SELECT min(seq) FROM forward_queue)) AS oldest_ms`;

interface CountsRow {
  readonly reports: number;
  readonly replies: number;
  readonly notices: number;
  readonly sets: number;
  readonly letters: number;
  readonly oldest_ms: number | null;
}

/** What waits, in all. */
export async function storeCounts(database: Database): Promise<StoreCounts> {
  const [row] = await database.query<CountsRow>(countAll);
  if (row === undefined) throw new TypeError('a count has no row');
  const { reports, replies, notices, sets, letters, oldest_ms: oldestReportMs } = row;
  return {
    reportsWaiting: reports,
    repliesWaiting: replies,
    noticesWaiting: notices,
    setsWaiting: sets,
    deadLetters: letters,
    oldestReportMs,
  };
}

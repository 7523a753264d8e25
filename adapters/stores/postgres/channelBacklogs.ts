import type { ChannelCounts } from '../../../src/ports/operations.js';
import type { Database } from './database.js';

interface BacklogRow {
  readonly id: number;
  readonly name: string;
  readonly replies: number;
  readonly oldest_ms: number | null;
  readonly sets: number;
  readonly unclaimed: number;
}

/**
 * What waits for each channel. Asked for by every scrape of the metrics, so each figure comes from an index: a million
 * replies that wait cost some milliseconds, not a look at a million rows.
 */
const backlogs = `SELECT c.id, c.name, q.replies,
    (SELECT a.created_ms FROM replies a WHERE a.seq = q.seq) AS oldest_ms,
    (SELECT count(*) FROM part_sets s WHERE s.report_seq IS NULL AND s.channel_id = c.id) AS sets,
    (SELECT count(*) FROM reply_segments r WHERE r.reply_seq IS NULL AND r.channel_id = c.id) AS unclaimed
  FROM channels c
  CROSS JOIN LATERAL (SELECT count(*) AS replies, min(seq) AS seq FROM (
    SELECT seq FROM reply_queue WHERE lane = c.id AND state <> 3
    UNION ALL SELECT seq FROM reply_queue WHERE lane = c.id AND state = 3) AS waiting) AS q
  ORDER BY c.id`;

/** @param setsExpired and `receiptsClaimed`: by the channels' numbers. */
export async function channelBacklogs(
  database: Database,
  setsExpired: ReadonlyMap<number, number>,
  receiptsClaimed: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<string, ChannelCounts>> {
  const rows = await database.query<BacklogRow>(backlogs);
  return new Map(
    rows.map(({ id, name, replies, oldest_ms: oldestReplyMs, sets, unclaimed }) => [
      name,
      {
        repliesWaiting: replies,
        oldestReplyMs,
        setsWaiting: sets,
        setsExpired: setsExpired.get(id) ?? 0,
        receiptsUnclaimed: unclaimed,
        receiptsClaimed: receiptsClaimed.get(id) ?? 0,
      },
    ]),
  );
}

import type { ChannelCounts } from '../../../src/ports/operations.js';
import type { Db } from './database.js';

interface Waiting {
  readonly count: number;
  readonly seq: number | null;
}

interface PerChannel {
  readonly channel_id: number;
  readonly count: number;
}

/**
 * What waits for each channel. Asked for by every scrape of the metrics, so each figure comes from an index: a million
 * replies that wait cost some milliseconds, not a look at a million rows.
 */
export class ChannelBacklogs {
  readonly #channels;
  readonly #ready;
  readonly #held;
  readonly #createdMs;
  readonly #sets;
  readonly #unclaimed;

  constructor(db: Db) {
    this.#channels = db.prepare<[], { id: number; name: string }>('SELECT id, name FROM channels ORDER BY id');
    this.#ready = db.prepare<[number], Waiting>(
      `SELECT count(*) AS count, min(seq) AS seq FROM reply_queue INDEXED BY reply_queue_ready
       WHERE state = 0 AND lane = ?`,
    );
    // What is under way, delayed or parked: few beside what is ready.
    this.#held = db.prepare<[number], Waiting>(
      `SELECT count(*) AS count, min(seq) AS seq FROM reply_queue INDEXED BY reply_queue_held
       WHERE state <> 0 AND lane = ?`,
    );
    this.#createdMs = db.prepare<[number], { created_ms: number }>('SELECT created_ms FROM replies WHERE seq = ?');
    this.#sets = db.prepare<[], PerChannel>(
      `SELECT channel_id, count(*) AS count FROM part_sets INDEXED BY part_sets_open
       WHERE report_seq IS NULL GROUP BY channel_id`,
    );
    this.#unclaimed = db.prepare<[], PerChannel>(
      'SELECT channel_id, count(*) AS count FROM early_receipts GROUP BY channel_id',
    );
  }

  /** @param setsExpired and `receiptsClaimed`: by the channels' numbers. */
  read(
    setsExpired: ReadonlyMap<number, number>,
    receiptsClaimed: ReadonlyMap<number, number>,
  ): ReadonlyMap<string, ChannelCounts> {
    const sets = countsOf(this.#sets.all());
    const unclaimed = countsOf(this.#unclaimed.all());
    return new Map(
      this.#channels.all().map(({ id, name }) => [
        name,
        {
          ...this.#replies(id),
          setsWaiting: sets.get(id) ?? 0,
          setsExpired: setsExpired.get(id) ?? 0,
          receiptsUnclaimed: unclaimed.get(id) ?? 0,
          receiptsClaimed: receiptsClaimed.get(id) ?? 0,
        },
      ]),
    );
  }

  #replies(lane: number): Pick<ChannelCounts, 'repliesWaiting' | 'oldestReplyMs'> {
    const places = [this.#ready.get(lane), this.#held.get(lane)].filter((place) => place !== undefined);
    const seqs = places.flatMap(({ seq }) => (seq === null ? [] : [seq]));
    return {
      repliesWaiting: places.reduce((sum, { count }) => sum + count, 0),
      oldestReplyMs: seqs.length === 0 ? null : (this.#createdMs.get(Math.min(...seqs))?.created_ms ?? null),
    };
  }
}

function countsOf(rows: readonly PerChannel[]): ReadonlyMap<number, number> {
  return new Map(rows.map((row) => [row.channel_id, row.count]));
}

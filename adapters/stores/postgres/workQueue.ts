import { column } from './bulk.js';
import type { Tx } from './database.js';

/**
 * States of a queued item.
 *
 *   ready -> leased -> (gone)         done
 *                   -> delayed -> ready   tried again when due
 *                   -> ready              given back, or the lease ended
 *   parked -> ready                   when the items before it are done
 *
 * Whatever is not parked is the head of its sender. A unique index allows one, on whatever node it is made: see the
 * first migration. A head that is not leased is the sender's first item.
 */
const state = { ready: 0, leased: 1, delayed: 2, parked: 3 } as const;

export type Standing = keyof typeof state;

const standings = new Map(Object.entries(state).map(([name, value]) => [value as number, name as Standing]));

/** How many leases and waits that are over one claim ends at most; the next claims end the others. */
const promotedPerClaimMax = 1_000;

export interface QueueItem {
  readonly seq: number;
  readonly lane: number;
  readonly senderId: number;
}

/** Whose turn an item took. */
interface Turn {
  readonly lane: number;
  readonly sender_id: number;
  /** Whether something may be parked behind it. */
  readonly followed: boolean;
}

export interface Delay {
  readonly seq: number;
  readonly dueMs: number;
  /** Whether the attempt left open what it did. */
  readonly isUncertain: boolean;
}

/**
 * Statements that add the rows of `given` (seq, lane, sender_id): the first of each sender becomes its head if there is
 * none, and all others are parked. The head that is in the way is marked, which also holds it until this is committed:
 * whoever takes it out meanwhile waits, and then sees whom to let forward.
 * @param given a query, as the body of a common table expression.
 */
export function enqueueing(table: 'forward_queue' | 'reply_queue', given: string): string {
  return `given AS (${given}),
    firsts AS (
      INSERT INTO ${table} AS q (seq, lane, sender_id, state, followed)
      SELECT min(seq), lane, sender_id, ${state.ready}, count(*) > 1 FROM given GROUP BY lane, sender_id ORDER BY lane, sender_id
      ON CONFLICT (lane, sender_id) WHERE state <> 3 DO UPDATE SET followed = true WHERE NOT q.followed
      RETURNING q.seq),
    others AS (
      INSERT INTO ${table} (seq, lane, sender_id, state)
      SELECT seq, lane, sender_id, ${state.parked} FROM given WHERE seq NOT IN (SELECT seq FROM firsts)
      RETURNING lane, sender_id)`;
}

/**
 * A durable queue in which each sender has at most one item under way. Items of a sender are handed out in the order of
 * `seq`; the others wait, parked, until it is done. Lanes part a queue into independent ones: what waits in one never
 * holds up the same sender's items in another.
 */
export class WorkQueue {
  readonly #add;
  readonly #promote;
  readonly #claim;
  readonly #remove;
  readonly #delay;
  readonly #release;
  readonly #stepBack;
  readonly #stepForward;
  readonly #reclaim;

  /** @param node whose leases are made here. */
  constructor(
    private readonly table: 'forward_queue' | 'reply_queue',
    private readonly node: number,
  ) {
    const given = 'SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS g (seq, lane, sender_id)';
    this.#add = `WITH ${enqueueing(table, given)} SELECT DISTINCT lane, sender_id, true AS followed FROM others`;
    this.#promote = `UPDATE ${table} SET state = ${state.ready}, due_ms = 0, node = NULL,
        uncertain_attempts = uncertain_attempts + (state = ${state.leased})::integer
      WHERE seq IN (SELECT seq FROM ${table} WHERE state IN (1, 2) AND due_ms <= $1
                    ORDER BY due_ms LIMIT ${promotedPerClaimMax} FOR UPDATE SKIP LOCKED)
      RETURNING lane, sender_id, followed`;
    // No `lane = $1`: then a plan may walk the queue by its primary key, past all that is parked or under way.
    this.#claim = `taken AS MATERIALIZED (
        SELECT seq FROM ${table} WHERE lane >= $1 AND lane <= $1 AND state = ${state.ready} ORDER BY lane, seq LIMIT $2
        FOR UPDATE SKIP LOCKED),
      leased AS (
        UPDATE ${table} q SET state = ${state.leased}, due_ms = $3, node = $4 FROM taken WHERE q.seq = taken.seq
        RETURNING q.seq, q.attempts, q.uncertain_attempts)`;
    this.#remove = `DELETE FROM ${table} WHERE seq = ANY($1::bigint[])
      RETURNING seq, lane, sender_id, followed, attempts`;
    // What was counted stays: a later attempt that surely failed says nothing of the earlier one.
    const isOurs = `(q.state <> ${state.leased} OR q.node = $`;
    this.#delay = `UPDATE ${table} q SET state = ${state.delayed}, due_ms = g.due_ms, attempts = q.attempts + 1, node = NULL,
        uncertain_attempts = q.uncertain_attempts + g.is_uncertain::integer
      FROM unnest($1::bigint[], $2::bigint[], $3::boolean[]) AS g (seq, due_ms, is_uncertain)
      WHERE q.seq = g.seq AND q.state <> ${state.parked} AND ${isOurs}4)
      RETURNING q.seq, q.lane, q.sender_id, q.followed`;
    // What has a node is leased. Not by its state: then a plan could read all that is leased or waits instead.
    this.#release = `UPDATE ${table} q SET state = ${state.ready}, due_ms = 0, node = NULL
      WHERE seq = ANY($1::bigint[]) AND q.node = $2
      RETURNING q.lane, q.sender_id, q.followed`;
    const turns = 'unnest($1::integer[], $2::bigint[]) AS t (lane, sender_id)';
    this.#stepBack = `UPDATE ${table} q SET state = ${state.parked} FROM ${turns}
      WHERE q.lane = t.lane AND q.sender_id = t.sender_id AND q.state <> 3 AND q.state <> ${state.leased}
        AND EXISTS (SELECT 1 FROM ${table} p WHERE p.lane = t.lane AND p.sender_id = t.sender_id
                    AND p.state = 3 AND p.seq < q.seq)`;
    this.#stepForward = `UPDATE ${table} q SET followed = true,
        state = CASE WHEN q.due_ms > 0 THEN ${state.delayed} ELSE ${state.ready} END
      FROM ${turns}
      CROSS JOIN LATERAL (SELECT p.seq FROM ${table} p WHERE p.lane = t.lane AND p.sender_id = t.sender_id AND p.state = 3
                          ORDER BY p.seq LIMIT 1) AS next
      WHERE q.seq = next.seq
        AND NOT EXISTS (SELECT 1 FROM ${table} h WHERE h.lane = t.lane AND h.sender_id = t.sender_id AND h.state <> 3)`;
    this.#reclaim = `UPDATE ${table} SET state = ${state.ready}, due_ms = 0, node = NULL,
        uncertain_attempts = uncertain_attempts + 1
      WHERE seq IN (SELECT seq FROM ${table} WHERE state IN (1, 2) AND state = ${state.leased}
                    AND node NOT IN (SELECT number FROM nodes) LIMIT ${promotedPerClaimMax} FOR UPDATE SKIP LOCKED)
      RETURNING lane, sender_id, followed`;
  }

  /** Puts items in; waits for no answer. */
  add(tx: Tx, items: readonly QueueItem[]): void {
    if (items.length > 0) tx.send(this.#add, columnsOf(items));
  }

  /** Puts an item in that may come before others of its sender. */
  async putBack(tx: Tx, item: QueueItem): Promise<void> {
    this.#letNextGo(tx, await tx.query<Turn>(this.#add, columnsOf([item])));
  }

  /**
   * Leases ready items, also those whose wait or lease is over.
   * @param reading a query of what is to be known of them, over the table `leased` (seq, attempts, uncertain_attempts:
   * leases on it that ended without a word and attempts that left it open).
   */
  async claim<Row>(
    tx: Tx,
    { lane, limit, nowMs, untilMs }: { lane: number; limit: number; nowMs: number; untilMs: number },
    reading: string,
  ): Promise<Row[]> {
    const lease = (places: number) =>
      tx.query<Row>(`WITH ${this.#claim} ${reading}`, [lane, places, untilMs, this.node]);
    // Sent together, for mostly nothing comes back. What does is settled with those behind it before it is leased.
    const [leased, over] = await Promise.all([lease(limit), tx.query<Turn>(this.#promote, [nowMs])]);
    if (over.length === 0) return leased;
    this.#letNextGo(tx, over);
    return leased.length < limit ? [...leased, ...(await lease(limit - leased.length))] : leased;
  }

  /** Takes items out for good and lets those behind them come forward. @returns those still in, with their attempts before. */
  async done(tx: Tx, seqs: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (seqs.length === 0) return new Map();
    const removed = await tx.query<Turn & { seq: number; attempts: number }>(this.#remove, [seqs]);
    this.#letNextGo(tx, removed);
    return new Map(removed.map((row) => [row.seq, row.attempts]));
  }

  /** @returns those that were still in the queue, and nobody else's by now. */
  async delay(tx: Tx, delays: readonly Delay[]): Promise<ReadonlySet<number>> {
    if (delays.length === 0) return new Set();
    const delayed = await tx.query<Turn & { seq: number }>(this.#delay, [
      delays.map(({ seq }) => seq),
      delays.map(({ dueMs }) => dueMs),
      delays.map(({ isUncertain }) => isUncertain),
      this.node,
    ]);
    this.#letNextGo(tx, delayed);
    return new Set(delayed.map(({ seq }) => seq));
  }

  async release(tx: Tx, seqs: readonly number[]): Promise<void> {
    this.#letNextGo(tx, await tx.query<Turn>(this.#release, [seqs, this.node]));
  }

  /** Ends the leases of nodes that are gone. @returns how many. */
  async reclaim(tx: Tx): Promise<number> {
    const turns = await tx.query<Turn>(this.#reclaim);
    this.#letNextGo(tx, turns);
    return turns.length;
  }

  /** Null: it is not in the queue. Until the end of the transaction it stays as it is. */
  async standing(tx: Tx, seq: number): Promise<Standing | null> {
    const [row] = await tx.query<{ state: number }>(`SELECT state FROM ${this.table} WHERE seq = $1 FOR UPDATE`, [seq]);
    return row === undefined ? null : (standings.get(row.state) ?? null);
  }

  /**
   * Whenever an item stops being under way, the first that is parked for its sender comes forward: mostly it is the next
   * in order; where an operator has put an older one back it may take the item's own place.
   */
  #letNextGo(tx: Tx, turns: readonly Turn[]): void {
    const followed = turns.filter((turn) => turn.followed);
    if (followed.length === 0) return;
    const columns = [followed.map((turn) => turn.lane), followed.map((turn) => turn.sender_id)];
    tx.send(this.#stepBack, columns);
    tx.send(this.#stepForward, columns);
  }
}

function columnsOf(items: readonly QueueItem[]): Buffer[] {
  return [
    column(
      'bigint',
      items.map(({ seq }) => seq),
    ),
    column(
      'integer',
      items.map(({ lane }) => lane),
    ),
    column(
      'bigint',
      items.map(({ senderId }) => senderId),
    ),
  ];
}

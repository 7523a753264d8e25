import type { Db } from './database.js';

/**
 * States of a queued item.
 *
 *   ready -> leased -> (gone)         done
 *                   -> delayed -> ready   tried again when due
 *                   -> ready              given back, or the lease ended
 *   ready -> parked -> ready          waits behind an earlier item of the same sender
 */
const state = { ready: 0, leased: 1, delayed: 2, parked: 3 } as const;

/** How many rows a claim looks at, at most, for each that it may take: a flood from one sender is parked step by step. */
const scanFactor = 4;

export interface Leased {
  readonly seq: number;
  readonly attempts: number;
  /** A lease on it ended without a word: what was to be done is perhaps done. */
  readonly perhapsDone: boolean;
}

interface Row {
  readonly seq: number;
  readonly sender_id: number;
  readonly attempts: number;
  readonly perhaps_done: number;
}

/**
 * A durable queue in which each sender has at most one item under way. Items of a sender are handed out in the
 * order of `seq`; the others wait, parked, until it is done. Lanes part a queue into independent ones.
 *
 * All methods run inside a transaction.
 */
export class WorkQueue {
  readonly #add;
  readonly #ready;
  readonly #blocked;
  readonly #lease;
  readonly #park;
  readonly #unpark;
  readonly #remove;
  readonly #delay;
  readonly #release;
  readonly #promoteLeased;
  readonly #promoteDelayed;
  readonly #promoteAll;
  readonly #count;

  constructor(db: Db, table: 'forward_queue' | 'reply_queue') {
    this.#add = db.prepare<[number, number, number]>(
      `INSERT INTO ${table} (seq, lane, sender_id, state, due_ms, attempts, perhaps_done) VALUES (?, ?, ?, 0, 0, 0, 0)`,
    );
    this.#ready = db.prepare<[number, number, number], Row>(
      `SELECT seq, sender_id, attempts, perhaps_done FROM ${table} INDEXED BY ${table}_ready
       WHERE state = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#blocked = db.prepare<[number, number], { seq: number }>(
      `SELECT seq FROM ${table} INDEXED BY ${table}_held
       WHERE sender_id = ? AND state <> 0 AND (seq < ? OR state = ${state.leased}) LIMIT 1`,
    );
    this.#lease = db.prepare<[number, number]>(`UPDATE ${table} SET state = ${state.leased}, due_ms = ? WHERE seq = ?`);
    this.#park = db.prepare<[number]>(`UPDATE ${table} SET state = ${state.parked} WHERE seq = ?`);
    this.#unpark = db.prepare<[number]>(
      `UPDATE ${table} SET state = 0 WHERE seq = (
         SELECT seq FROM ${table} INDEXED BY ${table}_held
         WHERE sender_id = ? AND state <> 0 AND state = ${state.parked} ORDER BY seq LIMIT 1)`,
    );
    this.#remove = db.prepare<[number], { sender_id: number }>(
      `DELETE FROM ${table} WHERE seq = ? RETURNING sender_id`,
    );
    this.#delay = db.prepare<[number, number, number]>(
      `UPDATE ${table} SET state = ${state.delayed}, due_ms = ?, attempts = attempts + 1, perhaps_done = ? WHERE seq = ?`,
    );
    this.#release = db.prepare<[number]>(`UPDATE ${table} SET state = 0 WHERE seq = ? AND state = ${state.leased}`);
    this.#promoteLeased = db.prepare<[number]>(
      `UPDATE ${table} SET state = 0, perhaps_done = 1 WHERE state IN (1, 2) AND state = ${state.leased} AND due_ms <= ?`,
    );
    this.#promoteDelayed = db.prepare<[number]>(
      `UPDATE ${table} SET state = 0 WHERE state IN (1, 2) AND state = ${state.delayed} AND due_ms <= ?`,
    );
    this.#promoteAll = db.prepare(`UPDATE ${table} SET state = 0, perhaps_done = 1 WHERE state = ${state.leased}`);
    this.#count = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`);
  }

  add(seq: number, lane: number, senderId: number): void {
    this.#add.run(seq, lane, senderId);
  }

  claim(lane: number, limit: number, nowMs: number, leaseUntilMs: number): Leased[] {
    this.#promoteLeased.run(nowMs);
    this.#promoteDelayed.run(nowMs);
    const leased: Leased[] = [];
    let after = Number.MIN_SAFE_INTEGER;
    for (let scanned = 0; leased.length < limit && scanned < limit * scanFactor; ) {
      const rows = this.#ready.all(lane, after, limit - leased.length);
      for (const row of rows) if (this.#take(row, leaseUntilMs)) leased.push(toLeased(row));
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
      scanned += rows.length;
    }
    return leased;
  }

  /** @returns false when the item is not in the queue any more. */
  done(seq: number): boolean {
    const removed = this.#remove.get(seq);
    if (removed === undefined) return false;
    this.#unpark.run(removed.sender_id);
    return true;
  }

  delay(seq: number, dueMs: number, perhapsDone: boolean): void {
    this.#delay.run(dueMs, perhapsDone ? 1 : 0, seq);
  }

  release(seq: number): void {
    this.#release.run(seq);
  }

  /** For a starting gateway, which knows that every lease is a dead worker's. */
  reclaimAll(): void {
    this.#promoteAll.run();
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  #take(row: Row, leaseUntilMs: number): boolean {
    if (this.#blocked.get(row.sender_id, row.seq) === undefined) {
      this.#lease.run(leaseUntilMs, row.seq);
      return true;
    }
    this.#park.run(row.seq);
    return false;
  }
}

function toLeased(row: Row): Leased {
  return { seq: row.seq, attempts: row.attempts, perhapsDone: row.perhaps_done === 1 };
}

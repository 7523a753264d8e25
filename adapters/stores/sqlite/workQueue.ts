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

/**
 * How many items one claim parks at most: a flood from one sender is put aside in steps, so that no step holds up
 * intake (some 5 ms) and a thousand texts from one phone delay the others by no more than a claim.
 */
const parkedPerClaimMax = 1_000;

/** How many leases and waits that are over one claim ends at most; the next claims end the others. */
const promotedPerClaimMax = 1_000;

export interface Leased {
  readonly seq: number;
  readonly attempts: number;
  /** A lease on it ended without a word, or an attempt left it open: what was to be done is perhaps done. */
  readonly perhapsDone: boolean;
}

interface Place {
  readonly senderId: number;
  readonly lane: number;
  readonly seq: number;
}

interface Row {
  readonly seq: number;
  readonly sender_id: number;
  readonly attempts: number;
  readonly perhaps_done: number;
}

/**
 * A durable queue in which each sender has at most one item under way. Items of a sender are handed out in the
 * order of `seq`; the others wait, parked, until it is done. Lanes part a queue into independent ones: what waits in
 * one never holds up the same sender's items in another.
 *
 * All methods run inside a transaction.
 */
export class WorkQueue {
  readonly #add;
  readonly #ready;
  readonly #heldSenders;
  readonly #blocked;
  readonly #lease;
  readonly #park;
  readonly #parkedSenders;
  readonly #unpark;
  readonly #remove;
  readonly #delay;
  readonly #release;
  readonly #promoteDue;
  readonly #promoteLeased;
  readonly #count;

  constructor(db: Db, table: 'forward_queue' | 'reply_queue') {
    this.#add = db.prepare<[number, number, number]>(
      `INSERT INTO ${table} (seq, lane, sender_id, state, due_ms, attempts, perhaps_done) VALUES (?, ?, ?, 0, 0, 0, 0)`,
    );
    this.#ready = db.prepare<[number, number, number], Row>(
      `SELECT seq, sender_id, attempts, perhaps_done FROM ${table} INDEXED BY ${table}_ready
       WHERE state = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    this.#heldSenders = db.prepare<[string, number], { sender_id: number }>(
      `SELECT DISTINCT h.sender_id FROM json_each(?) s CROSS JOIN ${table} h INDEXED BY ${table}_held
       ON h.sender_id = s.value AND h.lane = ? AND h.state <> 0`,
    );
    // Three seeks, whatever the sender has waiting: a single look through what is held would cost a flood of n texts n².
    const held = `SELECT 1 FROM ${table} INDEXED BY ${table}_held
       WHERE sender_id = @senderId AND lane = @lane AND state <> 0`;
    this.#blocked = db.prepare<[Place], { blocked: number }>(
      `SELECT EXISTS (${held} AND state = ${state.leased})
           OR EXISTS (${held} AND state = ${state.delayed} AND seq < @seq)
           OR EXISTS (${held} AND state = ${state.parked} AND seq < @seq) AS blocked`,
    );
    this.#lease = db.prepare<[number, string]>(
      `UPDATE ${table} SET state = ${state.leased}, due_ms = ? WHERE seq IN (SELECT value FROM json_each(?))`,
    );
    this.#park = db.prepare<[number]>(`UPDATE ${table} SET state = ${state.parked} WHERE seq = ?`);
    this.#unpark = db.prepare<[number, number]>(
      `UPDATE ${table} SET state = 0 WHERE seq = (
         SELECT seq FROM ${table} INDEXED BY ${table}_held
         WHERE sender_id = ? AND lane = ? AND state <> 0 AND state = ${state.parked} ORDER BY seq LIMIT 1)`,
    );
    this.#remove = db.prepare<[string], Removed>(
      `DELETE FROM ${table} WHERE seq IN (SELECT value FROM json_each(?)) RETURNING seq, sender_id, lane, attempts`,
    );
    this.#parkedSenders = db.prepare<[string], { sender_id: number; lane: number }>(
      `SELECT DISTINCT h.sender_id, h.lane FROM json_each(?) s CROSS JOIN ${table} h INDEXED BY ${table}_held
       ON h.sender_id = s.value AND h.state <> 0 AND h.state = ${state.parked}`,
    );
    // Once perhaps done, always perhaps done: a later attempt that surely failed says nothing of the earlier one.
    this.#delay = db.prepare<[number, number, number]>(
      `UPDATE ${table} SET state = ${state.delayed}, due_ms = ?, attempts = attempts + 1, perhaps_done = max(perhaps_done, ?)
       WHERE seq = ?`,
    );
    this.#release = db.prepare<[number]>(`UPDATE ${table} SET state = 0 WHERE seq = ? AND state = ${state.leased}`);
    this.#promoteDue = db.prepare<[number]>(
      `UPDATE ${table} SET state = 0, perhaps_done = max(perhaps_done, state = ${state.leased}) WHERE seq IN (
         SELECT seq FROM ${table} INDEXED BY ${table}_due
         WHERE state IN (1, 2) AND due_ms <= ? ORDER BY due_ms LIMIT ${promotedPerClaimMax})`,
    );
    this.#promoteLeased = db.prepare(
      `UPDATE ${table} SET state = 0, perhaps_done = 1 WHERE seq IN (
         SELECT seq FROM ${table} INDEXED BY ${table}_due WHERE state IN (1, 2) AND state = ${state.leased})`,
    );
    this.#count = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`);
  }

  add(seq: number, lane: number, senderId: number): void {
    this.#add.run(seq, lane, senderId);
  }

  claim(lane: number, limit: number, nowMs: number, leaseUntilMs: number): Leased[] {
    this.#promoteDue.run(nowMs);
    const leased: Leased[] = [];
    let after = Number.MIN_SAFE_INTEGER;
    for (let parked = 0; leased.length < limit && parked < parkedPerClaimMax; ) {
      const rows = this.#ready.all(lane, after, limit - leased.length);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.seq;
      const free = this.#parkBlocked(rows, lane);
      this.#lease.run(leaseUntilMs, JSON.stringify(free.map((row) => row.seq)));
      for (const row of free) leased.push(toLeased(row));
      parked += rows.length - free.length;
    }
    return leased;
  }

  /** Takes items out for good and lets those behind them come forward. @returns those still in, with their attempts before. */
  done(seqs: readonly number[]): ReadonlyMap<number, number> {
    const removed = this.#remove.all(JSON.stringify(seqs));
    const senders = JSON.stringify(removed.map((row) => row.sender_id));
    const freed = new Set(removed.map((row) => `${row.sender_id} ${row.lane}`));
    for (const { sender_id: senderId, lane } of this.#parkedSenders.all(senders)) {
      if (freed.has(`${senderId} ${lane}`)) this.#unpark.run(senderId, lane);
    }
    return new Map(removed.map((row) => [row.seq, row.attempts]));
  }

  /** @returns false when the item is not in the queue any more. */
  delay(seq: number, dueMs: number, perhapsDone: boolean): boolean {
    return this.#delay.run(dueMs, perhapsDone ? 1 : 0, seq).changes === 1;
  }

  release(seq: number): void {
    this.#release.run(seq);
  }

  /** For a starting gateway, which knows that every lease is a dead worker's. */
  reclaimAll(): void {
    this.#promoteLeased.run();
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /**
   * Parks the rows that wait behind another of their sender. Most senders have nothing else here: one look tells which
   * have, and only theirs are looked at one by one.
   */
  #parkBlocked(rows: readonly Row[], lane: number): Row[] {
    const senders = JSON.stringify(rows.map((row) => row.sender_id));
    const held = new Set(this.#heldSenders.all(senders, lane).map((row) => row.sender_id));
    const taken = new Set<number>();
    return rows.filter(({ sender_id: senderId, seq }) => {
      const free = !taken.has(senderId) && !(held.has(senderId) && this.#isBlocked({ senderId, lane, seq }));
      if (free) taken.add(senderId);
      else this.#park.run(seq);
      return free;
    });
  }

  #isBlocked(place: Place): boolean {
    return this.#blocked.get(place)?.blocked !== 0;
  }
}

interface Removed {
  readonly seq: number;
  readonly sender_id: number;
  readonly lane: number;
  readonly attempts: number;
}

function toLeased(row: Row): Leased {
  return { seq: row.seq, attempts: row.attempts, perhapsDone: row.perhaps_done === 1 };
}

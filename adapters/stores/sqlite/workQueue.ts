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

export type Standing = keyof typeof state;

const standings = new Map(Object.entries(state).map(([name, value]) => [value as number, name as Standing]));

/**
 * How many items one claim parks at most: a flood from one sender is put aside in steps, so that no step holds up
 * intake (some 5 ms) and a thousand texts from one phone delay the others by no more than a claim.
 */
const parkedPerClaimMax = 1_000;

/** How many leases and waits that are over one claim ends at most; the next claims end the others. */
const promotedPerClaimMax = 1_000;

export interface Leased {
  readonly seq: number;
  readonly senderId: number;
  readonly attempts: number;
  /** So many leases on it ended without a word or attempts left it open: each time what was to be done is perhaps done. */
  readonly uncertainAttempts: number;
}

/** Whose turn an item took. */
interface Turn {
  readonly sender_id: number;
  readonly lane: number;
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
  readonly uncertain_attempts: number;
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
  readonly #withParked;
  readonly #unpark;
  readonly #remove;
  readonly #delay;
  readonly #release;
  readonly #promoteDue;
  readonly #promoteLeased;
  readonly #count;
  readonly #standing;

  constructor(db: Db, table: 'forward_queue' | 'reply_queue') {
    this.#add = db.prepare<[number, number, number]>(
      `INSERT INTO ${table} (seq, lane, sender_id, state, due_ms, attempts, uncertain_attempts) VALUES (?, ?, ?, 0, 0, 0, 0)`,
    );
    this.#ready = db.prepare<[number, number, number], Row>(
      `SELECT seq, sender_id, attempts, uncertain_attempts FROM ${table} INDEXED BY ${table}_ready
       WHERE state = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ?`,
    );
    // Seeks only, whatever a sender has waiting: to look through what is held would cost a flood of n texts n².
    const held = `SELECT 1 FROM ${table} INDEXED BY ${table}_held WHERE state <> 0`;
    this.#heldSenders = db.prepare<[string, number], { sender_id: number }>(
      `SELECT s.value AS sender_id FROM json_each(?) s WHERE EXISTS (${held} AND sender_id = s.value AND lane = ?)`,
    );
    const ofSender = `${held} AND sender_id = @senderId AND lane = @lane`;
    this.#blocked = db.prepare<[Place], { blocked: number }>(
      `SELECT EXISTS (${ofSender} AND state = ${state.leased})
           OR EXISTS (${ofSender} AND state = ${state.delayed} AND seq < @seq) AS blocked`,
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
    this.#withParked = db.prepare<[string], Turn>(
      `SELECT s.value ->> 0 AS sender_id, s.value ->> 1 AS lane FROM json_each(?) s
       WHERE EXISTS (${held} AND sender_id = s.value ->> 0 AND lane = s.value ->> 1 AND state = ${state.parked})`,
    );
    // What was counted stays: a later attempt that surely failed says nothing of the earlier one.
    this.#delay = db.prepare<[number, number, number], Turn>(
      `UPDATE ${table} SET state = ${state.delayed}, due_ms = ?, attempts = attempts + 1,
         uncertain_attempts = uncertain_attempts + ?
       WHERE seq = ? RETURNING sender_id, lane`,
    );
    this.#release = db.prepare<[number], Turn>(
      `UPDATE ${table} SET state = 0 WHERE seq = ? AND state = ${state.leased} RETURNING sender_id, lane`,
    );
    this.#promoteDue = db.prepare<[number], Turn>(
      `UPDATE ${table} SET state = 0, uncertain_attempts = uncertain_attempts + (state = ${state.leased}) WHERE seq IN (
         SELECT seq FROM ${table} INDEXED BY ${table}_due
         WHERE state IN (1, 2) AND due_ms <= ? ORDER BY due_ms LIMIT ${promotedPerClaimMax})
       RETURNING sender_id, lane`,
    );
    this.#promoteLeased = db.prepare<[], Turn>(
      `UPDATE ${table} SET state = 0, uncertain_attempts = uncertain_attempts + 1 WHERE seq IN (
         SELECT seq FROM ${table} INDEXED BY ${table}_due WHERE state IN (1, 2) AND state = ${state.leased})
       RETURNING sender_id, lane`,
    );
    this.#count = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`);
    this.#standing = db.prepare<[number], { state: number }>(`SELECT state FROM ${table} WHERE seq = ?`);
  }

  add(seq: number, lane: number, senderId: number): void {
    this.#add.run(seq, lane, senderId);
  }

  claim(lane: number, limit: number, nowMs: number, leaseUntilMs: number): Leased[] {
    this.#letNextGo(this.#promoteDue.all(nowMs));
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
    this.#letNextGo(removed);
    return new Map(removed.map((row) => [row.seq, row.attempts]));
  }

  /**
   * @param isUncertain whether the attempt left open what it did.
   * @returns false when the item is not in the queue any more.
   */
  delay(seq: number, dueMs: number, isUncertain: boolean): boolean {
    const delayed = this.#delay.all(dueMs, isUncertain ? 1 : 0, seq);
    this.#letNextGo(delayed);
    return delayed.length === 1;
  }

  release(seq: number): void {
    this.#letNextGo(this.#release.all(seq));
  }

  /** For a starting gateway, which knows that every lease is a dead worker's. */
  reclaimAll(): void {
    this.#letNextGo(this.#promoteLeased.all());
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /** Null: it is not in the queue. */
  standing(seq: number): Standing | null {
    const row = this.#standing.get(seq);
    return row === undefined ? null : (standings.get(row.state) ?? null);
  }

  /**
   * Whenever an item stops being under way, the first that is parked for its sender is looked at again: mostly it is the
   * next in order; where an operator has put an older one back it may come before the item itself.
   */
  #letNextGo(turns: readonly Turn[]): void {
    if (turns.length === 0) return;
    const pairs = JSON.stringify(turns.map(({ sender_id, lane }) => [sender_id, lane]));
    for (const { sender_id, lane } of this.#withParked.all(pairs)) this.#unpark.run(sender_id, lane);
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

interface Removed extends Turn {
  readonly seq: number;
  readonly attempts: number;
}

function toLeased(row: Row): Leased {
  const { seq, sender_id: senderId, attempts, uncertain_attempts: uncertainAttempts } = row;
  return { seq, senderId, attempts, uncertainAttempts };
}

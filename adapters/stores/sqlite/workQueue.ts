import type { Db } from './database.js';
import { JsonRows } from './jsonRows.js';
import { Leases, type Place, type Queued } from './leases.js';

/**
 * States of a queued item. A ready one may be under way: that is told by `Leases`.
 *
 *   ready -> (gone)              done
 *         -> delayed -> ready    tried again when due
 *         -> parked -> ready     waits behind an earlier item of the same sender
 *
 * 1 was an item under way before there were leases in a table of their own.
 */
const state = { ready: 0, delayed: 2, parked: 3 } as const;

export type Standing = keyof typeof state | 'leased';

const standings = new Map<number, Standing>(Object.entries(state).map(([name, value]) => [value, name as Standing]));

/**
 * How many items one claim parks at most: a flood from one sender is put aside in steps, so that no step holds up
 * intake (some 5 ms) and a thousand texts from one phone delay the others by no more than a claim.
 */
const parkedPerClaimMax = 1_000;

/** How many waits that are over one claim ends at most; the next claims end the others. */
const promotedPerClaimMax = 1_000;

export interface Leased {
  readonly seq: number;
  readonly senderId: number;
  readonly attempts: number;
  /** So many leases on it ended without a word or attempts left it open: each time what was to be done is perhaps done. */
  readonly uncertainAttempts: number;
}

/** Whose turn an item took. */
type Turn = Omit<Place, 'seq'>;

const senderIdOf = ([senderId]: readonly [senderId: number]): number => senderId;

/**
 * A durable queue in which each sender has at most one item under way. Items of a sender are handed out in the
 * order of `seq`; the others wait, parked, until it is done. Lanes part a queue into independent ones: what waits in
 * one never holds up the same sender's items in another.
 *
 * All methods run inside a transaction.
 */
export class WorkQueue {
  readonly #leases: Leases;
  /** By lane: up to here nothing is ready but what is under way. */
  readonly #searched = new Map<number, number>();
  #dataVersion: number | null = null;
  readonly #add;
  readonly #ready;
  readonly #anyHeld;
  readonly #heldSenders;
  readonly #delayedBefore;
  readonly #park;
  readonly #withParked;
  readonly #unpark;
  readonly #find;
  readonly #remove;
  readonly #delay;
  readonly #anyDue;
  readonly #promoteDue;
  readonly #noteUncertain;
  readonly #count;
  readonly #stateOf;
  readonly #readDataVersion;

  constructor(db: Db, table: 'forward_queue' | 'reply_queue') {
    this.#leases = new Leases(db, table);
    this.#add = db.prepare<[number, number, number]>(
      `INSERT INTO ${table} (seq, lane, sender_id, state, due_ms, attempts, uncertain_attempts) VALUES (?, ?, ?, 0, 0, 0, 0)`,
    );
    // `+ 0`: of a bare parameter there SQLite makes the statement anew whenever its value is another, which takes 15 µs.
    this.#ready = new JsonRows(
      db,
      `SELECT seq, sender_id, attempts, uncertain_attempts FROM ${table} INDEXED BY ${table}_ready
       WHERE state = 0 AND lane = ? AND seq > ? ORDER BY seq LIMIT ? + 0`,
      ([seq, senderId, attempts, uncertainAttempts]: readonly [number, number, number, number]): Leased => {
        return { seq, senderId, attempts, uncertainAttempts };
      },
    );
    // Seeks only, whatever a sender has waiting: to look through what is held would cost a flood of n texts n².
    const held = `SELECT 1 FROM ${table} INDEXED BY ${table}_held WHERE state <> 0`;
    this.#anyHeld = db.prepare<[], number>(`SELECT EXISTS (${held})`).pluck();
    this.#heldSenders = new JsonRows(
      db,
      `SELECT s.value AS sender_id FROM json_each(?) s WHERE EXISTS (${held} AND sender_id = s.value AND lane = ?)`,
      senderIdOf,
    );
    this.#delayedBefore = db
      .prepare<[number, number, number], number>(
        `SELECT EXISTS (${held} AND sender_id = ? AND lane = ? AND state = ${state.delayed} AND seq < ?)`,
      )
      .pluck();
    this.#park = db.prepare<[number]>(`UPDATE ${table} SET state = ${state.parked} WHERE seq = ?`);
    this.#unpark = db
      .prepare<[number, number], number>(
        `UPDATE ${table} SET state = 0 WHERE seq = (
         SELECT seq FROM ${table} INDEXED BY ${table}_held
         WHERE sender_id = ? AND lane = ? AND state <> 0 AND state = ${state.parked} ORDER BY seq LIMIT 1)
         RETURNING seq`,
      )
      .pluck();
    this.#find = new JsonRows(
      db,
      `SELECT q.seq, q.sender_id, q.lane, q.attempts FROM json_each(?) j CROSS JOIN ${table} q ON q.seq = j.value`,
      ([seq, sender_id, lane, attempts]: readonly [number, number, number, number]): Queued => {
        return { seq, sender_id, lane, attempts };
      },
    );
    // Without RETURNING, for which SQLite makes and drops a table of its own: 40 µs each time, whatever it removes.
    this.#remove = db.prepare<[string]>(`DELETE FROM ${table} WHERE seq IN (SELECT value FROM json_each(?))`);
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
    this.#anyDue = db
      .prepare<[number], number>(
        `SELECT EXISTS (SELECT 1 FROM ${table} INDEXED BY ${table}_due WHERE state = ${state.delayed} AND due_ms <= ?)`,
      )
      .pluck();
    this.#promoteDue = db.prepare<[number], Place>(
      `UPDATE ${table} SET state = 0 WHERE seq IN (
         SELECT seq FROM ${table} INDEXED BY ${table}_due
         WHERE state = ${state.delayed} AND due_ms <= ? ORDER BY due_ms LIMIT ${promotedPerClaimMax})
       RETURNING seq, sender_id, lane`,
    );
    this.#noteUncertain = db.prepare<[string]>(
      `UPDATE ${table} SET uncertain_attempts = uncertain_attempts + 1 WHERE seq IN (SELECT value FROM json_each(?))`,
    );
    this.#count = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`);
    this.#stateOf = db.prepare<[number], number>(`SELECT state FROM ${table} WHERE seq = ?`).pluck();
    this.#readDataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** An item that is new. */
  add(seq: number, lane: number, senderId: number): void {
    this.#add.run(seq, lane, senderId);
    this.#isReady({ seq, lane });
  }

  /** An item that was in the queue before. */
  addAgain(seq: number, lane: number, senderId: number): void {
    this.#leases.takeOff(seq);
    this.add(seq, lane, senderId);
  }

  claim(lane: number, limit: number, nowMs: number, leaseUntilMs: number): Leased[] {
    if (this.#anyDue.get(nowMs) === 1) this.#comeForward(this.#promoteDue.all(nowMs));
    this.#leftUncertain(this.#leases.endOverdue(nowMs));
    this.#heedOthers();
    const leased: Leased[] = [];
    for (let parked = 0; leased.length < limit && parked < parkedPerClaimMax; ) {
      const rows = this.#ready.all(lane, this.#searched.get(lane) ?? fromTheFirst, limit - leased.length);
      const last = rows.at(-1);
      if (last === undefined) break;
      this.#searched.set(lane, last.seq);
      const waiting = rows.filter(({ seq }) => this.#leases.find(seq) === undefined);
      const free = this.#parkBlocked(waiting, lane);
      const taken = free.map(({ seq, senderId, attempts }) => ({ seq, sender_id: senderId, lane, attempts }));
      this.#leases.hold(taken, leaseUntilMs);
      leased.push(...free);
      parked += waiting.length - free.length;
    }
    return leased;
  }

  /** Takes items out for good and lets those behind them come forward. @returns those still in, with their attempts before. */
  done(seqs: readonly number[]): ReadonlyMap<number, number> {
    const queued = this.#queued(seqs);
    this.#remove.run(JSON.stringify(seqs));
    this.#leases.end(queued.map(({ seq }) => seq));
    this.#letNextGo(queued);
    return new Map(queued.map(({ seq, attempts }) => [seq, attempts]));
  }

  /**
   * @param isUncertain whether the attempt left open what it did.
   * @returns false when the item is not in the queue any more.
   */
  delay(seq: number, dueMs: number, isUncertain: boolean): boolean {
    // First: leases are perhaps to be read anew, and only of what is not delayed.
    this.#leases.takeBack(seq);
    const delayed = this.#delay.all(dueMs, isUncertain ? 1 : 0, seq);
    this.#letNextGo(delayed);
    return delayed.length === 1;
  }

  release(seq: number): void {
    const place = this.#leases.takeBack(seq);
    if (place !== null) this.#comeForward([place]);
  }

  /** For a starting gateway, which knows that every lease is a dead worker's. */
  reclaimAll(): void {
    this.#leftUncertain(this.#leases.endAll());
  }

  /** After a rollback: nothing that is known in memory need be so. */
  forget(): void {
    this.#leases.forget();
    this.#searched.clear();
  }

  count(): number {
    return this.#count.get()?.count ?? 0;
  }

  /** By the tables, for an operator as well. Null: it is not in the queue. */
  standing(seq: number): Standing | null {
    const standing = standings.get(this.#stateOf.get(seq) ?? Number.NaN) ?? null;
    return standing === 'ready' && this.#leases.lists(seq) ? 'leased' : standing;
  }

  /** What is under way is known; of late words for what came to another end, the table tells. */
  #queued(seqs: readonly number[]): readonly Queued[] {
    const underWay = seqs.flatMap((seq) => this.#leases.find(seq) ?? []);
    if (underWay.length === seqs.length) return underWay;
    return this.#find.all(JSON.stringify(seqs));
  }

  /** Somebody who left no word had them: what they did is open. */
  #leftUncertain(places: readonly Place[]): void {
    if (places.length === 0) return;
    this.#noteUncertain.run(JSON.stringify(places.map(({ seq }) => seq)));
    this.#comeForward(places);
  }

  /** Items that are ready again. Behind an older one that an operator has put back, another may be first. */
  #comeForward(places: readonly Place[]): void {
    for (const place of places) this.#isReady(place);
    this.#letNextGo(places);
  }

  #isReady({ seq, lane }: Omit<Place, 'sender_id'>): void {
    if (seq <= (this.#searched.get(lane) ?? fromTheFirst)) this.#searched.set(lane, seq - 1);
  }

  /** An operator's command may have put items back: then the search begins anew. */
  #heedOthers(): void {
    const version = this.#readDataVersion.get() ?? null;
    if (version !== this.#dataVersion) this.#searched.clear();
    this.#dataVersion = version;
  }

  /**
   * Whenever an item stops being under way, the first that is parked for its sender is looked at again: mostly it is the
   * next in order; where an operator has put an older one back it may come before the item itself.
   */
  #letNextGo(turns: readonly Turn[]): void {
    if (turns.length === 0 || this.#anyHeld.get() === 0) return;
    const pairs = JSON.stringify(turns.map(({ sender_id, lane }) => [sender_id, lane]));
    for (const { sender_id, lane } of this.#withParked.all(pairs)) {
      const seq = this.#unpark.get(sender_id, lane);
      if (seq !== undefined) this.#isReady({ seq, lane });
    }
  }

  /**
   * Parks the items that wait behind another of their sender. Mostly nobody has anything else here, and one look tells; else
   * a second one tells who has, and only theirs are looked at one by one.
   */
  #parkBlocked(items: readonly Leased[], lane: number): Leased[] {
    const held = this.#anyHeld.get() === 0 ? nobody : this.#whoHas(items, lane);
    const taken = new Set<number>();
    return items.filter(({ senderId, seq }) => {
      const isFree =
        !taken.has(senderId) &&
        !this.#leases.isBusy(senderId, lane) &&
        !(held.has(senderId) && this.#delayedBefore.get(senderId, lane, seq) === 1);
      if (isFree) taken.add(senderId);
      else this.#park.run(seq);
      return isFree;
    });
  }

  /** Senders who have something delayed or parked. */
  #whoHas(items: readonly Leased[], lane: number): ReadonlySet<number> {
    return new Set(this.#heldSenders.all(JSON.stringify(items.map(({ senderId }) => senderId)), lane));
  }
}

const fromTheFirst = Number.MIN_SAFE_INTEGER;
const nobody: ReadonlySet<number> = new Set();

import type { Db } from './database.js';

/** An item of a queue, and whose turn it takes. */
export interface Place {
  readonly seq: number;
  readonly sender_id: number;
  readonly lane: number;
}

/** An item that stands in a queue. */
export interface Queued extends Place {
  /** Before the one that is under way. */
  readonly attempts: number;
}

/** What one claim took: a row. */
interface Batch {
  readonly id: number;
  readonly untilMs: number;
  /** Items that are still under way. */
  left: number;
}

interface Lease extends Queued {
  readonly batch: Batch;
}

interface LeaseRow extends Queued {
  readonly id: number;
  readonly until_ms: number;
}

/** All leases of a queue, as the table has them. */
class Held {
  readonly bySeq = new Map<number, Lease>();
  readonly batches = new Set<Batch>();
  /** Senders by lane. */
  readonly #busy = new Map<number, Set<number>>();

  add(lease: Lease): void {
    this.bySeq.set(lease.seq, lease);
    this.batches.add(lease.batch);
    const senders = this.#busy.get(lease.lane);
    if (senders === undefined) this.#busy.set(lease.lane, new Set([lease.sender_id]));
    else senders.add(lease.sender_id);
  }

  /** @returns what was held; undefined where it was not. */
  remove(seq: number): Lease | undefined {
    const lease = this.bySeq.get(seq);
    if (lease === undefined) return undefined;
    this.bySeq.delete(seq);
    this.#busy.get(lease.lane)?.delete(lease.sender_id);
    lease.batch.left -= 1;
    if (lease.batch.left === 0) this.batches.delete(lease.batch);
    return lease;
  }

  isBusy(senderId: number, lane: number): boolean {
    return this.#busy.get(lane)?.has(senderId) === true;
  }
}

/**
 * Who works on what of a queue: one row for each claim, which lists its items, and goes when the last of them has come to
 * its end. Items that are done leave the queue and may stay on the list; whoever puts an item back, or in again, takes it
 * off the list.
 *
 * Only the gateway leases, and one runs on a file, so it knows in memory what the table says. Runs inside a transaction.
 */
export class Leases {
  #known: Held | null = null;
  readonly #load;
  readonly #insert;
  readonly #drop;
  readonly #dropAll;
  readonly #takeOff;
  readonly #lists;

  constructor(
    db: Db,
    private readonly queue: 'forward_queue' | 'reply_queue',
  ) {
    this.#load = db.prepare<[string], LeaseRow>(
      `SELECT l.id, l.until_ms, q.seq, q.sender_id, q.lane, q.attempts
       FROM leases l CROSS JOIN json_each(l.seqs) j CROSS JOIN ${queue} q ON q.seq = j.value
       WHERE l.queue = ? AND q.state = 0`,
    );
    this.#insert = db.prepare<[string, number, string]>('INSERT INTO leases (queue, until_ms, seqs) VALUES (?, ?, ?)');
    this.#drop = db.prepare<[number]>('DELETE FROM leases WHERE id = ?');
    this.#dropAll = db.prepare<[string]>('DELETE FROM leases WHERE queue = ?');
    const lists = 'queue = @queue AND EXISTS (SELECT 1 FROM json_each(seqs) j WHERE j.value = @seq)';
    this.#takeOff = db.prepare<[{ queue: string; seq: number }]>(
      `UPDATE leases SET seqs = (SELECT json_group_array(j.value) FROM json_each(seqs) j WHERE j.value <> @seq) WHERE ${lists}`,
    );
    this.#lists = db
      .prepare<[{ queue: string; seq: number }], number>(`SELECT EXISTS (SELECT 1 FROM leases WHERE ${lists})`)
      .pluck();
  }

  hold(items: readonly Queued[], untilMs: number): void {
    if (items.length === 0) return;
    // Before the row: read after it, its items would be counted twice.
    const held = this.#held;
    const added = this.#insert.run(this.queue, untilMs, JSON.stringify(items.map(({ seq }) => seq)));
    const batch: Batch = { id: Number(added.lastInsertRowid), untilMs, left: items.length };
    for (const { seq, sender_id, lane, attempts } of items) held.add({ seq, sender_id, lane, attempts, batch });
  }

  /** Undefined: it is not under way. */
  find(seq: number): Queued | undefined {
    return this.#held.bySeq.get(seq);
  }

  /** Whether anything of the sender's is under way in that lane. */
  isBusy(senderId: number, lane: number): boolean {
    return this.#held.isBusy(senderId, lane);
  }

  /** Of items that have left the queue. */
  end(seqs: readonly number[]): void {
    for (const seq of seqs) {
      const lease = this.#held.remove(seq);
      if (lease?.batch.left === 0) this.#drop.run(lease.batch.id);
    }
  }

  /** Of an item that stays in the queue. @returns null where it was not held. */
  takeBack(seq: number): Place | null {
    const lease = this.#held.remove(seq);
    if (lease === undefined) return null;
    if (lease.batch.left === 0) this.#drop.run(lease.batch.id);
    else this.takeOff(seq);
    return lease;
  }

  /** Of an item that left the queue and comes back to it: on the list of its last claim it must not look held. */
  takeOff(seq: number): void {
    this.#takeOff.run({ queue: this.queue, seq });
  }

  /** Ends those whose time is up. @returns what they held. */
  endOverdue(nowMs: number): readonly Place[] {
    const { batches, bySeq } = this.#held;
    const isOver = ({ untilMs }: Batch): boolean => untilMs <= nowMs;
    if (![...batches].some(isOver)) return [];
    const overdue = [...bySeq.values()].filter(({ batch }) => isOver(batch));
    this.end(overdue.map(({ seq }) => seq));
    return overdue;
  }

  /** Ends all. @returns what they held. */
  endAll(): readonly Place[] {
    const held = [...this.#held.bySeq.values()];
    this.#dropAll.run(this.queue);
    this.forget();
    return held;
  }

  /** By the table, for whoever is not the gateway. */
  lists(seq: number): boolean {
    return this.#lists.get({ queue: this.queue, seq }) === 1;
  }

  /** What is known in memory may not be so: a transaction was rolled back. */
  forget(): void {
    this.#known = null;
  }

  get #held(): Held {
    this.#known ??= this.#loaded();
    return this.#known;
  }

  #loaded(): Held {
    const held = new Held();
    const batches = new Map<number, Batch>();
    for (const { id, until_ms: untilMs, seq, sender_id, lane, attempts } of this.#load.all(this.queue)) {
      const batch = batches.get(id) ?? { id, untilMs, left: 0 };
      batches.set(id, batch);
      batch.left += 1;
      held.add({ seq, sender_id, lane, attempts, batch });
    }
    return held;
  }
}

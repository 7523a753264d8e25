import type { Cursors } from '../cursors.js';
import type { Db } from '../database.js';

/** A sweep reads all parts, ten million in some ten seconds, in slices: often enough once a day. */
const everyMs = 86_400_000;
const partsPerSlice = 5_000;
const rowsPerSlice = 1_000;

const sweptCursor = 'retention senders swept';

interface PartRow {
  readonly id: number;
  readonly sender_id: number;
}

interface KeyRow {
  readonly channel_id: number;
  readonly id: string;
}

/** How far a sweep has come. Numbers are of the last row that was read. */
interface Sweep {
  readonly seen: SenderSet;
  /** What comes in while it is under way is not for it: tables that grow must not keep it from ending. */
  sendersRead: boolean;
  keysRead: boolean;
  partId: number;
  senderId: number;
  channelId: number;
  keyId: string;
}

/** What one slice is to do within a transaction. @returns how many senders went. */
type Slice = () => number;

/**
 * Finds senders of whom nothing is left, and names of parts that are not there any more.
 *
 * An index from senders to their messages would be written with every part that comes in. Instead all parts are read once
 * a day, and one bit a sender says who is still there: everything of a sender has a part. The bits are in memory; a sweep
 * that a restart breaks off begins anew.
 */
export class SenderSweep {
  #sweep: Sweep | null = null;
  readonly #parts;
  readonly #senders;
  readonly #removeNotes;
  readonly #removeSenders;
  readonly #keys;
  readonly #removeKeys;

  constructor(
    db: Db,
    private readonly cursors: Cursors,
  ) {
    this.#parts = db.prepare<[number, number], PartRow>(
      'SELECT id, sender_id FROM parts WHERE id > ? ORDER BY id LIMIT ?',
    );
    this.#senders = db.prepare<[number, number], { id: number }>(
      'SELECT id FROM senders WHERE id > ? ORDER BY id LIMIT ?',
    );
    this.#removeNotes = db.prepare<[string]>(
      'DELETE FROM sender_notes WHERE sender_id IN (SELECT value FROM json_each(?))',
    );
    this.#removeSenders = db.prepare<[string]>('DELETE FROM senders WHERE id IN (SELECT value FROM json_each(?))');
    this.#keys = db.prepare<[number, string, number], KeyRow>(
      'SELECT channel_id, id FROM part_ids WHERE (channel_id, id) > (?, ?) ORDER BY channel_id, id LIMIT ?',
    );
    this.#removeKeys = db.prepare<[string]>(
      `DELETE FROM part_ids WHERE (channel_id, id) IN (SELECT j.value ->> 0, j.value ->> 1 FROM json_each(?) j)
       AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.id = part_ids.part_id)`,
    );
  }

  /**
   * Reads on. @returns what is then to be done in a transaction, with how many senders it removed; null when no sweep is
   * due.
   */
  next(nowMs: number): Slice | null {
    this.#sweep ??= this.#isDue(nowMs) ? newSweep() : null;
    if (this.#sweep === null) return null;
    const sweep = this.#sweep;
    return this.#readParts(sweep) ?? this.#readSenders(sweep) ?? this.#readKeys(sweep) ?? this.#end(nowMs);
  }

  #isDue(nowMs: number): boolean {
    return nowMs - Number(this.cursors.get(sweptCursor) ?? 0) >= everyMs;
  }

  #readParts(sweep: Sweep): Slice | null {
    const parts = this.#parts.all(sweep.partId, partsPerSlice);
    for (const part of parts) sweep.seen.add(part.sender_id);
    sweep.partId = parts.at(-1)?.id ?? sweep.partId;
    return parts.length < partsPerSlice ? null : () => 0;
  }

  #readSenders(sweep: Sweep): Slice | null {
    if (sweep.sendersRead) return null;
    const senders = this.#senders.all(sweep.senderId, rowsPerSlice);
    sweep.senderId = senders.at(-1)?.id ?? sweep.senderId;
    sweep.sendersRead = senders.length < rowsPerSlice;
    const unseen = senders.filter(({ id }) => !sweep.seen.has(id)).map(({ id }) => id);
    return () => this.#removeUnlessBack(unseen, sweep.partId);
  }

  /** Somebody may have written since the parts were read. */
  #removeUnlessBack(senders: readonly number[], afterPartId: number): number {
    const since = this.#parts.all(afterPartId, partsPerSlice);
    // Too many to know: tomorrow is another day.
    if (since.length === partsPerSlice) return 0;
    const back = new Set(since.map((part) => part.sender_id));
    const gone = JSON.stringify(senders.filter((id) => !back.has(id)));
    this.#removeNotes.run(gone);
    return this.#removeSenders.run(gone).changes;
  }

  #readKeys(sweep: Sweep): Slice | null {
    if (sweep.keysRead) return null;
    const keys = this.#keys.all(sweep.channelId, sweep.keyId, rowsPerSlice);
    sweep.channelId = keys.at(-1)?.channel_id ?? sweep.channelId;
    sweep.keyId = keys.at(-1)?.id ?? sweep.keyId;
    sweep.keysRead = keys.length < rowsPerSlice;
    return () => {
      this.#removeKeys.run(JSON.stringify(keys.map((key) => [key.channel_id, key.id])));
      return 0;
    };
  }

  #end(nowMs: number): Slice {
    this.#sweep = null;
    return () => {
      this.cursors.set({ name: sweptCursor, value: String(nowMs) });
      return 0;
    };
  }
}

function newSweep(): Sweep {
  return {
    seen: new SenderSet(),
    sendersRead: false,
    keysRead: false,
    partId: 0,
    senderId: 0,
    channelId: 0,
    keyId: '',
  };
}

/** One bit a sender: ten million are 1.25 MB. */
class SenderSet {
  #bits = new Uint8Array(1024);

  add(id: number): void {
    const octet = id >>> 3;
    if (octet >= this.#bits.length) this.#grow(octet);
    this.#bits[octet] = (this.#bits[octet] ?? 0) | (1 << (id & 7));
  }

  has(id: number): boolean {
    return ((this.#bits[id >>> 3] ?? 0) & (1 << (id & 7))) !== 0;
  }

  #grow(octet: number): void {
    const grown = new Uint8Array(Math.max(octet + 1, this.#bits.length * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}

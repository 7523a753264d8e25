import { cursors } from '../cursors.js';
import type { Database, Tx } from '../database.js';

/** A sweep reads all parts, in slices: often enough once a day. */
const everyMs = 86_400_000;
const partsPerSlice = 5_000;
const rowsPerSlice = 1_000;

const sweptCursor = 'retention senders swept';

const nextParts = 'SELECT id, sender_id FROM parts WHERE id > $1 ORDER BY id LIMIT $2';
const nextSenders = 'SELECT id FROM senders WHERE id > $1 ORDER BY id LIMIT $2';
const nextKeys = `SELECT channel_id, id FROM part_ids WHERE (channel_id, id) > ($1, $2) ORDER BY channel_id, id LIMIT $3`;
const removeKeys = `DELETE FROM part_ids k USING unnest($1::integer[], $2::text[]) AS g (channel_id, id)
  WHERE k.channel_id = g.channel_id AND k.id = g.id AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.id = k.part_id)`;

interface PartRow {
  readonly id: number;
  readonly sender_id: number;
}

/** How far a sweep has come. Numbers are of the last row that was read. */
interface Sweep {
  readonly seen: Set<number>;
  partsRead: boolean;
  sendersRead: boolean;
  keysRead: boolean;
  partId: number;
  senderId: number;
  channelId: number;
  keyId: string;
}

/**
 * Finds senders of whom nothing is left, and names of parts that are not there any more. An index from senders to their
 * messages would be written with every part that comes in; instead all parts are read once a day. A sweep that a restart
 * breaks off begins anew.
 */
export class SenderSweep {
  #sweep: Sweep | null = null;

  constructor(private readonly database: Database) {}

  /** One slice. @returns how many senders went; null when no sweep is due. */
  async next(nowMs: number): Promise<number | null> {
    this.#sweep ??= (await this.#isDue(nowMs)) ? newSweep() : null;
    const sweep = this.#sweep;
    if (sweep === null) return null;
    if (!sweep.partsRead) return this.#readParts(sweep);
    if (!sweep.sendersRead) return this.#readSenders(sweep);
    if (!sweep.keysRead) return this.#readKeys(sweep);
    this.#sweep = null;
    await this.database.transaction((tx) => cursors.set(tx, [{ name: sweptCursor, value: String(nowMs) }]));
    return 0;
  }

  async #isDue(nowMs: number): Promise<boolean> {
    return nowMs - Number((await cursors.get(this.database, sweptCursor)) ?? 0) >= everyMs;
  }

  async #readParts(sweep: Sweep): Promise<number> {
    const parts = await this.database.query<PartRow>(nextParts, [sweep.partId, partsPerSlice]);
    for (const part of parts) sweep.seen.add(part.sender_id);
    sweep.partId = parts.at(-1)?.id ?? sweep.partId;
    sweep.partsRead = parts.length < partsPerSlice;
    return 0;
  }

  async #readSenders(sweep: Sweep): Promise<number> {
    const senders = await this.database.query<{ id: number }>(nextSenders, [sweep.senderId, rowsPerSlice]);
    sweep.senderId = senders.at(-1)?.id ?? sweep.senderId;
    sweep.sendersRead = senders.length < rowsPerSlice;
    const unseen = senders.filter(({ id }) => !sweep.seen.has(id)).map(({ id }) => id);
    return this.database.transaction((tx) => removeUnlessBack(tx, unseen, sweep.partId));
  }

  async #readKeys(sweep: Sweep): Promise<number> {
    const from = [sweep.channelId, sweep.keyId, rowsPerSlice];
    const keys = await this.database.query<{ channel_id: number; id: string }>(nextKeys, from);
    sweep.channelId = keys.at(-1)?.channel_id ?? sweep.channelId;
    sweep.keyId = keys.at(-1)?.id ?? sweep.keyId;
    sweep.keysRead = keys.length < rowsPerSlice;
    await this.database.query(removeKeys, [keys.map((key) => key.channel_id), keys.map((key) => key.id)]);
    return 0;
  }
}

/** Somebody may have written since the parts were read, or writes at this moment: who looks a sender up holds the row. */
async function removeUnlessBack(tx: Tx, senders: readonly number[], afterPartId: number): Promise<number> {
  tx.send('SELECT 1 FROM senders WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE', [senders]);
  const since = await tx.query<PartRow>(nextParts, [afterPartId, partsPerSlice]);
  // Too many to know: tomorrow is another day.
  if (since.length === partsPerSlice) return 0;
  const back = new Set(since.map((part) => part.sender_id));
  const gone = senders.filter((id) => !back.has(id));
  tx.send('DELETE FROM sender_notes WHERE sender_id = ANY($1::bigint[])', [gone]);
  return (await tx.query('DELETE FROM senders WHERE id = ANY($1::bigint[]) RETURNING id', [gone])).length;
}

function newSweep(): Sweep {
  const places = { partId: 0, senderId: 0, channelId: 0, keyId: '' };
  return { seen: new Set(), partsRead: false, sendersRead: false, keysRead: false, ...places };
}

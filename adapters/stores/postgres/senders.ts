import { Remembered } from '../../../src/domain/remembered.js';
import { newSenderRef } from '../../../src/domain/senderRef.js';
import type { Tx } from './database.js';

const cachedFewest = 25_000;
/**
 * Retention, on whatever node, removes senders of whom nothing is left, and leaves alone what is younger than a day. A
 * cache that is younger than that knows only senders who wrote since.
 */
const cacheMaxAgeMs = 12 * 3_600_000;

export interface Address {
  readonly medium: string;
  readonly address: string;
  readonly firstSeenMs: number;
}

interface SenderRow {
  readonly id: number;
  readonly medium: string;
  readonly address: string;
}

const add = `INSERT INTO senders (medium, address, ref, created_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
  ON CONFLICT (medium, address) DO NOTHING RETURNING id, medium, address`;

const find = `SELECT s.id, s.medium, s.address FROM unnest($1::text[], $2::text[]) AS g (medium, address)
  JOIN senders s ON s.medium = g.medium AND s.address = g.address FOR KEY SHARE OF s`;

/**
 * Addresses to sender ids. The table is the one place where addresses live; the cache saves the look-up of somebody who
 * wrote lately.
 */
export class Senders {
  readonly #cache = new Remembered<string, number>(cachedFewest);
  #cacheSinceMs = Date.now();

  /** The senders' ids, by `keyOf`; strangers become senders. */
  async idsOf(tx: Tx, addresses: readonly Address[]): Promise<ReadonlyMap<string, number>> {
    if (Date.now() - this.#cacheSinceMs > cacheMaxAgeMs) {
      this.#cache.clear();
      this.#cacheSinceMs = Date.now();
    }
    const ids = new Map<string, number>();
    const unknown = new Map<string, Address>();
    for (const one of addresses) {
      const key = keyOf(one.medium, one.address);
      const cached = this.#cache.get(key);
      if (cached === undefined) unknown.set(key, one);
      else ids.set(key, cached);
    }
    if (unknown.size > 0)
      for (const row of await this.#rowsOf(tx, unknown)) ids.set(keyOf(row.medium, row.address), row.id);
    return ids;
  }

  async #rowsOf(tx: Tx, unknown: ReadonlyMap<string, Address>): Promise<SenderRow[]> {
    // In one order on all nodes: two that meet the same strangers must not wait for each other.
    const sorted = [...unknown].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, address]) => address);
    const columns = (some: readonly Address[]) => [some.map((one) => one.medium), some.map((one) => one.address)];
    const known = await tx.query<SenderRow>(find, columns(sorted));
    const knownKeys = new Set(known.map((row) => keyOf(row.medium, row.address)));
    const strangers = sorted.filter((one) => !knownKeys.has(keyOf(one.medium, one.address)));
    const added = strangers.length === 0 ? [] : await this.#add(tx, strangers);
    const rows = [...known, ...added];
    tx.afterCommit(() => this.#remember(rows));
    return rows;
  }

  async #add(tx: Tx, strangers: readonly Address[]): Promise<SenderRow[]> {
    const media = strangers.map((one) => one.medium);
    const addresses = strangers.map((one) => one.address);
    const refs = strangers.map((one) => newSenderRef(one.firstSeenMs));
    const added = await tx.query<SenderRow>(add, [media, addresses, refs, strangers.map((one) => one.firstSeenMs)]);
    // Who is not among them became a sender on another node in between.
    return added.length === strangers.length ? added : tx.query<SenderRow>(find, [media, addresses]);
  }

  #remember(rows: readonly SenderRow[]): void {
    for (const { medium, address, id } of rows) this.#cache.set(keyOf(medium, address), id);
  }
}

export function keyOf(medium: string, address: string): string {
  return `${medium} ${address}`;
}

import { Remembered } from '../../../src/domain/remembered.js';
import { newSenderRef } from '../../../src/domain/senderRef.js';
import type { Db } from './database.js';

const cachedFewest = 25_000;
/**
 * Retention, here or in another process, removes senders of whom nothing is left, and leaves alone what is younger than a
 * day. A cache that is younger than that knows only senders who wrote since.
 */
const cacheMaxAgeMs = 12 * 3_600_000;

/**
 * Addresses to sender ids. The table is the one place where addresses live; the cache saves the look-up of
 * somebody who wrote lately.
 */
export class Senders {
  readonly #cache = new Remembered<string, number>(cachedFewest);
  #cacheSinceMs = Date.now();
  readonly #find;
  readonly #add;

  constructor(db: Db) {
    this.#find = db.prepare<[string, string], { id: number }>(
      'SELECT id FROM senders WHERE medium = ? AND address = ?',
    );
    this.#add = db.prepare<[string, string, string, number]>(
      'INSERT INTO senders (medium, address, ref, created_ms) VALUES (?, ?, ?, ?)',
    );
  }

  /** The sender's id; a stranger becomes a sender. Runs inside a transaction. */
  idOf(medium: string, address: string, nowMs: number): number {
    if (Date.now() - this.#cacheSinceMs > cacheMaxAgeMs) this.forget();
    const key = `${medium} ${address}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const id =
      this.#find.get(medium, address)?.id ??
      Number(this.#add.run(medium, address, newSenderRef(nowMs), nowMs).lastInsertRowid);
    this.#cache.set(key, id);
    return id;
  }

  /** After a rollback some cached ids may never have been. */
  forget(): void {
    this.#cache.clear();
    this.#cacheSinceMs = Date.now();
  }
}

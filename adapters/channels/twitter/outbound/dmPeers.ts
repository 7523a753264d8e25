import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Inbox } from '../../../../src/ports/channel.js';

/**
 * Who has written us a direct message, and so may be answered by one. Kept over restarts as fingerprints: addresses have
 * their one place in the store, and this is not it.
 */
export class DmPeers {
  readonly #known: Set<string>;
  #isSaved = true;

  private constructor(
    private readonly inbox: Inbox,
    private readonly selfId: string,
    known: readonly string[],
  ) {
    this.#known = new Set(known);
  }

  static async load(inbox: Inbox, selfId: string): Promise<DmPeers> {
    const stored = await inbox.cursor(cursorName);
    return new DmPeers(inbox, selfId, stored === null ? [] : z.array(z.string()).parse(JSON.parse(stored)));
  }

  has(userId: string): boolean {
    return this.#known.has(this.#fingerprint(userId));
  }

  add(userId: string): void {
    const fingerprint = this.#fingerprint(userId);
    if (this.#known.has(fingerprint)) return;
    this.#known.add(fingerprint);
    this.#isSaved = false;
    if (this.#known.size <= peersMax) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }

  async save(): Promise<void> {
    if (this.#isSaved) return;
    this.#isSaved = true;
    try {
      await this.inbox.accept([], { name: cursorName, value: JSON.stringify([...this.#known]) });
    } catch (error) {
      this.#isSaved = false;
      throw error;
    }
  }

  #fingerprint(userId: string): string {
    return createHash('sha256').update(`${this.selfId} ${userId}`).digest('base64url').slice(0, 16);
  }
}

const cursorName = 'direct message peers';
const peersMax = 20_000;

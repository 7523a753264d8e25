import type { PartKey } from '../../../src/ports/channel.js';
import type { Db } from './database.js';

interface KeyRow {
  readonly link: number;
  readonly copies: number;
  readonly part_id: number;
}

/** Keys that are ids have no link: they stay until retention, whatever link brings them. */
const noLink = 0;

/**
 * Tells a redelivered part from a new one by a unique index (see `PartKey` for the rule). Runs inside a transaction.
 */
export class PartKeys {
  readonly #add;
  readonly #find;
  readonly #update;
  readonly #remove;
  readonly #removeOld;

  constructor(db: Db) {
    this.#add = db.prepare<[number, Buffer, number, number, number]>(
      'INSERT INTO part_keys (channel_id, key, link, copies, part_id, received_ms) VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#find = db.prepare<[number, Buffer], KeyRow>(
      'SELECT link, copies, part_id FROM part_keys WHERE channel_id = ? AND key = ?',
    );
    this.#update = db.prepare<[number, number, number, Buffer]>(
      'UPDATE part_keys SET link = ?, copies = ? WHERE channel_id = ? AND key = ?',
    );
    this.#remove = db.prepare<[number, Buffer, number]>(
      'DELETE FROM part_keys WHERE channel_id = ? AND key = ? AND link = ?',
    );
    this.#removeOld = db.prepare<[number]>(`DELETE FROM part_keys WHERE link <> ${noLink} AND received_ms < ?`);
  }

  /** Notes the key of a part. @returns the part that it repeats, or null when it is new. */
  note(channelId: number, key: PartKey, partId: number, receivedMs: number): number | null {
    const octets = octetsOf(key);
    const link = key.by === 'id' ? noLink : key.link;
    if (this.#add.run(channelId, octets, link, partId, receivedMs).changes === 1) return null;
    const known = this.#find.get(channelId, octets);
    if (known === undefined) throw new Error('a part key conflicts and is not there');
    if (key.by === 'id') return known.part_id;
    return this.#compare(known, channelId, octets, key.link);
  }

  settle(channelId: number, key: PartKey): void {
    if (key.by === 'content') this.#remove.run(channelId, key.fingerprint, key.link);
  }

  /** Fingerprints whose link ended long ago without a redelivery. */
  forgetBefore(receivedMs: number): void {
    this.#removeOld.run(receivedMs);
  }

  /**
   * An equal text on the same living link is a message of its own (`copies` counts them); over another link it
   * is the redelivery of one of them, which from now on belongs to that link.
   */
  #compare(known: KeyRow, channelId: number, octets: Buffer, link: number): number | null {
    if (known.link === link) {
      this.#update.run(link, known.copies + 1, channelId, octets);
      return null;
    }
    const others = known.copies - 1;
    this.#update.run(others > 0 ? known.link : link, Math.max(others, 1), channelId, octets);
    return known.part_id;
  }
}

function octetsOf(key: PartKey): Buffer {
  return key.by === 'content' ? key.fingerprint : Buffer.from(`i${key.id}`, 'utf8');
}

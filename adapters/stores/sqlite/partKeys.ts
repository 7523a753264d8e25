import type { PartKey } from '../../../src/ports/channel.js';
import type { Db } from './database.js';

type ContentKey = Extract<PartKey, { by: 'content' }>;

interface FingerprintRow {
  readonly link: number;
  readonly copies: number;
  readonly part_id: number;
}

/**
 * Tells a redelivered part from a new one by a unique index (see `PartKey` for the rule). Runs inside a transaction.
 */
export class PartKeys {
  readonly #addId;
  readonly #findId;
  readonly #add;
  readonly #find;
  readonly #update;
  readonly #settle;
  readonly #removeSettled;
  readonly #removeOld;

  constructor(db: Db) {
    this.#addId = db.prepare<[number, string, number]>(
      'INSERT INTO part_ids (channel_id, id, part_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#findId = db.prepare<[number, string], { part_id: number }>(
      'SELECT part_id FROM part_ids WHERE channel_id = ? AND id = ?',
    );
    this.#add = db.prepare<[number, Buffer, number, number, number]>(
      `INSERT INTO part_fingerprints (channel_id, fingerprint, link, copies, part_id, received_ms)
       VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#find = db.prepare<[number, Buffer], FingerprintRow>(
      'SELECT link, copies, part_id FROM part_fingerprints WHERE channel_id = ? AND fingerprint = ?',
    );
    this.#update = db.prepare<[number, number, number, Buffer]>(
      'UPDATE part_fingerprints SET link = ?, copies = ? WHERE channel_id = ? AND fingerprint = ?',
    );
    this.#removeSettled = db.prepare<[number, Buffer, number]>(
      'DELETE FROM part_fingerprints WHERE channel_id = ? AND fingerprint = ? AND link = ? AND copies = 1',
    );
    this.#settle = db.prepare<[number, Buffer, number]>(
      'UPDATE part_fingerprints SET copies = copies - 1 WHERE channel_id = ? AND fingerprint = ? AND link = ?',
    );
    this.#removeOld = db.prepare<[number]>('DELETE FROM part_fingerprints WHERE received_ms < ?');
  }

  /** Notes the key of a part. @returns the part that it repeats, or null when it is new. */
  note(channelId: number, key: PartKey, partId: number, receivedMs: number): number | null {
    return key.by === 'id'
      ? this.#noteId(channelId, key.id, partId)
      : this.#noteFingerprint(channelId, key, partId, receivedMs);
  }

  /** One settles one: of two equal texts on a link, the other may still come again. Ids are kept for good. */
  settle(channelId: number, key: PartKey): void {
    if (key.by === 'id') return;
    if (this.#removeSettled.run(channelId, key.fingerprint, key.link).changes === 1) return;
    this.#settle.run(channelId, key.fingerprint, key.link);
  }

  /**
   * Fingerprints whose link ended long ago without a redelivery. Reads the whole table: it holds only what was not
   * settled within that time, and an index by time would cost every part that comes in.
   */
  forgetBefore(receivedMs: number): void {
    this.#removeOld.run(receivedMs);
  }

  #noteId(channelId: number, id: string, partId: number): number | null {
    if (this.#addId.run(channelId, id, partId).changes === 1) return null;
    return found(this.#findId.get(channelId, id)).part_id;
  }

  #noteFingerprint(
    channelId: number,
    { fingerprint, link, afterStall }: ContentKey,
    partId: number,
    receivedMs: number,
  ): number | null {
    if (this.#add.run(channelId, fingerprint, link, partId, receivedMs).changes === 1) return null;
    const known = found(this.#find.get(channelId, fingerprint));
    if (known.link === link) {
      // It takes the place of one of the `copies`, on the link where that one is expected: nothing to count.
      if (afterStall) return known.part_id;
      this.#update.run(link, known.copies + 1, channelId, fingerprint);
      return null;
    }
    this.#redeliver(known, channelId, fingerprint, link);
    return known.part_id;
  }

  /**
   * An equal text over another link is the redelivery of one of the `copies` that came on the first. The last of them
   * takes the fingerprint along to its new link; until then the others are still expected.
   */
  #redeliver(known: FingerprintRow, channelId: number, fingerprint: Buffer, link: number): void {
    const others = known.copies - 1;
    if (others > 0) this.#update.run(known.link, others, channelId, fingerprint);
    else this.#update.run(link, 1, channelId, fingerprint);
  }
}

function found<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error('a part key conflicts and is not there');
  return row;
}

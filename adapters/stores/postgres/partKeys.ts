import type { PartKey } from '../../../src/ports/channel.js';
import { column, unnest } from './bulk.js';
import type { Tx } from './database.js';
import { Overtaken } from './faults.js';

type ContentKey = Extract<PartKey, { by: 'content' }>;

export interface KeyedPart {
  readonly partId: number;
  readonly channelId: number;
  readonly key: PartKey;
  readonly receivedMs: number;
}

export interface SettledKey {
  readonly channelId: number;
  readonly key: PartKey;
}

/** A fingerprint's row, as it is in the transaction under way. */
interface Known {
  readonly channel_id: number;
  readonly fingerprint: Buffer;
  readonly part_id: number;
  link: number;
  copies: number;
}

const keyTypes = ['integer', 'bytea'] as const;

const addIds = `INSERT INTO part_ids (channel_id, id, part_id) SELECT * FROM ${unnest(['integer', 'text', 'bigint'])}
  ON CONFLICT DO NOTHING RETURNING part_id`;
const findIds = `SELECT k.channel_id, k.id, k.part_id FROM ${unnest(['integer', 'text'])} AS g (channel_id, id)
  JOIN part_ids k ON k.channel_id = g.channel_id AND k.id = g.id`;

const addFingerprints = `INSERT INTO part_fingerprints (channel_id, fingerprint, link, part_id, received_ms, copies)
  SELECT g.*, 1 FROM ${unnest([...keyTypes, 'bigint', 'bigint', 'bigint'])} AS g
  ON CONFLICT DO NOTHING RETURNING part_id`;
const findFingerprints = `SELECT k.channel_id, k.fingerprint, k.part_id, k.link, k.copies
  FROM ${unnest(keyTypes)} AS g (channel_id, fingerprint)
  JOIN part_fingerprints k ON k.channel_id = g.channel_id AND k.fingerprint = g.fingerprint FOR UPDATE OF k`;
const updateFingerprints = `UPDATE part_fingerprints k SET link = g.link, copies = g.copies
  FROM ${unnest([...keyTypes, 'bigint', 'integer'])} AS g (channel_id, fingerprint, link, copies)
  WHERE k.channel_id = g.channel_id AND k.fingerprint = g.fingerprint`;

// One decision on each row as it is when its turn comes: an intake under way may be raising `copies`, and a DELETE beside an
// UPDATE would each judge by what was there before, and leave the row alone.
const settle = `MERGE INTO part_fingerprints k
  USING ${unnest([...keyTypes, 'bigint', 'integer'])} AS g (channel_id, fingerprint, link, times)
  ON k.channel_id = g.channel_id AND k.fingerprint = g.fingerprint AND k.link = g.link
  WHEN MATCHED AND k.copies <= g.times THEN DELETE
  WHEN MATCHED THEN UPDATE SET copies = k.copies - g.times`;

/**
 * Tells redelivered parts from new ones by unique indexes, which hold on all nodes (see `PartKey` for the rule).
 */
export class PartKeys {
  /**
   * Parts of commits whose answer never came. The peer was told to send them again, on the link where they came: that
   * they are there is then no second message, but this one.
   */
  readonly #inDoubt = new Set<number>();
  /** The same by their fingerprints, of parts whose numbers only the store knows. */
  readonly #fingerprintsInDoubt = new Set<string>();

  /** Notes the keys of parts. @returns by part, the part that it repeats. */
  async note(tx: Tx, parts: readonly KeyedPart[]): Promise<ReadonlyMap<number, number>> {
    const [byId, byContent] = await Promise.all([
      this.#noteIds(tx, parts.filter(hasId)),
      this.#noteFingerprints(tx, parts.filter(hasFingerprint)),
    ]);
    return new Map([...byId, ...byContent]);
  }

  /** One settles one: of two equal texts on a link, the other may still come again. Ids are kept for good. */
  settle(tx: Tx, settled: readonly SettledKey[]): void {
    const times = new Map<string, { channelId: number; key: ContentKey; times: number }>();
    for (const { channelId, key } of settled) {
      if (key.by === 'id') continue;
      const name = `${nameOf(channelId, key.fingerprint)} ${key.link}`;
      times.set(name, { channelId, key, times: (times.get(name)?.times ?? 0) + 1 });
    }
    if (times.size === 0) return;
    const rows = inOrder(times);
    tx.send(settle, [
      column(
        'integer',
        rows.map((row) => row.channelId),
      ),
      column(
        'bytea',
        rows.map((row) => row.key.fingerprint),
      ),
      column(
        'bigint',
        rows.map((row) => row.key.link),
      ),
      column(
        'integer',
        rows.map((row) => row.times),
      ),
    ]);
  }

  /** They are perhaps stored: see `#inDoubt`. */
  doubt(partIds: readonly number[]): void {
    // What is not sent again within an hour is forgotten as a key as well: there is no need to remember more.
    if (this.#inDoubt.size > inDoubtMax) this.#inDoubt.clear();
    for (const id of partIds) this.#inDoubt.add(id);
  }

  /** The same of parts that are stored as new or not at all: whoever finds their fingerprint finds them. */
  doubtNew(keys: readonly SettledKey[]): void {
    if (this.#fingerprintsInDoubt.size > inDoubtMax) this.#fingerprintsInDoubt.clear();
    for (const { channelId, key } of keys) {
      if (key.by === 'content') this.#fingerprintsInDoubt.add(nameOf(channelId, key.fingerprint));
    }
  }

  /** Whether an equal part is perhaps stored, so that this one is to be noted with care. */
  isDoubted(channelId: number, key: ContentKey): boolean {
    return this.#fingerprintsInDoubt.size > 0 && this.#fingerprintsInDoubt.has(nameOf(channelId, key.fingerprint));
  }

  /**
   * Fingerprints whose link ended long ago without a redelivery. Reads the whole table: it holds only what was not
   * settled within that time, and an index by time would cost every part that comes in.
   */
  forgetBefore(tx: Tx, receivedMs: number): void {
    tx.send('DELETE FROM part_fingerprints WHERE received_ms < $1', [receivedMs]);
  }

  async #noteIds(tx: Tx, parts: readonly (KeyedPart & { key: { by: 'id' } })[]): Promise<Map<number, number>> {
    const repeats = new Map<number, number>();
    if (parts.length === 0) return repeats;
    const firsts = new Map<string, (typeof parts)[number]>();
    for (const part of parts) {
      const name = `${part.channelId} ${part.key.id}`;
      if (!firsts.has(name)) firsts.set(name, part);
    }
    const rows = inOrder(firsts);
    const columns = [rows.map((part) => part.channelId), rows.map((part) => part.key.id)];
    const added = await tx.query<{ part_id: number }>(addIds, [...columns, rows.map((part) => part.partId)]);
    const originals = new Map([...firsts].map(([name, part]) => [name, part.partId]));
    if (added.length < rows.length) {
      const found = await tx.query<{ channel_id: number; id: string; part_id: number }>(findIds, columns);
      for (const row of found) originals.set(`${row.channel_id} ${row.id}`, row.part_id);
    }
    for (const part of parts) {
      const original = originals.get(`${part.channelId} ${part.key.id}`);
      if (original !== undefined && original !== part.partId) repeats.set(part.partId, original);
    }
    return repeats;
  }

  async #noteFingerprints(tx: Tx, parts: readonly (KeyedPart & { key: ContentKey })[]): Promise<Map<number, number>> {
    const repeats = new Map<number, number>();
    if (parts.length === 0) return repeats;
    const firsts = new Map<string, (typeof parts)[number]>();
    for (const part of parts) {
      const name = nameOf(part.channelId, part.key.fingerprint);
      if (!firsts.has(name)) firsts.set(name, part);
    }
    const rows = inOrder(firsts);
    const added = await tx.query<{ part_id: number }>(addFingerprints, [
      column(
        'integer',
        rows.map((part) => part.channelId),
      ),
      column(
        'bytea',
        rows.map((part) => part.key.fingerprint),
      ),
      column(
        'bigint',
        rows.map((part) => part.key.link),
      ),
      column(
        'bigint',
        rows.map((part) => part.partId),
      ),
      column(
        'bigint',
        rows.map((part) => part.receivedMs),
      ),
    ]);
    const fresh = new Set(added.map((row) => row.part_id));
    this.#trust(
      tx,
      parts.filter((part) => fresh.has(part.partId)),
    );
    const others = parts.filter((part) => !fresh.has(part.partId));
    if (others.length === 0) return repeats;
    const known = await this.#known(tx, others);
    const changed = new Set<Known>();
    for (const { partId, channelId, key } of others) {
      const row = known.get(nameOf(channelId, key.fingerprint));
      if (row === undefined) throw new Overtaken('a fingerprint was settled while it was looked at');
      const original = this.#compare(tx, row, key, fresh.has(row.part_id));
      if (original !== null) repeats.set(partId, original);
      changed.add(row);
    }
    this.#write(tx, [...changed]);
    return repeats;
  }

  async #known(tx: Tx, parts: readonly (KeyedPart & { key: ContentKey })[]): Promise<Map<string, Known>> {
    const found = await tx.query<Known>(findFingerprints, [
      parts.map((part) => part.channelId),
      parts.map((part) => part.key.fingerprint),
    ]);
    return new Map(found.map((row) => [nameOf(row.channel_id, row.fingerprint), row]));
  }

  /**
   * @param isFresh the known one came in this very call, so what was in doubt had not been stored.
   * @returns the part that it repeats, or null when it is new.
   */
  #compare(tx: Tx, known: Known, { link, afterStall }: ContentKey, isFresh: boolean): number | null {
    const name = nameOf(known.channel_id, known.fingerprint);
    if (known.link !== link) {
      // It is what was sent again, whatever was in doubt.
      this.#settleDoubt(tx, known.part_id, name);
      // The redelivery of one of the `copies` that came on the first link. The last of them takes the fingerprint along
      // to its new link; until then the others are still expected.
      if (known.copies > 1) known.copies -= 1;
      else known.link = link;
      return known.part_id;
    }
    // It takes the place of one of the `copies`, on the link where that one is expected: nothing to count.
    const isDoubted = this.#inDoubt.has(known.part_id) || this.#fingerprintsInDoubt.has(name);
    if (afterStall || (isDoubted && !isFresh)) {
      this.#settleDoubt(tx, known.part_id, name);
      return known.part_id;
    }
    known.copies += 1;
    return null;
  }

  #settleDoubt(tx: Tx, partId: number, name: string): void {
    tx.afterCommit(() => {
      this.#inDoubt.delete(partId);
      this.#fingerprintsInDoubt.delete(name);
    });
  }

  /** What was in doubt had not been stored: the fingerprint is of this part now. */
  #trust(tx: Tx, parts: readonly (KeyedPart & { key: ContentKey })[]): void {
    const names = parts
      .filter(({ channelId, key }) => this.isDoubted(channelId, key))
      .map(({ channelId, key }) => nameOf(channelId, key.fingerprint));
    if (names.length === 0) return;
    tx.afterCommit(() => {
      for (const name of names) this.#fingerprintsInDoubt.delete(name);
    });
  }

  #write(tx: Tx, rows: readonly Known[]): void {
    tx.send(updateFingerprints, [
      rows.map((row) => row.channel_id),
      rows.map((row) => row.fingerprint),
      rows.map((row) => row.link),
      rows.map((row) => row.copies),
    ]);
  }
}

/** Some seconds of a busy gateway. */
const inDoubtMax = 100_000;

function hasId(part: KeyedPart): part is KeyedPart & { key: { by: 'id'; id: string } } {
  return part.key.by === 'id';
}

function hasFingerprint(part: KeyedPart): part is KeyedPart & { key: ContentKey } {
  return part.key.by === 'content';
}

function nameOf(channelId: number, fingerprint: Buffer): string {
  return `${channelId} ${fingerprint.toString('latin1')}`;
}

/** In one order on all nodes: two that meet the same keys must not wait for each other. */
function inOrder<Row>(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

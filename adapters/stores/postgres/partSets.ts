import type { Concat } from '../../../src/ports/channel.js';
import type { StoreRules } from '../../../src/ports/store.js';
import { joinedMessage, type PieceRow } from '../messageRows.js';
import { BulkInsert, unnest } from './bulk.js';
import type { Tx } from './database.js';
import { Numbers } from './numbers.js';
import type { NewReport, ReportRows } from './reportRows.js';

/** A sender's 17th long message at once closes the first: no sender can make the gateway keep sets without bound. */
const openSetsPerSenderMax = 16;
const overdueBatch = 500;

export interface SetKey {
  readonly channelId: number;
  readonly senderId: number;
  readonly recipient: string;
  readonly reference: number;
  readonly total: number;
}

interface SetRow {
  readonly id: number;
  readonly channel_id: number;
  readonly sender_id: number;
  readonly recipient: string;
  readonly reference: number;
  readonly total: number;
  readonly join_until_ms: number;
  report_seq: number | null;
}

type StoredPiece = PieceRow & { readonly set_id: number };

interface KnownSet {
  readonly row: SetRow;
  readonly pieces: PieceRow[];
  readonly isNew: boolean;
  /** Closed in this transaction. */
  closed: boolean;
}

/** What a part is to the long messages known so far. */
export type SetPlace =
  | { readonly kind: 'in'; readonly setId: number }
  | { readonly kind: 'repeated'; readonly setId: number; readonly reportSeq: number | null };

const columns = 's.id, s.channel_id, s.sender_id, s.recipient, s.reference, s.total, s.join_until_ms, s.report_seq';

const latestSets = `SELECT ${columns}
  FROM ${unnest(['integer', 'bigint', 'text', 'integer', 'integer'])} AS g (channel_id, sender_id, recipient, reference, total)
  CROSS JOIN LATERAL (
    SELECT * FROM part_sets p
    WHERE p.channel_id = g.channel_id AND p.sender_id = g.sender_id AND p.recipient = g.recipient
      AND p.reference = g.reference AND p.total = g.total
    ORDER BY p.id DESC LIMIT 1) AS s`;
// OFFSET 0 keeps the look-up of each sender by itself: all in one, a plan made while few sets are open reads every open set.
const openSets = `SELECT ${columns} FROM unnest($1::bigint[]) AS g (sender_id)
  CROSS JOIN LATERAL (
    SELECT * FROM part_sets p WHERE p.sender_id = g.sender_id AND p.report_seq IS NULL ORDER BY p.id OFFSET 0) AS s
  ORDER BY s.id`;
const piecesOfSets = `SELECT set_id, sequence, received_ms, external_id, encoding, text_offset, raw FROM parts
  WHERE set_id = ANY($1::bigint[]) AND NOT duplicate ORDER BY set_id, sequence`;
const overdueOnes = `SELECT s.id, s.sender_id FROM part_sets s
  WHERE s.report_seq IS NULL AND s.join_until_ms <= $1 ORDER BY s.join_until_ms LIMIT ${overdueBatch}`;
const stillOpen = `SELECT ${columns} FROM unnest($1::bigint[]) AS g (id)
  CROSS JOIN LATERAL (SELECT * FROM part_sets p WHERE p.id = g.id OFFSET 0) AS s
  WHERE s.report_seq IS NULL ORDER BY s.id`;
const holdSenders = 'SELECT 1 FROM senders WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE';
const closeSets = `UPDATE part_sets s SET report_seq = g.report_seq
  FROM ${unnest(['bigint', 'bigint'])} AS g (id, report_seq) WHERE s.id = g.id`;
const assignParts = `UPDATE parts p SET report_seq = g.report_seq
  FROM ${unnest(['bigint', 'bigint'])} AS g (id, report_seq) WHERE p.set_id = g.id`;
const insertSets = new BulkInsert<SetRow>('part_sets', {
  id: 'bigint',
  channel_id: 'integer',
  sender_id: 'bigint',
  recipient: 'text',
  reference: 'integer',
  total: 'integer',
  join_until_ms: 'bigint',
  report_seq: 'bigint',
});

/**
 * Joins the parts of long messages. The key is channel, sender, recipient, reference and total: never the link nor the
 * node, for parts come over different ones; always the sender, for two people may use one 8-bit reference at once.
 *
 * What the store knows of the senders' sets is read once, the parts of a transaction are placed in memory, and what
 * became of them is written once. Until then the senders' rows are held, so that parts on another node wait.
 */
export class SetDesk {
  readonly #byKey = new Map<string, KnownSet>();
  readonly #openOf = new Map<number, KnownSet[]>();
  readonly #byId = new Map<number, KnownSet>();
  readonly reports: NewReport[] = [];

  private constructor(
    private readonly numbers: Numbers,
    private readonly rules: StoreRules,
  ) {}

  static async open(tx: Tx, keys: readonly SetKey[], numbers: Numbers, rules: StoreRules): Promise<SetDesk> {
    const desk = new SetDesk(numbers, rules);
    if (keys.length === 0) return desk;
    const senders = [...new Set(keys.map((key) => key.senderId))];
    tx.send(holdSenders, [senders]);
    const [latest, open] = await Promise.all([
      tx.query<SetRow>(latestSets, columnsOf(distinct(keys))),
      tx.query<SetRow>(openSets, [senders]),
    ]);
    const rows = new Map([...open, ...latest].map((row) => [row.id, row]));
    const pieces = await piecesOf(tx, [...rows.keys()]);
    const inOrder = [...rows.values()].sort((one, other) => one.id - other.id);
    for (const row of inOrder) desk.#know({ row, pieces: pieces.get(row.id) ?? [], isNew: false, closed: false });
    return desk;
  }

  /** Finds or begins the set that a part belongs to. */
  place(key: SetKey, piece: PieceRow, joinUntilMs: number): SetPlace {
    const latest = this.#byKey.get(nameOf(key));
    const place = latest === undefined ? null : this.#placeInLatest(latest, piece);
    if (place !== null) return place;
    this.#makeRoom(key.senderId);
    const row: SetRow = {
      id: this.numbers.set(),
      channel_id: key.channelId,
      sender_id: key.senderId,
      recipient: key.recipient,
      reference: key.reference,
      total: key.total,
      join_until_ms: joinUntilMs,
      report_seq: null,
    };
    const set: KnownSet = { row, pieces: [piece], isNew: true, closed: false };
    this.#know(set);
    return { kind: 'in', setId: row.id };
  }

  /** After a part was placed: when its set is whole it becomes a report. @returns whether it did. */
  completeIfWhole(key: SetKey): boolean {
    const set = this.#byKey.get(nameOf(key));
    if (set === undefined || set.pieces.length < set.row.total) return false;
    this.#complete(set);
    return true;
  }

  /** Makes reports of sets as they are. */
  completeAll(): void {
    for (const set of this.#byId.values()) if (set.row.report_seq === null) this.#complete(set);
  }

  /** The report that a set became, if it has. */
  reportOf(setId: number): number | null {
    return this.#byId.get(setId)?.row.report_seq ?? null;
  }

  write(tx: Tx): void {
    const all = [...this.#byId.values()];
    const begun = all.filter((set) => set.isNew).map((set) => set.row);
    if (begun.length > 0) tx.send(insertSets.sql, insertSets.values(begun));
    const closed = all.filter((set) => set.closed && !set.isNew).map((set) => set.row);
    if (closed.length === 0) return;
    const rows = [closed.map((row) => row.id), closed.map((row) => row.report_seq)];
    tx.send(closeSets, rows);
    tx.send(assignParts, rows);
  }

  #know(set: KnownSet): void {
    const { row } = set;
    this.#byId.set(row.id, set);
    this.#byKey.set(
      nameOf({
        channelId: row.channel_id,
        senderId: row.sender_id,
        recipient: row.recipient,
        reference: row.reference,
        total: row.total,
      }),
      set,
    );
    if (row.report_seq !== null) return;
    const open = this.#openOf.get(row.sender_id);
    if (open === undefined) this.#openOf.set(row.sender_id, [set]);
    else open.push(set);
  }

  /**
   * Past its time a set knows nothing any more: somebody whose phone counts from the same reference again may send the
   * same words again, and that is a message of its own.
   */
  #placeInLatest(latest: KnownSet, piece: PieceRow): SetPlace | null {
    const { row, pieces } = latest;
    const known = pieces.find((one) => one.sequence === piece.sequence);
    const open = row.report_seq === null;
    if (known === undefined && open) {
      pieces.push(piece);
      return { kind: 'in', setId: row.id };
    }
    if (known?.raw.equals(piece.raw) && (open || piece.received_ms < row.join_until_ms)) {
      return { kind: 'repeated', setId: row.id, reportSeq: row.report_seq };
    }
    // The phone has begun another message with the same reference: what there is of the first goes on.
    if (open) this.#complete(latest);
    return null;
  }

  #makeRoom(senderId: number): void {
    const open = this.#openOf.get(senderId) ?? [];
    for (const set of open.slice(0, Math.max(0, open.length - openSetsPerSenderMax + 1))) this.#complete(set);
  }

  #complete(set: KnownSet): void {
    const { row } = set;
    const pieces = [...set.pieces].sort((one, other) => one.sequence - other.sequence);
    const seq = this.numbers.report();
    this.reports.push({ ...joinedMessage(row, pieces, this.rules), seq });
    row.report_seq = seq;
    set.closed = true;
    const open = this.#openOf.get(row.sender_id);
    open?.splice(open.indexOf(set), 1);
  }

  /** Those whose time is over, with the senders held as by any other desk. */
  static async openOverdue(tx: Tx, nowMs: number, rules: StoreRules): Promise<SetDesk> {
    const found = await tx.query<{ id: number; sender_id: number }>(overdueOnes, [nowMs]);
    tx.send(holdSenders, [[...new Set(found.map((row) => row.sender_id))]]);
    // A part that came on another node meanwhile may have made one whole.
    const overdue = await tx.query<SetRow>(stillOpen, [found.map((row) => row.id)]);
    const desk = new SetDesk(await Numbers.take(tx, { parts: 0, sets: 0, reports: overdue.length }), rules);
    const pieces = await piecesOf(
      tx,
      overdue.map((row) => row.id),
    );
    for (const row of overdue) desk.#know({ row, pieces: pieces.get(row.id) ?? [], isNew: false, closed: false });
    return desk;
  }

  /** The channel's number of each set that this desk closed. */
  closedChannels(): number[] {
    return [...this.#byId.values()].filter((set) => set.closed).map((set) => set.row.channel_id);
  }
}

/** Makes reports of overdue sets, some hundreds at a time. @returns the number of each set's channel. */
export async function closeOverdue(tx: Tx, nowMs: number, rules: StoreRules, reports: ReportRows): Promise<number[]> {
  const desk = await SetDesk.openOverdue(tx, nowMs, rules);
  desk.completeAll();
  desk.write(tx);
  reports.add(tx, desk.reports);
  return desk.closedChannels();
}

async function piecesOf(tx: Tx, setIds: readonly number[]): Promise<Map<number, PieceRow[]>> {
  if (setIds.length === 0) return new Map();
  const pieces = new Map<number, PieceRow[]>(setIds.map((id) => [id, []]));
  for (const piece of await tx.query<StoredPiece>(piecesOfSets, [setIds])) pieces.get(piece.set_id)?.push(piece);
  return pieces;
}

function columnsOf(keys: readonly SetKey[]): unknown[][] {
  return [
    keys.map((key) => key.channelId),
    keys.map((key) => key.senderId),
    keys.map((key) => key.recipient),
    keys.map((key) => key.reference),
    keys.map((key) => key.total),
  ];
}

function distinct(keys: readonly SetKey[]): SetKey[] {
  return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
}

function nameOf({ channelId, senderId, recipient, reference, total }: SetKey): string {
  return `${channelId} ${senderId} ${reference} ${total} ${recipient}`;
}

export function setKeyOf(concat: Concat, channelId: number, senderId: number, recipient: string): SetKey {
  return { channelId, senderId, recipient, reference: concat.reference, total: concat.total };
}

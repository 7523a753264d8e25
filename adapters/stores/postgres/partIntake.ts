import type { Part, PartKey } from '../../../src/ports/channel.js';
import type { AcceptBatch, AcceptSummary, StoreRules } from '../../../src/ports/store.js';
import { BulkInsert } from './bulk.js';
import type { Channels } from './channels.js';
import { cursors } from './cursors.js';
import type { Tx } from './database.js';
import { deadLetters, type NewLetter } from './deadLetters.js';
import type { EarlierMessages } from './earlierMessages.js';
import { Numbers } from './numbers.js';
import type { PartKeys, SettledKey } from './partKeys.js';
import { SetDesk, type SetKey, setKeyOf } from './partSets.js';
import { isPlain, type PlainArrival, PlainParts } from './plainParts.js';
import type { NewReport, ReportRows } from './reportRows.js';
import { keyOf, type Senders } from './senders.js';
import { turns } from './turns.js';

/** What shares a commit. */
export type IntakeOperation =
  | { readonly kind: 'accept'; readonly batch: AcceptBatch }
  | { readonly kind: 'settle'; readonly channelId: string; readonly keys: readonly PartKey[] };

interface PartRow {
  readonly id: number;
  report_seq: number | null;
  readonly set_id: number | null;
  readonly sequence: number | null;
  readonly channel_id: number;
  readonly sender_id: number;
  readonly received_ms: number;
  readonly recipient: string;
  readonly external_id: string | null;
  readonly data_coding: number | null;
  readonly encoding: string;
  readonly text_offset: number;
  readonly oddity: string | null;
  readonly duplicate: boolean;
  readonly raw: Buffer;
}

const insertParts = new BulkInsert<PartRow>('parts', {
  id: 'bigint',
  report_seq: 'bigint',
  set_id: 'bigint',
  sequence: 'integer',
  channel_id: 'integer',
  sender_id: 'bigint',
  received_ms: 'bigint',
  recipient: 'text',
  external_id: 'text',
  data_coding: 'integer',
  encoding: 'text',
  text_offset: 'integer',
  oddity: 'text',
  duplicate: 'boolean',
  raw: 'bytea',
});

/** A part on its way in, with the numbers that stand for what it names. */
interface Newcomer {
  readonly part: Part;
  readonly batch: AcceptBatch;
  readonly channelId: number;
  readonly senderId: number;
  readonly summary: Counts;
}

/** One that is taken in with care. */
interface Arrival extends Newcomer {
  readonly id: number;
  readonly setKey: SetKey | null;
}

/** What is stored if the commit is: told before anything is written. */
export interface Undertaking {
  readonly partIds: readonly number[];
  /** Of parts that are stored as new or not at all. */
  readonly newKeys: () => SettledKey[];
}

interface Counts {
  reports: number;
  waiting: number;
  duplicates: number;
  unsupported: number;
}

/** Where a part was put. A duplicate goes where its original is: it is evidence in the same story. */
interface Place {
  readonly report_seq: number | null;
  readonly set_id: number | null;
}

/** What is to be written of a transaction's parts. */
interface Harvest {
  readonly parts: PartRow[];
  readonly reports: NewReport[];
  readonly letters: NewLetter[];
}

const nowhere: Place = { report_seq: null, set_id: null };
const unreadable = 'arrived and was kept, but could not be read as text';

/** Reports besides one a part: a part may close a set that is in its way, and the oldest of a sender who has too many. */
const reportsPerPiece = 3;

/**
 * Takes parts in: recognises redeliveries, joins long messages, makes reports. All parts of a transaction go together,
 * by a fixed number of statements. Plain parts go by one; for the others there are look-ups first, then decisions in
 * memory, then one insert for each table.
 */
export class PartIntake {
  readonly #plainParts = new PlainParts();

  constructor(
    private readonly channels: Channels,
    private readonly senders: Senders,
    private readonly keys: PartKeys,
    private readonly reports: ReportRows,
    private readonly earlier: EarlierMessages,
    private readonly rules: StoreRules,
  ) {}

  /**
   * @param care none to take plain parts for new ones: the transaction then fails with SQLSTATE 23505 when one is known.
   * @returns for each operation what came of it; null for one that only settles.
   */
  async run(
    tx: Tx,
    operations: readonly IntakeOperation[],
    care: 'all' | 'none to plain parts',
    undertake: (undertaking: Undertaking) => void,
  ): Promise<(AcceptSummary | null)[]> {
    await this.#settle(tx, operations);
    const summaries = operations.map((): Counts => ({ reports: 0, waiting: 0, duplicates: 0, unsupported: 0 }));
    const batches = operations.flatMap((operation, index) =>
      operation.kind === 'accept' ? [{ batch: operation.batch, summary: summaries[index] as Counts }] : [],
    );
    const newcomers = await this.#newcomers(tx, batches);
    const { plain, others } = care === 'all' ? { plain: [], others: newcomers } : this.#divide(newcomers);
    const { arrivals, numbers } = await arrivalsOf(tx, others);
    undertake({ partIds: arrivals.map(({ id }) => id), newKeys: () => plain.map(keyOfPart) });
    const under = batches.flatMap(({ batch }) => batch.turn ?? []);
    if (plain.length > 0) this.#plainParts.take(tx, plain, under);
    for (const { summary } of plain) summary.reports += 1;
    for (const wave of wavesOf(arrivals)) this.#write(tx, await this.#takeIn(tx, wave, numbers));
    await cursors.set(
      tx,
      batches.flatMap(({ batch }) => (batch.cursor === undefined ? [] : [batch.cursor])),
    );
    if (arrivals.length > 0) turns.assertHeld(tx, under);
    return operations.map((operation, index) => (operation.kind === 'accept' ? (summaries[index] ?? null) : null));
  }

  /** First: nobody settles what is only now accepted, and a text that equals a settled one is a new message. */
  async #settle(tx: Tx, operations: readonly IntakeOperation[]): Promise<void> {
    const settled = [];
    for (const operation of operations) {
      if (operation.kind !== 'settle') continue;
      const channelId = await this.channels.find(tx, operation.channelId);
      if (channelId !== null) settled.push(...operation.keys.map((key) => ({ channelId, key })));
    }
    this.keys.settle(tx, settled);
  }

  async #newcomers(
    tx: Tx,
    batches: readonly { readonly batch: AcceptBatch; readonly summary: Counts }[],
  ): Promise<Newcomer[]> {
    const channelIds = new Map<string, number>();
    for (const { channelId: name, medium } of batches.map(({ batch }) => batch)) {
      if (!channelIds.has(name)) channelIds.set(name, await this.channels.idOf(tx, name, medium));
    }
    const all = batches.flatMap(({ batch, summary }) => batch.parts.map((part) => ({ part, batch, summary })));
    const senderIds = await this.senders.idsOf(
      tx,
      all.map(({ part, batch }) => ({ medium: batch.medium, address: part.from, firstSeenMs: part.receivedAtMs })),
    );
    return all.map(({ part, batch, summary }) => {
      const channelId = channelIds.get(batch.channelId) as number;
      const senderId = senderIds.get(keyOf(batch.medium, part.from)) as number;
      return { part, batch, summary, channelId, senderId };
    });
  }

  /** All of a sender's parts go one way, for that keeps them in order. */
  #divide(newcomers: readonly Newcomer[]): { plain: (Newcomer & PlainArrival)[]; others: Newcomer[] } {
    const isNew = (one: Newcomer): one is Newcomer & PlainArrival =>
      isPlain(one.part) && !this.keys.isDoubted(one.channelId, one.part.key);
    const careful = new Set(newcomers.filter((one) => !isNew(one)).map(({ senderId }) => senderId));
    const plain: (Newcomer & PlainArrival)[] = [];
    const others: Newcomer[] = [];
    for (const one of newcomers) {
      if (isNew(one) && !careful.has(one.senderId)) plain.push(one);
      else others.push(one);
    }
    return { plain, others };
  }

  async #takeIn(tx: Tx, arrivals: readonly Arrival[], numbers: Numbers): Promise<Harvest> {
    const harvest: Harvest = { parts: [], reports: [], letters: [] };
    if (arrivals.length === 0) return harvest;
    const repeats = await this.keys.note(
      tx,
      arrivals.map(({ id, channelId, part }) => ({
        partId: id,
        channelId,
        key: part.key,
        receivedMs: part.receivedAtMs,
      })),
    );
    const isPiece = ({ id, part }: Arrival) => part.text !== null && !repeats.has(id);
    const setKeys = arrivals.filter(isPiece).flatMap(({ setKey }) => (setKey === null ? [] : [setKey]));
    const [places, desk] = await Promise.all([
      placesOf(tx, [...repeats.values()]),
      SetDesk.open(tx, setKeys, numbers, this.rules),
    ]);
    for (const arrival of arrivals) {
      const original = repeats.get(arrival.id);
      if (original === undefined && speaksOfEarlier(arrival)) await this.#takeChange(tx, arrival, numbers, harvest);
      else if (original === undefined) this.#takeNew(arrival, desk, numbers, harvest);
      else takeAgain(arrival, original, places, harvest);
    }
    // A set that became whole late takes along what was placed in it before.
    for (const row of harvest.parts) {
      if (row.set_id !== null) row.report_seq ??= desk.reportOf(row.set_id);
    }
    harvest.reports.push(...desk.reports);
    desk.write(tx);
    return harvest;
  }

  #takeNew(arrival: Arrival, desk: SetDesk, numbers: Numbers, harvest: Harvest): void {
    const { part, setKey, summary } = arrival;
    if (part.text === null) {
      harvest.parts.push(toRow(arrival, nowhere, false));
      harvest.letters.push(letterOf(arrival));
      summary.unsupported += 1;
    } else if (setKey === null) {
      const report = reportOf(arrival, part.text, numbers.report());
      harvest.reports.push(report);
      harvest.parts.push(toRow(arrival, { report_seq: report.seq, set_id: null }, false));
      summary.reports += 1;
    } else {
      takePiece(arrival, setKey, desk, harvest);
    }
  }

  async #takeChange(tx: Tx, arrival: Arrival, numbers: Numbers, harvest: Harvest): Promise<void> {
    const { part, channelId, senderId, summary } = arrival;
    if (part.about === undefined) return;
    const changes = await this.earlier.note(tx, channelId, senderId, part.about, part.receivedAtMs);
    const text = part.about.change === 'deleted' ? '' : (part.text ?? '');
    const report = { ...reportOf(arrival, text, numbers.report()), changes };
    harvest.reports.push(report);
    harvest.parts.push(toRow(arrival, { report_seq: report.seq, set_id: null }, false));
    summary.reports += 1;
  }

  #write(tx: Tx, { parts, reports, letters }: Harvest): void {
    if (parts.length > 0) tx.send(insertParts.sql, insertParts.values(parts));
    this.reports.add(tx, reports);
    deadLetters.open(tx, letters);
  }
}

async function arrivalsOf(tx: Tx, newcomers: readonly Newcomer[]): Promise<{ arrivals: Arrival[]; numbers: Numbers }> {
  const pieces = newcomers.filter(({ part }) => part.concat !== null).length;
  const parts = newcomers.length;
  const numbers = await Numbers.take(tx, { parts, sets: pieces, reports: parts + pieces * reportsPerPiece });
  const arrivals = newcomers.map((one): Arrival => {
    const { part, channelId, senderId } = one;
    const setKey = part.concat === null ? null : setKeyOf(part.concat, channelId, senderId, part.to);
    return { ...one, id: numbers.part(), setKey };
  });
  return { arrivals, numbers };
}

function keyOfPart({ channelId, part }: Newcomer): SettledKey {
  return { channelId, key: part.key };
}

/** What it speaks of must have been written before: so each such part goes by itself. */
function wavesOf(arrivals: readonly Arrival[]): Arrival[][] {
  const waves: Arrival[][] = [];
  let wave: Arrival[] = [];
  for (const arrival of arrivals) {
    if (!speaksOfEarlier(arrival)) wave.push(arrival);
    else {
      waves.push(wave, [arrival]);
      wave = [];
    }
  }
  return [...waves, wave].filter((one) => one.length > 0);
}

/** An edit that cannot be read, or that came in pieces, is taken in as any other part is. */
function speaksOfEarlier({ part, setKey }: Arrival): boolean {
  if (part.about === undefined) return false;
  return part.about.change === 'deleted' || (part.text !== null && setKey === null);
}

function takePiece(arrival: Arrival, setKey: SetKey, desk: SetDesk, harvest: Harvest): void {
  const { part, batch, summary } = arrival;
  const piece = {
    sequence: part.concat?.sequence ?? 1,
    received_ms: part.receivedAtMs,
    external_id: part.externalId,
    encoding: part.encoding,
    text_offset: part.textOffset,
    raw: part.raw,
  };
  const place = desk.place(setKey, piece, batch.joinUntilMs);
  if (place.kind === 'repeated') {
    harvest.parts.push(toRow(arrival, { report_seq: place.reportSeq, set_id: place.setId }, true));
    summary.duplicates += 1;
    return;
  }
  harvest.parts.push(toRow(arrival, { report_seq: null, set_id: place.setId }, false));
  if (desk.completeIfWhole(setKey)) summary.reports += 1;
  else summary.waiting += 1;
}

function takeAgain(arrival: Arrival, original: number, stored: ReadonlyMap<number, Place>, harvest: Harvest): void {
  const place = stored.get(original) ?? harvest.parts.find((row) => row.id === original) ?? nowhere;
  harvest.parts.push(toRow(arrival, place, true));
  arrival.summary.duplicates += 1;
}

async function placesOf(tx: Tx, partIds: readonly number[]): Promise<Map<number, Place>> {
  if (partIds.length === 0) return new Map();
  const rows = await tx.query<Place & { id: number }>(
    'SELECT id, report_seq, set_id FROM parts WHERE id = ANY($1::bigint[])',
    [partIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

function reportOf({ part, channelId, senderId }: Arrival, text: string, seq: number): NewReport {
  return {
    seq,
    channelId,
    senderId,
    receivedMs: part.receivedAtMs,
    recipient: part.to,
    text,
    encoding: part.encoding,
    parts: 1,
    externalIds: part.externalId === null ? [] : [part.externalId],
    flags: part.extras?.flags ?? [],
    extras: part.extras,
  };
}

function letterOf({ id, channelId, part }: Arrival): NewLetter {
  const code = part.oddity ?? 'unsupported';
  return { kind: 'part', subject_seq: id, channel_id: channelId, code, message: unreadable, at_ms: part.receivedAtMs };
}

function toRow({ id, part, channelId, senderId }: Arrival, place: Place, duplicate: boolean): PartRow {
  return {
    id,
    report_seq: place.report_seq,
    set_id: place.set_id,
    sequence: part.concat?.sequence ?? null,
    channel_id: channelId,
    sender_id: senderId,
    received_ms: part.receivedAtMs,
    recipient: part.to,
    external_id: part.externalId,
    data_coding: part.dataCoding,
    encoding: part.encoding,
    text_offset: part.textOffset,
    oddity: part.oddity,
    duplicate,
    raw: part.raw,
  };
}

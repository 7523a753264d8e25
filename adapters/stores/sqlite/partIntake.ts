import type { Concat, Part } from '../../../src/ports/channel.js';
import type { AcceptBatch, AcceptSummary } from '../../../src/ports/store.js';
import type { Channels } from './channels.js';
import type { Cursors } from './cursors.js';
import type { Db } from './database.js';
import type { DeadLetters } from './deadLetters.js';
import type { EarlierMessages } from './earlierMessages.js';
import type { PartKeys } from './partKeys.js';
import type { PartSets } from './partSets.js';
import type { ReportRows } from './reportRows.js';
import type { Senders } from './senders.js';

interface Counts {
  reports: number;
  waiting: number;
  duplicates: number;
  unsupported: number;
}

/** Where a part was put. A duplicate goes where its original is: it is evidence in the same story. */
interface Placed {
  readonly reportSeq: number | null;
  readonly setId: number | null;
  readonly duplicate: boolean;
}

/** Takes parts in: recognises redeliveries, joins long messages, makes reports. Runs inside a transaction. */
export class PartIntake {
  readonly #add;
  readonly #placeOf;
  #nextPartId: number;

  constructor(
    db: Db,
    private readonly channels: Channels,
    private readonly senders: Senders,
    private readonly keys: PartKeys,
    private readonly sets: PartSets,
    private readonly reports: ReportRows,
    private readonly deadLetters: DeadLetters,
    private readonly cursors: Cursors,
    private readonly earlier: EarlierMessages,
  ) {
    this.#add = db.prepare(
      `INSERT INTO parts (id, report_seq, set_id, sequence, channel_id, sender_id, received_ms, recipient, external_id,
                          data_coding, encoding, text_offset, oddity, duplicate, raw)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#placeOf = db.prepare<[number], { reportSeq: number | null; setId: number | null }>(
      'SELECT report_seq AS reportSeq, set_id AS setId FROM parts WHERE id = ?',
    );
    // Only the gateway adds parts, and only one runs on a file: a counter in memory is as good as a look-up.
    const last = db.prepare<[], { id: number | null }>('SELECT max(id) AS id FROM parts').get();
    this.#nextPartId = (last?.id ?? 0) + 1;
  }

  accept(batch: AcceptBatch): AcceptSummary {
    const channelId = this.channels.idOf(batch.channelId, batch.medium);
    const counts: Counts = { reports: 0, waiting: 0, duplicates: 0, unsupported: 0 };
    for (const part of batch.parts) this.#acceptOne(part, channelId, batch, counts);
    if (batch.cursor !== undefined) this.cursors.set(batch.cursor);
    return counts;
  }

  #acceptOne(part: Part, channelId: number, batch: AcceptBatch, counts: Counts): void {
    const senderId = this.senders.idOf(batch.medium, part.from, part.receivedAtMs);
    const partId = this.#nextPartId++;
    const original = this.keys.note(channelId, part.key, partId, part.receivedAtMs);
    if (original !== null) {
      const place = this.#placeOf.get(original) ?? nowhere;
      this.#addPart(partId, part, channelId, senderId, { ...place, duplicate: true });
      counts.duplicates += 1;
    } else if (part.about?.change === 'deleted') {
      const reportSeq = this.#addReport(part, '', channelId, senderId);
      this.#addPart(partId, part, channelId, senderId, { reportSeq, setId: null, duplicate: false });
      counts.reports += 1;
    } else if (part.text === null) {
      this.#addPart(partId, part, channelId, senderId, { ...nowhere, duplicate: false });
      this.deadLetters.open('part', partId, channelId, part.oddity ?? 'unsupported', unreadable, part.receivedAtMs);
      counts.unsupported += 1;
    } else if (part.concat === null) {
      const reportSeq = this.#addReport(part, part.text, channelId, senderId);
      this.#addPart(partId, part, channelId, senderId, { reportSeq, setId: null, duplicate: false });
      counts.reports += 1;
    } else {
      this.#acceptPiece(partId, part, part.concat, channelId, senderId, batch.joinUntilMs, counts);
    }
  }

  #acceptPiece(
    partId: number,
    part: Part,
    concat: Concat,
    channelId: number,
    senderId: number,
    joinUntilMs: number,
    counts: Counts,
  ): void {
    const place = this.sets.place(part, concat, channelId, senderId, joinUntilMs);
    if (place.kind === 'repeated') {
      const { reportSeq, setId } = place;
      this.#addPart(partId, part, channelId, senderId, { reportSeq, setId, duplicate: true });
      counts.duplicates += 1;
      return;
    }
    this.#addPart(partId, part, channelId, senderId, { reportSeq: null, setId: place.setId, duplicate: false });
    const whole = this.sets.completeIfWhole(place.setId, concat.total, part, channelId, senderId);
    if (whole) counts.reports += 1;
    else counts.waiting += 1;
  }

  #addReport(part: Part, text: string, channelId: number, senderId: number): number {
    return this.reports.add({
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
      ...(part.about === undefined
        ? {}
        : { changes: this.earlier.note(channelId, senderId, part.about, part.receivedAtMs) }),
    });
  }

  #addPart(partId: number, part: Part, channelId: number, senderId: number, placed: Placed): void {
    this.#add.run(
      partId,
      placed.reportSeq,
      placed.setId,
      part.concat?.sequence ?? null,
      channelId,
      senderId,
      part.receivedAtMs,
      part.to,
      part.externalId,
      part.dataCoding,
      part.encoding,
      part.textOffset,
      part.oddity,
      placed.duplicate ? 1 : 0,
      part.raw,
    );
  }
}

const nowhere = { reportSeq: null, setId: null } as const;
const unreadable = 'arrived and was kept, but could not be read as text';

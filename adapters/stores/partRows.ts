import type { Redecoded, StoredPartView } from '../../src/ports/operations.js';
import type { StoredPart, StoreRules } from '../../src/ports/store.js';
import { toStoredPart } from './messageRows.js';
import { reportIdOf } from './reportId.js';

/** Stored parts as either store keeps them, and what is planned when one is read again. */

export interface PartRow {
  readonly id: number;
  readonly report_seq: number | null;
  readonly set_id: number | null;
  readonly sequence: number | null;
  readonly channel_id: number;
  readonly channel: string;
  readonly sender_id: number;
  readonly ref: string;
  readonly received_ms: number;
  readonly recipient: string;
  readonly external_id: string | null;
  readonly data_coding: number | null;
  readonly encoding: string;
  readonly text_offset: number;
  readonly oddity: string | null;
  /** SQLite has numbers for it. */
  readonly duplicate: boolean | 0 | 1;
  readonly raw: Buffer;
  readonly report_id: Buffer | string | null;
}

/** Of a part's report. */
export interface ReportState {
  readonly text: string;
  readonly encoding: string;
  readonly tracking_id: string | null;
}

/** What the part is now, what it would be, and how to make it so; or why not. */
export interface Plan<Done> {
  readonly effect: Redecoded['effect'];
  readonly reason: string | null;
  readonly before: Redecoded['before'];
  readonly after: Redecoded['after'];
  /** @returns the seq of the report that there is now. */
  readonly carryOut: () => Done;
}

export function refused<Done>(plan: Plan<Done>, reason: string): Plan<Done> {
  return { ...plan, effect: 'refused', reason };
}

/** Octets that are no text of a citizen's, whatever the decode path. */
const neverText: Readonly<Record<string, string>> = {
  malformed_pdu: 'its PDU did not add up: what was kept is more than a text, and no decode path makes a report of it',
  unreadable_receipt: 'it is a delivery receipt, not what a citizen wrote',
};

/** Why a part is never read again; undefined: nothing speaks against it. */
export function whyNever({ duplicate, oddity }: PartRow): string | undefined {
  return duplicate ? 'it repeats another part, which is the one that counts' : neverText[oddity ?? ''];
}

/**
 * The text of a message with one of its parts read again.
 * @param total of the message's parts; null where its set was tidied away a day after it was closed: then what came last is
 * as far as its length is known.
 */
export function joinedWith(
  again: { readonly partId: number; readonly part: StoredPart },
  pieces: readonly PartRow[],
  total: number | null,
  { joinParts }: StoreRules,
): Redecoded['after'] {
  const length = total ?? Math.max(...pieces.map(({ sequence }) => sequence ?? 1));
  const inOrder: (StoredPart | null)[] = new Array<StoredPart | null>(length).fill(null);
  for (const piece of pieces) {
    inOrder[(piece.sequence ?? 1) - 1] = piece.id === again.partId ? again.part : toStoredPart(piece);
  }
  return joinParts(inOrder);
}

export function toView(row: PartRow): StoredPartView {
  return {
    partId: row.id,
    channelId: row.channel,
    receivedAtMs: row.received_ms,
    senderRef: row.ref,
    dataCoding: row.data_coding,
    encoding: row.encoding,
    oddity: row.oddity,
    sequence: row.sequence,
    duplicate: Boolean(row.duplicate),
    raw: row.raw,
    textOffset: row.text_offset,
    reportId: row.report_id === null ? null : reportIdOf(row.report_id),
  };
}

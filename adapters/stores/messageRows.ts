import type { Earlier, PartExtras } from '../../src/ports/channel.js';
import type { StoredMessage, StoredPart, StoreRules } from '../../src/ports/store.js';
import { reportIdOf } from './reportId.js';

/** Messages as either store keeps them. */

/** What a message does to an earlier one of its sender's. */
export interface ChangeOf {
  readonly change: Earlier['change'];
  /** The first message of the chain of edits; null where the earlier one is not known. */
  readonly aboutSeq: number | null;
}

export interface NewMessage {
  readonly channelId: number;
  readonly senderId: number;
  readonly receivedMs: number;
  readonly recipient: string;
  readonly text: string;
  readonly encoding: string;
  readonly parts: number;
  readonly externalIds: readonly string[];
  readonly flags: readonly string[];
  readonly extras: PartExtras | undefined;
  /** Absent: it stands by itself. */
  readonly changes?: ChangeOf;
}

export interface MessageRow {
  readonly id: Buffer | string;
  readonly received_ms: number;
  readonly channel: string;
  readonly medium: string;
  readonly recipient: string;
  readonly ref: string;
  readonly text: string;
  readonly encoding: string;
  readonly parts: number;
  readonly external_ids: string | null;
  readonly flags: string | null;
  readonly extras: string | null;
  readonly change: StoredMessage['change'];
}

export function toMessage(row: MessageRow): StoredMessage {
  return {
    id: reportIdOf(row.id),
    receivedAtMs: row.received_ms,
    channelId: row.channel,
    medium: row.medium,
    address: row.recipient,
    senderRef: row.ref,
    text: row.text,
    encoding: row.encoding,
    parts: row.parts,
    externalIds: parsedOr(row.external_ids, []),
    flags: parsedOr(row.flags, []),
    extras: parsedOr(row.extras, {}),
    change: row.change,
  };
}

/** Most SMS have none of these: a null costs nothing to write and to read. */
export function listOrNull(values: readonly string[], toJson: (values: readonly string[]) => string): string | null {
  return values.length === 0 ? null : toJson(values);
}

function parsedOr<Value>(json: string | null, otherwise: Value): Value {
  return json === null ? otherwise : (JSON.parse(json) as Value);
}

/** A long message whose parts are stored. */
export interface SetRow {
  readonly channel_id: number;
  readonly sender_id: number;
  readonly recipient: string;
  readonly total: number;
}

/** What a long message is joined of. */
export interface PieceRow {
  readonly sequence: number;
  readonly received_ms: number;
  readonly external_id: string | null;
  readonly encoding: string;
  readonly text_offset: number;
  readonly raw: Buffer;
}

/** @param pieces in their order; where some are missing, the message is truncated. */
export function joinedMessage(set: SetRow, pieces: readonly PieceRow[], { joinParts }: StoreRules): NewMessage {
  const inOrder: (StoredPart | null)[] = new Array<StoredPart | null>(set.total).fill(null);
  for (const piece of pieces) inOrder[piece.sequence - 1] = toStoredPart(piece);
  const { text, encoding } = joinParts(inOrder);
  return {
    channelId: set.channel_id,
    senderId: set.sender_id,
    receivedMs: Math.min(...pieces.map((piece) => piece.received_ms)),
    recipient: set.recipient,
    text,
    encoding,
    parts: pieces.length,
    externalIds: pieces.flatMap((piece) => (piece.external_id === null ? [] : [piece.external_id])),
    flags: pieces.length < set.total ? ['truncated'] : [],
    extras: undefined,
  };
}

export function toStoredPart(row: Pick<PieceRow, 'raw' | 'text_offset' | 'encoding'>): StoredPart {
  return { raw: row.raw, textOffset: row.text_offset, encoding: row.encoding };
}

import type { ReceiptState } from '../../../../src/domain/reply.js';
import type { Receipt } from '../../../../src/ports/channel.js';
import { integerTlv, tagOf, textTlv } from './pdu.js';

/**
 * Delivery receipts. The specification fixes TLVs and only suggests a text (SMPP 3.4 appendix B), which peers
 * write each in their own way; so both are read, and neither has to be complete.
 */

const tag = {
  receiptedMessageId: tagOf('receipted_message_id'),
  messageState: tagOf('message_state'),
  networkErrorCode: tagOf('network_error_code'),
} as const;

interface StateMeaning {
  readonly code: string;
  readonly state: ReceiptState;
}

/**
 * message_state (SMPP 3.4 §5.2.28; 0 and 9 are of 5.0). UNKNOWN says nothing of the handset, so the segment stays
 * where it was; ACCEPTED comes from peers on the way to a final state.
 */
const stateByNumber: readonly StateMeaning[] = [
  { code: 'SCHEDULED', state: 'in_transit' },
  { code: 'ENROUTE', state: 'in_transit' },
  { code: 'DELIVRD', state: 'delivered' },
  { code: 'EXPIRED', state: 'undelivered' },
  { code: 'DELETED', state: 'undelivered' },
  { code: 'UNDELIV', state: 'undelivered' },
  { code: 'ACCEPTD', state: 'in_transit' },
  { code: 'UNKNOWN', state: 'in_transit' },
  { code: 'REJECTD', state: 'undelivered' },
  { code: 'SKIPPED', state: 'undelivered' },
];

/** By the first five letters: peers write DELIVRD, DELIVERED, UNDELIV, UNDELIVERABLE, … */
const stateByWord = new Map(
  [...stateByNumber, { code: 'FAILED', state: 'undelivered' } as const].map((meaning) => [
    meaning.code.slice(0, 5),
    meaning,
  ]),
);

export interface ReceiptSource {
  /** The decoded message, or null. */
  readonly text: string | null;
  readonly tlvs: ReadonlyMap<number, Buffer>;
  readonly atMs: number;
}

/** @returns null where neither a TLV nor the text names the message: such a receipt tells nothing. */
export function readReceipt({ text, tlvs, atMs }: ReceiptSource): Receipt | null {
  const words = parseReceiptText(text ?? '');
  const ids = [textTlv(tlvs, tag.receiptedMessageId), words.get('id')].filter((id): id is string => Boolean(id));
  const externalIds = externalIdCandidates(ids);
  if (externalIds === null) return null;
  const stat = words.get('stat')?.toUpperCase() ?? '';
  const number = integerTlv(tlvs, tag.messageState);
  const meaning = (number === null ? undefined : stateByNumber[number]) ?? stateByWord.get(stat.slice(0, 5));
  const error = words.get('err') ?? networkError(tlvs.get(tag.networkErrorCode));
  const code = stat || meaning?.code || 'UNKNOWN';
  const coded = error === null || /^0*$/.test(error) ? code : `${code}/${error}`;
  return { externalIds, state: meaning?.state ?? 'in_transit', code: coded.slice(0, maxCodeCharacters), atMs };
}

/** A code is shown and counted; what a peer writes in its place must not grow without end. */
const maxCodeCharacters = 40;

/** One octet for the kind of network, two for its error (SMPP 3.4 §5.3.2.31). */
function networkError(value: Buffer | undefined): string | null {
  return value !== undefined && value.length === 3 ? String(value.readUInt16BE(1)).padStart(3, '0') : null;
}

const key = '(id|sub|dlvrd|submit date|done date|stat|err)';
const anyKey = '(?:id|sub|dlvrd|submit date|done date|stat|err|text)';
const pair = new RegExp(`\\b${key} ?: *(?!${anyKey} ?:)([^\\s,;]*)`, 'gi');

/**
 * Reads `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…` in any order and case, with
 * whatever is missing. What follows `text:` is the reply's own words, unless the id comes after it.
 *
 * @returns the first value of each key that has one, keys in lower case
 */
export function parseReceiptText(text: string): ReadonlyMap<string, string> {
  const ownWords = /\btext ?:/i.exec(text)?.index ?? text.length;
  const before = pairsOf(text.slice(0, ownWords));
  return before.has('id') ? before : pairsOf(text);
}

function pairsOf(text: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(pair)) {
    const name = key.toLowerCase();
    if (value !== '' && !words.has(name)) words.set(name, value);
  }
  return words;
}

/** One form for a message id: lower case, no leading zeros. Peers pad and capitalise in one place and not in the other. */
export function normaliseExternalId(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

const maxConvertibleDigits = 32;

/**
 * The ways in which a peer may have meant an id: as sent, hexadecimal here and decimal in submit_sm_resp, or the
 * other way round.
 *
 * @returns null when there is no id
 */
export function externalIdCandidates(ids: readonly string[]): readonly [string, ...string[]] | null {
  const sent = ids.map(normaliseExternalId).filter((id) => id !== '');
  const short = sent.filter((id) => id.length <= maxConvertibleDigits);
  const fromHex = short.filter((id) => /^[0-9a-f]+$/.test(id)).map((id) => BigInt(`0x${id}`).toString(10));
  const toHex = short.filter((id) => /^[0-9]+$/.test(id)).map((id) => BigInt(id).toString(16));
  const [first, ...others] = new Set([...sent, ...fromHex, ...toHex]);
  return first === undefined ? null : [first, ...others];
}

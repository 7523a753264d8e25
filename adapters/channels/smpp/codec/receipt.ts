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

/** A receipt whose id is still as the peer wrote it: see `ReceiptIds`. */
export interface ReadReceipt extends Omit<Receipt, 'externalIds'> {
  readonly sentId: string;
}

/**
 * The TLV's id counts before the text's: it is there to be compared, the other to be read by people.
 *
 * @returns null where neither a TLV nor the text names the message: such a receipt tells nothing.
 */
export function readReceipt({ text, tlvs, atMs }: ReceiptSource): ReadReceipt | null {
  const words = parseReceiptText(text?.slice(0, maxTextCharacters) ?? '');
  const sentId = textTlv(tlvs, tag.receiptedMessageId)?.trim() || words.get('id');
  if (sentId === undefined || sentId.length > maxIdCharacters) return null;
  const stat = words.get('stat')?.toUpperCase() ?? '';
  const number = integerTlv(tlvs, tag.messageState) ?? (/^\d+$/.test(stat) ? Number(stat) : null);
  const meaning = (number === null ? undefined : stateByNumber[number]) ?? stateByWord.get(stat.slice(0, 5));
  const error = words.get('err') ?? networkError(tlvs.get(tag.networkErrorCode));
  const code = stat || meaning?.code || 'UNKNOWN';
  const coded = error === null || /^0*$/.test(error) ? code : `${code}/${error}`;
  return { sentId, state: meaning?.state ?? 'in_transit', code: coded.slice(0, maxCodeCharacters), atMs };
}

/** SMPP 3.4 has 65 with the NUL; what is far longer is no id and would only be carried about. */
export const maxIdCharacters = 128;

/** A receipt is one SMS. In what is much longer, only time would be spent. */
const maxTextCharacters = 1_024;

/** Whether a message that does not say so by its esm_class is a receipt all the same: no citizen can set a TLV. */
export function namesReceiptedMessage(tlvs: ReadonlyMap<number, Buffer>): boolean {
  return tlvs.size > 0 && tlvs.has(tag.receiptedMessageId);
}

/** A code is shown and counted; what a peer writes in its place must not grow without end. */
const maxCodeCharacters = 40;

/** One octet for the kind of network, two for its error (SMPP 3.4 §5.3.2.31). */
function networkError(value: Buffer | undefined): string | null {
  return value !== undefined && value.length === 3 ? String(value.readUInt16BE(1)).padStart(3, '0') : null;
}

/** A key in the forms that peers write, and the name that it has here. */
const keyForms: readonly (readonly [name: string, form: string])[] = [
  ['id', '(?:(?:msg|message)[ _]?)?id'],
  ['sub', 'sub'],
  ['dlvrd', 'dlvrd'],
  ['submit date', 'submit[ _]?date'],
  ['done date', 'done[ _]?date'],
  ['stat', 'stat(?:us)?'],
  ['err', 'err(?:or)?(?:[ _]?code)?'],
];

const textKey = 'te?xt';
const anyKey = `(?:${[...keyForms.map(([, form]) => form), textKey].join('|')})`;
const key = `(?:${keyForms.map(([, form]) => `(${form})`).join('|')})`;
const value = `(?:"([^"]*)"|'([^']*)'|(?!${anyKey} ?[:=])([^\\s,;]*))`;
const pair = new RegExp(`\\b${key} ?[:=]\\s*${value}`, 'gi');
const ownWords = new RegExp(`\\b${textKey} ?[:=]`, 'i');

/**
 * Reads `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…` in any order and case, with
 * whatever is missing, in quotes or with `=`. What follows `text:` is the reply's own words, unless the id comes
 * after it.
 *
 * @returns the first value of each key that has one
 */
export function parseReceiptText(text: string): ReadonlyMap<string, string> {
  const before = pairsOf(text.slice(0, ownWords.exec(text)?.index ?? text.length));
  return before.has('id') ? before : pairsOf(text);
}

function pairsOf(text: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const match of text.matchAll(pair)) {
    const name = keyForms.find((_, index) => match[index + 1] !== undefined)?.[0] ?? '';
    const found =
      match
        .slice(keyForms.length + 1)
        .find((each) => each !== undefined)
        ?.trim() ?? '';
    if (found !== '' && !words.has(name)) words.set(name, found);
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

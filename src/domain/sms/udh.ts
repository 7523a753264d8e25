import { isKnownShift, type LanguageShift } from './nationalLanguages.js';

/** Where a part belongs in a long message. */
export interface UdhConcat {
  readonly reference: number;
  readonly total: number;
  readonly sequence: number;
}

export interface Udh {
  /** How many octets precede the text, the length octet included. */
  readonly octets: number;
  readonly concat: UdhConcat | null;
  /** The alphabets of national languages that the text is in, where it is in any. */
  readonly shift: LanguageShift | null;
  /** What a reader should doubt, or null: `malformed_concat`, `port_addressed`, `national_language` (one not known). */
  readonly oddity: string | null;
}

/** Information elements that matter here (3GPP TS 23.040 §9.2.3.24). */
const element = {
  concat8: 0x00,
  port8: 0x04,
  port16: 0x05,
  concat16: 0x08,
  singleShift: 0x24,
  lockingShift: 0x25,
} as const;

const oddityOfElement: Readonly<Record<number, string>> = {
  [element.port8]: 'port_addressed',
  [element.port16]: 'port_addressed',
};

/**
 * Reads a user data header from the start of a short message. The elements may come in any order; of two
 * that say the same the last one counts (§9.2.3.24).
 *
 * @returns null when the header is longer than the message or its elements do not add up: then nobody can
 * tell where the text begins.
 */
export function parseUdh(message: Uint8Array): Udh | null {
  const header = message[0];
  if (header === undefined || header + 1 > message.length) return null;
  const end = header + 1;
  let concat: UdhConcat | null = null;
  let locking: number | null = null;
  let single: number | null = null;
  let oddity: string | null = null;
  let offset = 1;
  while (offset < end) {
    const length = message[offset + 1];
    const next = offset + 2 + (length ?? 0);
    if (length === undefined || next > end) return null;
    const id = message[offset] as number;
    if (id === element.concat8 || id === element.concat16) {
      concat = readConcat(message.subarray(offset + 2, next), id === element.concat8 ? 1 : 2);
      if (concat === null) oddity = 'malformed_concat';
    } else if (id === element.lockingShift && length === 1) {
      locking = message[offset + 2] as number;
    } else if (id === element.singleShift && length === 1) {
      single = message[offset + 2] as number;
    } else {
      oddity ??= oddityOfElement[id] ?? null;
    }
    offset = next;
  }
  if (concat !== null && concat.total === 1) concat = null;
  const shift = locking === null && single === null ? null : { locking, single };
  if (shift !== null && !isKnownShift(shift)) oddity ??= 'national_language';
  return { octets: end, concat, shift, oddity };
}

function readConcat(value: Uint8Array, referenceOctets: 1 | 2): UdhConcat | null {
  const [first = 0, second = 0] = value;
  const [total = 0, sequence = 0] = value.subarray(referenceOctets);
  if (value.length !== referenceOctets + 2) return null;
  return checkedConcat(referenceOctets === 1 ? first : first * 256 + second, total, sequence);
}

/** @returns null where the numbers make no sense: such a part stands alone. A total of 1 is sense. */
export function checkedConcat(reference: number, total: number, sequence: number): UdhConcat | null {
  const sound = total >= 1 && total <= 255 && sequence >= 1 && sequence <= total;
  return sound ? { reference, total, sequence } : null;
}

/** The header of one segment of a long message: one element with an 8-bit reference, 6 octets in all. */
export function concatUdh(reference: number, total: number, sequence: number): Buffer {
  return Buffer.from([5, element.concat8, 3, reference & 0xff, total, sequence]);
}

import { decodeText, type TextEncoding } from './decode.js';
import { looksLikeGsm7 } from './gsm7.js';

/**
 * Recognises text whose octets prove that it is not in the alphabet it was declared to be in. A peer that states the
 * wrong data_coding states it for every message, so a report would be unreadable from each of its citizens. Only
 * proof counts: what could be either stays as declared, for a guess that spoils a good text is worse.
 *
 * | declared                  | octets                                                  | is        |
 * | ------------------------- | ------------------------------------------------------- | --------- |
 * | gsm7, ascii, latin1       | every other octet is NUL, or most are and some are over 0x7F | ucs2, utf16le |
 * | gsm7, ascii, latin1       | over 0x7F, and all of it well-formed UTF-8              | utf8      |
 * | ascii                     | control codes that are letters in GSM 03.38 (`@` is 0)  | gsm7      |
 * | ucs2                      | every second octet is NUL                               | utf16le   |
 * | ucs2                      | letters, digits and blanks of one octet each            | gsm7, ascii |
 * | ucs2                      | mostly that, the rest well-formed UTF-8                 | utf8      |
 *
 * @param isFragment part of a long message: it may begin and end inside a character
 * @returns null where nothing is proven
 */
export function provenEncoding(
  declared: TextEncoding,
  octets: Uint8Array,
  isFragment: boolean,
): 'gsm7' | 'ascii' | 'ucs2' | 'utf16le' | 'utf8' | null {
  if (declared === 'ucs2') return insteadOfUcs2(octets, isFragment);
  if (declared !== 'gsm7' && declared !== 'ascii' && declared !== 'latin1') return null;
  const septets = looksLikeGsm7(octets);
  const order = utf16Order(octets, septets ? plainUnits : someUnits);
  if (order !== null) return order;
  if (!septets) return isUtf8(octets, isFragment) ? 'utf8' : null;
  return declared === 'ascii' && hasGsm7Letters(octets) ? 'gsm7' : null;
}

/** Cheaper than `provenEncoding`, and true of nearly every text: whether it could not find anything. */
export function isPlainlyAsDeclared(declared: string, octets: Uint8Array): boolean {
  if (declared === 'gsm7') return octets[0] !== 0 && octets[1] !== 0 && looksLikeGsm7(octets);
  return declared === 'ucs2' && octets[0] === 0 && octets.length % 2 === 0;
}

/** How many UTF-16 units there must be, and which part of them must be of the first 256. */
interface UnitsWanted {
  readonly least: number;
  readonly lowShare: number;
  /** How large a part may have NUL as its other octet, as the second half of 😀 has. */
  readonly strayShare: number;
}

/** `@J@a@l@a@n` could be written, though nobody does: eight octets of it are taken for proof. */
const plainUnits: UnitsWanted = { least: 4, lowShare: 1, strayShare: 0 };
/** Octets over 0x7F rule GSM 03.38 out, and no text of one octet a letter holds NULs. */
const someUnits: UnitsWanted = { least: 2, lowShare: 0.5, strayShare: 0.2 };

const wellWritten = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200b-\u200f\n\r\t]*$/u;

function utf16Order(octets: Uint8Array, wanted: UnitsWanted): 'ucs2' | 'utf16le' | null {
  const units = octets.length / 2;
  if (!Number.isInteger(units) || units < wanted.least) return null;
  const nuls: [first: number, second: number] = [0, 0];
  for (let index = 0; index < octets.length; index += 1) if (octets[index] === 0) nuls[(index & 1) as 0 | 1] += 1;
  const [first, second] = nuls;
  if (Math.min(first, second) > units * wanted.strayShare) return null;
  if (Math.max(first, second) < units * wanted.lowShare) return null;
  const encoding = first > second ? 'ucs2' : 'utf16le';
  return wellWritten.test(decodeText(encoding, octets)) ? encoding : null;
}

/** Control codes of ASCII that are letters and signs in GSM 03.38: all but line breaks and the tab. */
function hasGsm7Letters(octets: Uint8Array): boolean {
  return octets.some((octet) => octet < 0x20 && octet !== 0x09 && octet !== 0x0a && octet !== 0x0d);
}

/**
 * Six ideographs whose twelve octets are Latin letters by chance: about one in a quarter of a million. With an odd
 * number of octets it cannot be UCS-2 at all, and fewer will do.
 */
const leastOctets = { even: 12, odd: 3 } as const;
const letterShare = 0.8;

function insteadOfUcs2(octets: Uint8Array, isFragment: boolean): ReturnType<typeof provenEncoding> {
  if (octets.length < (octets.length % 2 === 0 ? leastOctets.even : leastOctets.odd)) return null;
  const letters = octets.filter(isLetterDigitOrBlank).length;
  if (octets.length % 2 === 0 && utf16Order(octets, plainUnits) === 'utf16le') return 'utf16le';
  if (octets.every(isPrintable)) return letters >= octets.length * letterShare ? asciiOrGsm7(octets) : null;
  return letters >= octets.length / 2 && isUtf8(octets, isFragment) ? 'utf8' : null;
}

function isLetterDigitOrBlank(octet: number): boolean {
  const letter = octet | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x20;
}

function isPrintable(octet: number): boolean {
  return (octet >= 0x20 && octet < 0x7f) || octet === 0x0a || octet === 0x0d;
}

/** They differ in few signs: nobody writes what 0x40 and 0x5F are in GSM 03.38 (`¡`, `§`); as ASCII they are `@` and `_`. */
function asciiOrGsm7(octets: Uint8Array): 'ascii' | 'gsm7' {
  return octets.includes(0x40) || octets.includes(0x5f) ? 'ascii' : 'gsm7';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether all of it is UTF-8 and at least one character takes more than an octet. */
function isUtf8(octets: Uint8Array, isFragment: boolean): boolean {
  const whole = isFragment ? withoutCutCharacters(octets) : octets;
  if (looksLikeGsm7(whole)) return false;
  try {
    return !utf8.decode(whole).includes('\0');
  } catch {
    return false;
  }
}

/** Without the end of a character before it and the beginning of one at its end. */
function withoutCutCharacters(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 3 && start < octets.length && isContinuation(octets[start] as number)) start += 1;
  for (let back = 1; back <= 3 && octets.length - back >= start; back += 1) {
    const octet = octets[octets.length - back] as number;
    if (isContinuation(octet)) continue;
    return octets.subarray(start, octet >= 0xc0 && charLength(octet) > back ? octets.length - back : octets.length);
  }
  return octets.subarray(start);
}

function isContinuation(octet: number): boolean {
  return (octet & 0xc0) === 0x80;
}

function charLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

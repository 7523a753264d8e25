import { decodeText, type TextEncoding } from '../../../src/domain/sms/decode.js';
import { provenEncoding } from '../../../src/domain/sms/recognise.js';
import { parseUdh, type Udh } from '../../../src/domain/sms/udh.js';
import { percentDecoded } from './fields.js';

/** What an aggregator says of a text, as far as it says it. */
export interface CarriedText {
  /** As octets: of characters in `charset`, or as hexadecimal digits of the short message's octets. */
  readonly text: Buffer;
  readonly isHex: boolean;
  /** The name of a character set, for a text that is no hexadecimal. */
  readonly charset: string;
  /** GSM data coding scheme, or SMPP's data_coding, which agree on what they share; null where nothing tells. */
  readonly dataCoding: number | null;
  /** The UDH where it comes apart from the text: its octets, or their hexadecimal digits. */
  readonly udh: Buffer | null;
  /** The UDH is the beginning of the text. */
  readonly udhInText: boolean;
}

export interface ReadText {
  readonly text: string | null;
  readonly encoding: string;
  /** The UDH, and the text in `encoding`. */
  readonly raw: Buffer;
  readonly udh: Udh;
  readonly oddity: string | null;
}

const noUdh: Udh = { octets: 0, concat: null, shift: null, oddity: null };

/** Total: what cannot be read as a text is data, with an oddity that says why. */
export function readText(carried: CarriedText): ReadText {
  const octets = carried.isHex ? hexOctets(carried.text) : carried.text;
  if (octets === null) return unreadable(carried.text, 'not_hex');
  const header = carried.udhInText ? null : udhOctets(carried.udh);
  const raw = header === null ? octets : Buffer.concat([header, octets]);
  const hasUdh = header !== null || carried.udhInText;
  const udh = hasUdh ? parseUdh(raw) : noUdh;
  if (udh === null) return unreadable(raw, 'malformed_udh');
  const own = raw.subarray(udh.octets);
  const read = carried.isHex ? readOctets(own, carried, udh) : readCharacters(own, carried);
  const whole = read.octets === own ? raw : Buffer.concat([raw.subarray(0, udh.octets), read.octets]);
  return { text: read.text, encoding: read.encoding, raw: whole, udh, oddity: udh.oddity ?? read.oddity };
}

function unreadable(raw: Buffer, oddity: string): ReadText {
  return { text: null, encoding: 'unreadable', raw, udh: noUdh, oddity };
}

interface Decoded {
  readonly text: string | null;
  readonly encoding: string;
  readonly octets: Buffer;
  readonly oddity: string | null;
}

/** Octets as they were on the air, the seven-bit alphabet unpacked. */
function readOctets(octets: Buffer, { dataCoding }: CarriedText, udh: Udh): Decoded {
  const declared = alphabetOf(dataCoding ?? 0);
  if (declared === 'binary') return { text: null, encoding: 'binary', octets, oddity: 'binary' };
  const proven = provenEncoding(declared, octets, udh.concat !== null);
  const encoding = proven ?? declared;
  const oddity = proven === null ? null : 'wrong_data_coding';
  return { text: decodeText(encoding, octets), encoding, octets, oddity };
}

/** A text the aggregator has decoded already. What its data coding says of binary still holds. */
function readCharacters(octets: Buffer, { dataCoding, charset }: CarriedText): Decoded {
  if (dataCoding !== null && alphabetOf(dataCoding) === 'binary') {
    return { text: null, encoding: 'binary', octets, oddity: 'binary' };
  }
  const named = encodingOfCharset(charset);
  if (named === undefined) return recoded(octets, charset);
  if (named !== 'utf8' || isUtf8(octets)) {
    return { text: decodeText(named, octets), encoding: named, octets, oddity: null };
  }
  return { text: decodeText('latin1', octets), encoding: 'latin1', octets, oddity: 'wrong_charset' };
}

/** What Node knows to decode, and the store's own paths do not: kept as UTF-8, so that the parts can be joined later. */
function recoded(octets: Buffer, charset: string): Decoded {
  try {
    // In two steps, for in one Node 20 reads windows-1252 as if it were ISO-8859-1, which has no “quotes”.
    const decoder = new TextDecoder(charset);
    const text = decoder.decode(octets, { stream: true }) + decoder.decode();
    return { text, encoding: 'utf8', octets: Buffer.from(text, 'utf8'), oddity: null };
  } catch {
    return { text: decodeText('utf8', octets), encoding: 'utf8', octets, oddity: 'unknown_charset' };
  }
}

const encodings: ReadonlyMap<string, TextEncoding> = new Map([
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['us-ascii', 'utf8'],
  ['ascii', 'utf8'],
  ['iso-8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['utf-16be', 'ucs2'],
  ['utf-16', 'ucs2'],
  ['ucs-2', 'ucs2'],
  ['ucs2', 'ucs2'],
  ['iso-10646-ucs-2', 'ucs2'],
  ['utf-16le', 'utf16le'],
  ['gsm', 'gsm7'],
  ['gsm-03.38', 'gsm7'],
]);

function encodingOfCharset(charset: string): TextEncoding | undefined {
  return encodings.get(charset.trim().toLowerCase().replaceAll('_', '-'));
}

export function isKnownCharset(charset: string): boolean {
  if (encodingOfCharset(charset) !== undefined) return true;
  try {
    return new TextDecoder(charset).encoding !== '';
  } catch {
    return false;
  }
}

/** 3GPP TS 23.038 §4, which for the values in use is what SMPP 3.4 §5.2.19 says as well. */
export function alphabetOf(dataCoding: number): 'gsm7' | 'ucs2' | 'binary' {
  if (dataCoding >= 0xf0) return (dataCoding & 0x04) === 0 ? 'gsm7' : 'binary';
  if (dataCoding >= 0xe0) return 'ucs2';
  if (dataCoding >= 0xc0) return 'gsm7';
  const bits = dataCoding & 0x0c;
  if (bits === 0x08) return 'ucs2';
  return bits === 0x04 ? 'binary' : 'gsm7';
}

/** A UDH is written as octets, as their hexadecimal digits, or percent-encoded in a header: its first octet tells which. */
function udhOctets(udh: Buffer | null): Buffer | null {
  if (udh === null || udh.length === 0) return null;
  const forms = [udh, hexOctets(udh), percentDecoded(udh.toString('latin1'))];
  return forms.find((form) => form !== null && fits(form)) ?? udh;
}

function fits(udh: Buffer): boolean {
  return udh.length > 1 && udh[0] === udh.length - 1;
}

function hexOctets(digits: Buffer): Buffer | null {
  const text = digits.toString('latin1').trim();
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, 'hex') : null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isUtf8(octets: Buffer): boolean {
  try {
    utf8.decode(octets);
    return true;
  } catch {
    return false;
  }
}

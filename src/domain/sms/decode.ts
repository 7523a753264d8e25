import { decodeGsm7 } from './gsm7.js';
import { isNationalEncoding, type NationalEncoding, tablesOf } from './nationalLanguages.js';

/**
 * The decode paths for the octets of a short message. `utf8` is what some aggregators pass on, `utf16le` what an
 * SMSC sends that forgot to turn the octets of UCS-2 round.
 */
export const textEncodings = ['gsm7', 'ascii', 'latin1', 'ucs2', 'utf8', 'utf16le'] as const;

type CommonEncoding = (typeof textEncodings)[number];

export type TextEncoding = CommonEncoding | NationalEncoding;

const decoders: Record<CommonEncoding, (octets: Uint8Array) => string> = {
  gsm7: decodeGsm7,
  ascii: (octets) => asBuffer(octets).toString('ascii'),
  latin1: (octets) => asBuffer(octets).toString('latin1'),
  ucs2: (octets) => decodeUtf16(octets, 'big'),
  utf8: (octets) => asBuffer(octets).toString('utf8'),
  utf16le: (octets) => decodeUtf16(octets, 'little'),
};

/** Total: any octets give some text. Octets that make no character become U+FFFD. */
export function decodeText(encoding: TextEncoding, octets: Uint8Array): string {
  return isCommon(encoding) ? decoders[encoding](octets) : decodeGsm7(octets, tablesOf(encoding));
}

export function isTextEncoding(name: string): name is TextEncoding {
  return isCommon(name) || isNationalEncoding(name);
}

function isCommon(name: string): name is CommonEncoding {
  return Object.hasOwn(decoders, name);
}

/** Surrogates included; an odd octet at the end becomes U+FFFD. */
function decodeUtf16(octets: Uint8Array, order: 'big' | 'little'): string {
  const even = octets.length & ~1;
  const units = Buffer.from(octets.subarray(0, even));
  const text = (order === 'big' ? units.swap16() : units).toString('utf16le').toWellFormed();
  return even === octets.length ? text : `${text}\ufffd`;
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

import { decodeGsm7 } from './gsm7.js';

/** The decode paths for the octets of a short message. `utf8` is what some aggregators pass on. */
export const textEncodings = ['gsm7', 'ascii', 'latin1', 'ucs2', 'utf8'] as const;

export type TextEncoding = (typeof textEncodings)[number];

const decoders: Record<TextEncoding, (octets: Uint8Array) => string> = {
  gsm7: decodeGsm7,
  ascii: (octets) => asBuffer(octets).toString('ascii'),
  latin1: (octets) => asBuffer(octets).toString('latin1'),
  ucs2: decodeUtf16Be,
  utf8: (octets) => asBuffer(octets).toString('utf8'),
};

/** Total: any octets give some text. Octets that make no character become U+FFFD. */
export function decodeText(encoding: TextEncoding, octets: Uint8Array): string {
  return decoders[encoding](octets);
}

export function isTextEncoding(name: string): name is TextEncoding {
  return Object.hasOwn(decoders, name);
}

/** UTF-16BE, surrogates included; an odd octet at the end becomes U+FFFD. */
function decodeUtf16Be(octets: Uint8Array): string {
  const even = octets.length & ~1;
  const swapped = Buffer.from(octets.subarray(0, even)).swap16();
  const text = swapped.toString('utf16le').toWellFormed();
  return even === octets.length ? text : `${text}\ufffd`;
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

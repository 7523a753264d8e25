import type { TextEncoding } from '../../../../src/domain/sms/decode.js';

/** What data_coding 0 means is the peer's own affair (SMPP 3.4 §5.2.19), so it is configured. */
export const defaultAlphabets = ['gsm7', 'ascii', 'latin1', 'ucs2'] as const;

export type DefaultAlphabet = (typeof defaultAlphabets)[number];

const named: Readonly<Record<number, TextEncoding | 'binary'>> = {
  1: 'ascii',
  2: 'binary',
  3: 'latin1',
  4: 'binary',
  8: 'ucs2',
};

/**
 * The decode path for a data_coding: a text encoding, `binary`, or `data_coding_N` for one that is not read here.
 * From 0xC0 on the value is a GSM data coding scheme (3GPP TS 23.038 §4): flash messages and message waiting.
 */
export function decodePath(dataCoding: number, defaultAlphabet: DefaultAlphabet): string {
  if (dataCoding === 0) return defaultAlphabet;
  if (dataCoding >= 0xf0) return (dataCoding & 0x04) === 0 ? 'gsm7' : 'binary';
  if (dataCoding >= 0xe0) return 'ucs2';
  if (dataCoding >= 0xc0) return 'gsm7';
  return named[dataCoding] ?? `data_coding_${dataCoding}`;
}

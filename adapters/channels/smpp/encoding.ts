import { isTextEncoding } from '../../../src/domain/sms/decode.js';
import { nationalEncoding } from '../../../src/domain/sms/nationalLanguages.js';
import { isPlainlyAsDeclared, provenEncoding } from '../../../src/domain/sms/recognise.js';
import type { Udh } from '../../../src/domain/sms/udh.js';
import { type DefaultAlphabet, decodePath } from './codec/dataCoding.js';

/** What data_coding and the UDH say that a text is in. */
export function declaredEncoding(
  dataCoding: number,
  { shift }: Pick<Udh, 'shift'>,
  defaultAlphabet: DefaultAlphabet,
): string {
  const path = decodePath(dataCoding, defaultAlphabet);
  return path === 'gsm7' && shift !== null ? nationalEncoding(shift) : path;
}

/** The declared encoding, unless the octets prove another. */
export function actualEncoding(declared: string, octets: Buffer, isFragment: boolean): string {
  if (isPlainlyAsDeclared(declared, octets) || !isTextEncoding(declared)) return declared;
  return provenEncoding(declared, octets, isFragment) ?? declared;
}

import { isTextEncoding } from '../../../src/domain/sms/decode.js';
import type { DecodePath, StoredOctets } from '../../../src/ports/channel.js';
import { decodePath } from './codec/dataCoding.js';
import type { SmppConfig } from './config.js';

/** By what `data_coding` means to this telco as it is configured now; the UDH's length does not change. */
export function decodeStored(
  { defaultAlphabet }: Pick<SmppConfig, 'defaultAlphabet'>,
  { dataCoding, textOffset }: StoredOctets,
): DecodePath {
  const path = decodePath(dataCoding ?? 0, defaultAlphabet);
  return { encoding: dataCoding !== null && isTextEncoding(path) ? path : null, textOffset };
}

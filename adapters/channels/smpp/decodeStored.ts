import { isTextEncoding } from '../../../src/domain/sms/decode.js';
import { parseUdh } from '../../../src/domain/sms/udh.js';
import type { DecodePath, StoredOctets } from '../../../src/ports/channel.js';
import type { SmppConfig } from './config.js';
import { actualEncoding, declaredEncoding } from './encoding.js';

/**
 * Reads a stored part as it would be read if it came now: by what `data_coding` means to this telco as it is configured,
 * the tables that its UDH names, and what its octets prove. The UDH's length does not change.
 */
export function decodeStored(
  { defaultAlphabet }: Pick<SmppConfig, 'defaultAlphabet'>,
  { raw, textOffset, dataCoding }: StoredOctets,
): DecodePath {
  if (dataCoding === null) return { encoding: null, textOffset };
  const udh = textOffset === 0 ? null : parseUdh(raw);
  const declared = declaredEncoding(dataCoding, udh ?? { shift: null }, defaultAlphabet);
  const encoding = actualEncoding(declared, raw.subarray(textOffset), udh !== null && udh.concat !== null);
  return { encoding: isTextEncoding(encoding) ? encoding : null, textOffset };
}

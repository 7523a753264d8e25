import { normaliseMsisdn } from '../../src/domain/sms/msisdn.js';

/** A subscriber's number with its country code: 15 digits at most (ITU-T E.164 §6.2.1); the shortest in use have 7. */
const subscriber = /^\d{7,15}$/;

/**
 * Whether a person may be behind an address. An answer to a short code (`112`) or a name (`TELKOMSEL`) reaches nobody, or a
 * machine that answers back; one to the channel's own address comes in again as a text, and is answered, for ever.
 */
export function isAnswerable(
  to: string,
  { address, countryCode }: { readonly address: string; readonly countryCode: string },
): boolean {
  return subscriber.test(to) && to !== normaliseMsisdn(address, countryCode);
}

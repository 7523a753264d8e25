import { headerOctets } from './frames.js';
import { type Fields, maxStringOctets, type Pdu, tagOf } from './pdu.js';

/** What deliver_sm and data_sm say, as octets. */
export interface Delivered {
  readonly sourceAddr: string;
  readonly destinationAddr: string;
  readonly esmClass: number;
  readonly dataCoding: number;
  /** short_message or message_payload, UDH included. */
  readonly message: Buffer;
  /** A peer may give only one of the two; then both are here, one after the other. */
  readonly bothPayloads: boolean;
  readonly tlvs: ReadonlyMap<number, Buffer>;
}

const messagePayload = tagOf('message_payload');
const noOctets = Buffer.alloc(0);
const noTlvs: ReadonlyMap<number, Buffer> = new Map();

/** From a decoded deliver_sm or data_sm. */
export function deliveredOf({ fields, tlvs }: Pdu): Delivered {
  const shortMessage = octetsField(fields, 'short_message');
  const payload = tlvs.get(messagePayload) ?? noOctets;
  const bothPayloads = shortMessage.length > 0 && payload.length > 0;
  const single = payload.length > 0 ? payload : shortMessage;
  return {
    sourceAddr: textField(fields, 'source_addr'),
    destinationAddr: textField(fields, 'destination_addr'),
    esmClass: numberField(fields, 'esm_class'),
    dataCoding: numberField(fields, 'data_coding'),
    message: bothPayloads ? Buffer.concat([shortMessage, payload]) : single,
    bothPayloads,
    tlvs,
  };
}

export function textField(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function numberField(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

function octetsField(fields: Fields, name: string): Buffer {
  const value = fields[name];
  return Buffer.isBuffer(value) ? value : noOctets;
}

/**
 * Reads the usual deliver_sm, one without TLVs, in one pass: five times as fast as the general way, and this is the
 * one PDU that comes by the ten thousand a second.
 *
 * @returns null for anything else, a fault included: the general reader then says what it is
 */
export function readPlainDeliverSm(octets: Buffer, start: number, end: number): Delivered | null {
  const sourceStart = nulAfter(octets, start + headerOctets, end) + 3;
  const sourceEnd = nulAfter(octets, sourceStart, end);
  const destinationStart = sourceEnd + 3;
  const destinationEnd = nulAfter(octets, destinationStart, end);
  // esm_class, protocol_id, priority_flag, then two times as C-octet strings.
  const scheduleEnd = nulAfter(octets, destinationEnd + 4, end);
  const validityEnd = nulAfter(octets, scheduleEnd + 1, end);
  // registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id, sm_length.
  const messageStart = validityEnd + 6;
  if (messageStart > end || messageStart + (octets[messageStart - 1] as number) !== end) return null;
  // All strings together: whoever has one that is too long is over it, and the general reader says which.
  if (messageStart - start > maxStringOctets) return null;
  return {
    sourceAddr: asciiBetween(octets, sourceStart, sourceEnd),
    destinationAddr: asciiBetween(octets, destinationStart, destinationEnd),
    esmClass: octets[destinationEnd + 1] as number,
    dataCoding: octets[validityEnd + 3] as number,
    message: octets.subarray(messageStart, end),
    bothPayloads: false,
    tlvs: noTlvs,
  };
}

/** @returns the place of the next NUL; `end` or beyond when there is none, so that what follows lies outside too. */
function nulAfter(octets: Buffer, from: number, end: number): number {
  let offset = from;
  while (offset < end && octets[offset] !== 0) offset += 1;
  return offset;
}

function asciiBetween(octets: Buffer, from: number, to: number): string {
  return octets.toString('ascii', from, to);
}

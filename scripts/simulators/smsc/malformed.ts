import { randomBytes } from 'node:crypto';
import { smpp } from './library.js';

/** PDUs that no SMSC should send and some do. Each is written to the socket as it stands. */

const maker = {
  /** A deliver_sm whose last TLV claims 100 octets and has 4. */
  'truncated-tlv': (sequenceNumber) =>
    withLength(Buffer.concat([deliverSm(sequenceNumber), Buffer.from([0x14, 0x01, 0x00, 100, 1, 2, 3, 4])])),
  /** A command_length that does not even cover a header. */
  'command-length-8': () => Buffer.from([0, 0, 0, 8, 0, 0, 0, 5]),
  /** A command_length of nothing, with a header that looks right otherwise. */
  'command-length-0': (sequenceNumber) => relabelled(deliverSm(sequenceNumber), 0, 0),
  /** A command_length of 2 GB. */
  'command-length-huge': (sequenceNumber) => relabelled(deliverSm(sequenceNumber), 0, 0x7fffffff),
  /** The UDH says 200 octets; the short message has 10. */
  'overlong-udh': (sequenceNumber) =>
    deliverSm(sequenceNumber, { esm_class: 0x40, short_message: Buffer.from([200, 0, 3, 1, 2, 1, 65, 66, 67, 68]) }),
  /** sm_length reaches beyond the PDU's end. */
  'overlong-sm-length': (sequenceNumber) => withoutEnd(deliverSm(sequenceNumber), 5),
  'unknown-command': (sequenceNumber) => relabelled(deliverSm(sequenceNumber), 4, 0x00012345),
  /** A header that is right, and noise where the fields should be. */
  'random-octets': (sequenceNumber) =>
    withLength(Buffer.concat([deliverSm(sequenceNumber).subarray(0, 16), randomBytes(64)])),
} as const satisfies Record<string, (sequenceNumber: number) => Buffer>;

export type MalformedKind = keyof typeof maker;

export const malformedKinds = Object.keys(maker) as [MalformedKind, ...MalformedKind[]];

export function malformedPdu(kind: MalformedKind, sequenceNumber: number): Buffer {
  return maker[kind](sequenceNumber);
}

function deliverSm(sequenceNumber: number, fields = {}): Buffer {
  return new smpp.PDU('deliver_sm', {
    sequence_number: sequenceNumber,
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '6281200000000',
    destination_addr: '1708',
    data_coding: 0,
    short_message: Buffer.from('malformed'),
    ...fields,
  }).toBuffer();
}

function withLength(octets: Buffer): Buffer {
  return relabelled(octets, 0, octets.length);
}

function withoutEnd(octets: Buffer, missingOctets: number): Buffer {
  return withLength(octets.subarray(0, octets.length - missingOctets));
}

/** Writes a header field over what the library put there. */
function relabelled(octets: Buffer, offset: number, value: number): Buffer {
  octets.writeUInt32BE(value, offset);
  return octets;
}

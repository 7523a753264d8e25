import { headerOctets } from './framing.js';
import { smpp } from './library.js';

/**
 * A submit_sm read octet by octet (SMPP 3.4 §4.4.1). The `smpp` package would hand over text, made on its own
 * terms: data_coding 1 as GSM 03.38, an over-long UDH as an empty message. A handset shows what was sent.
 */
export interface Submit {
  readonly sourceAddr: string;
  readonly destinationAddr: string;
  readonly esmClass: number;
  readonly registeredDelivery: number;
  readonly dataCoding: number;
  /** short_message or message_payload, UDH included. */
  readonly userData: Buffer;
  readonly tlvs: ReadonlyMap<number, Buffer>;
}

export const tlvTags = {
  sarMsgRefNum: 0x020c,
  sarTotalSegments: 0x020e,
  sarSegmentSeqnum: 0x020f,
  messagePayload: 0x0424,
} as const;

/** @returns null when a field reaches beyond the PDU's end. */
export function readSubmit(octets: Buffer): Submit | null {
  try {
    return read(new Reader(octets));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function read(reader: Reader): Submit {
  reader.cString(); // service_type
  reader.skip(2); // source_addr_ton, source_addr_npi
  const sourceAddr = reader.cString();
  reader.skip(2); // dest_addr_ton, dest_addr_npi
  const destinationAddr = reader.cString();
  const esmClass = reader.int8();
  reader.skip(2); // protocol_id, priority_flag
  reader.cString(); // schedule_delivery_time
  reader.cString(); // validity_period
  const registeredDelivery = reader.int8();
  reader.skip(1); // replace_if_present_flag
  const dataCoding = reader.int8();
  reader.skip(1); // sm_default_msg_id
  const shortMessage = reader.take(reader.int8());
  const tlvs = new Map<number, Buffer>();
  while (!reader.atEnd) {
    const tag = reader.int16();
    tlvs.set(tag, reader.take(reader.int16()));
  }
  const userData = tlvs.get(tlvTags.messagePayload) ?? shortMessage;
  return { sourceAddr, destinationAddr, esmClass, registeredDelivery, dataCoding, userData, tlvs };
}

class Reader {
  #at = headerOctets;

  constructor(private readonly octets: Buffer) {}

  get atEnd(): boolean {
    return this.#at >= this.octets.length;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.octets.length) throw new RangeError('field beyond the end of the PDU');
    const taken = this.octets.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  skip(length: number): void {
    this.take(length);
  }

  int8(): number {
    return this.take(1).readUInt8();
  }

  int16(): number {
    return this.take(2).readUInt16BE();
  }

  cString(): string {
    const end = this.octets.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('string without an end');
    const text = this.octets.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return text;
  }
}

/** Where a part of a long message belongs. */
export interface PartPlace {
  readonly reference: number;
  readonly total: number;
  readonly sequence: number;
}

export interface HandsetPart {
  readonly text: string;
  readonly encoding: string;
  readonly place: PartPlace | null;
}

const udhIndicator = 0x40;

/** What a handset makes of it, or null when the UDH is longer than the message: handsets show nothing then. */
export function handsetPart(submit: Submit): HandsetPart | null {
  const hasUdh = (submit.esmClass & udhIndicator) !== 0;
  const udhEnd = hasUdh ? (submit.userData[0] ?? 0) + 1 : 0;
  if (udhEnd > submit.userData.length) return null;
  const alphabet = alphabets[submit.dataCoding] ?? unknownAlphabet;
  return {
    text: alphabet.decode(submit.userData.subarray(udhEnd)),
    encoding: alphabet.name,
    place: placeInUdh(submit.userData.subarray(1, udhEnd)) ?? placeInTlvs(submit.tlvs),
  };
}

interface HandsetAlphabet {
  readonly name: string;
  decode(octets: Buffer): string;
}

/** By data_coding (SMPP 3.4 §5.2.19). Each part is read alone, so an escape or surrogate pair cut in two shows. */
const alphabets: Readonly<Record<number, HandsetAlphabet>> = {
  0: { name: 'gsm7', decode: (octets) => smpp.encodings.ASCII.decode(octets) },
  1: { name: 'ascii', decode: (octets) => octets.toString('ascii') },
  3: { name: 'latin1', decode: (octets) => octets.toString('latin1') },
  8: { name: 'ucs2', decode: (octets) => smpp.encodings.UCS2.decode(octets).toWellFormed() },
};

const unknownAlphabet: HandsetAlphabet = { name: 'binary', decode: (octets) => octets.toString('hex') };

/** Information elements 00 and 08 (3GPP TS 23.040 §9.2.3.24.1, .8), wherever they stand in the UDH. */
function placeInUdh(elements: Buffer): PartPlace | null {
  for (let at = 0; at + 2 <= elements.length; at += 2 + (elements[at + 1] ?? 0)) {
    const body = elements.subarray(at + 2, at + 2 + (elements[at + 1] ?? 0));
    if (elements[at] === 0x00 && body.length === 3) return place(body.readUInt8(0), body[1], body[2]);
    if (elements[at] === 0x08 && body.length === 4) return place(body.readUInt16BE(0), body[2], body[3]);
  }
  return null;
}

function placeInTlvs(tlvs: ReadonlyMap<number, Buffer>): PartPlace | null {
  const reference = tlvs.get(tlvTags.sarMsgRefNum);
  if (reference?.length !== 2) return null;
  return place(
    reference.readUInt16BE(),
    tlvs.get(tlvTags.sarTotalSegments)?.[0],
    tlvs.get(tlvTags.sarSegmentSeqnum)?.[0],
  );
}

/** A sequence outside of the total is ignored, as TS 23.040 asks: the part then stands alone. */
function place(reference: number, total: number | undefined, sequence: number | undefined): PartPlace | null {
  if (total === undefined || sequence === undefined) return null;
  return total > 1 && sequence >= 1 && sequence <= total ? { reference, total, sequence } : null;
}

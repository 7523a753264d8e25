import { smpp } from './library.js';
import type { longTextForms } from './switches.js';

/** How a citizen's handset and the SMSC turn a text into the bodies of deliver_sm. */

export type LongTextForm = (typeof longTextForms)[number];

export const textEncodings = ['gsm7', 'ascii', 'latin1', 'ucs2'] as const;

export type SimulatedEncoding = (typeof textEncodings)[number];

/** The body of one deliver_sm: fields named as the `smpp` package names them. */
export interface Segment {
  readonly esm_class: number;
  readonly data_coding: number;
  readonly short_message: Buffer;
  readonly message_payload?: Buffer;
  readonly sar_msg_ref_num?: number;
  readonly sar_total_segments?: number;
  readonly sar_segment_seqnum?: number;
}

interface Coding {
  readonly dataCoding: number;
  /** What one message holds, and one part of a long one: its octets less a 6-octet or 7-octet UDH. */
  readonly octets: { readonly alone: number; readonly withUdh8: number; readonly withUdh16: number };
  encode(text: string): Buffer;
}

/** Septets are carried unpacked, one an octet, so 160 of them fit where 140 octets of another alphabet do. */
const septetRoom = { alone: 160, withUdh8: 153, withUdh16: 152 };
const octetRoom = { alone: 140, withUdh8: 134, withUdh16: 133 };

const codings: Record<SimulatedEncoding, Coding> = {
  gsm7: { dataCoding: 0, octets: septetRoom, encode: (text) => smpp.encodings.ASCII.encode(text) },
  ascii: { dataCoding: 1, octets: septetRoom, encode: (text) => Buffer.from(text, 'ascii') },
  latin1: { dataCoding: 3, octets: octetRoom, encode: (text) => Buffer.from(text, 'latin1') },
  ucs2: { dataCoding: 8, octets: octetRoom, encode: (text) => smpp.encodings.UCS2.encode(text) },
};

const udhIndicator = 0x40;

/** GSM-7 when the text fits it, else UCS-2, as a handset chooses. */
export function encodingFor(text: string): SimulatedEncoding {
  return smpp.encodings.ASCII.match(text) ? 'gsm7' : 'ucs2';
}

/**
 * @param reference number of the long message; its low 8 or 16 bits are used.
 * @throws RangeError beyond 255 parts, which no reference scheme can number.
 */
export function segmentsOf(
  text: string,
  form: LongTextForm,
  reference: number,
  encoding: SimulatedEncoding = encodingFor(text),
): Segment[] {
  const coding = codings[encoding];
  const whole = coding.encode(text);
  const plain = { esm_class: 0, data_coding: coding.dataCoding };
  if (whole.length <= coding.octets.alone) return [{ ...plain, short_message: whole }];
  if (form === 'payload') return [{ ...plain, short_message: Buffer.alloc(0), message_payload: whole }];
  const bodies = cut(text, coding, form === 'udh16' ? coding.octets.withUdh16 : coding.octets.withUdh8);
  if (bodies.length > 255) throw new RangeError(`The text takes ${bodies.length} parts; SMS knows 255 at most`);
  return bodies.map((body, index) => ({
    ...plain,
    ...numbered[form](body, reference, bodies.length, index + 1),
  }));
}

type NumberedPart = Omit<Segment, 'data_coding' | 'esm_class'> & { readonly esm_class?: number };

/** How a part says where it belongs (3GPP TS 23.040 §9.2.3.24.1 and .8; SMPP 3.4 §5.3.2.22 to .24). */
const numbered: Record<
  Exclude<LongTextForm, 'payload'>,
  (body: Buffer, reference: number, total: number, sequence: number) => NumberedPart
> = {
  udh8: (body, reference, total, sequence) => ({
    esm_class: udhIndicator,
    short_message: Buffer.concat([Buffer.from([5, 0x00, 3, reference & 0xff, total, sequence]), body]),
  }),
  udh16: (body, reference, total, sequence) => ({
    esm_class: udhIndicator,
    short_message: Buffer.concat([
      Buffer.from([6, 0x08, 4, (reference >> 8) & 0xff, reference & 0xff, total, sequence]),
      body,
    ]),
  }),
  sar: (body, reference, total, sequence) => ({
    short_message: body,
    sar_msg_ref_num: reference & 0xffff,
    sar_total_segments: total,
    sar_segment_seqnum: sequence,
  }),
};

/** Cuts between characters, so that no part ends inside an escape pair or a surrogate pair. */
function cut(text: string, coding: Coding, roomOctets: number): Buffer[] {
  const parts: Buffer[] = [];
  let part: Buffer[] = [];
  let octets = 0;
  for (const character of text) {
    const encoded = coding.encode(character);
    if (octets + encoded.length > roomOctets) {
      parts.push(Buffer.concat(part));
      part = [];
      octets = 0;
    }
    part.push(encoded);
    octets += encoded.length;
  }
  parts.push(Buffer.concat(part));
  return parts;
}

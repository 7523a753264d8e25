import { commandId, cString, headerOctets, writeDigits, writeHeader } from './smppWire.js';
import { numberDigits, numberMark } from './texts.js';

/** A deliver_sm that lacks only its sequence number, its sender's last digits and its text's number. */
export interface DeliverSmTemplate {
  readonly octets: Buffer;
  readonly senderOffset: number;
  readonly numberOffset: number;
}

const senderPrefix = '62812';
const senderDigits = 8;
const senderNumbers = 10 ** senderDigits;

/** Builds the PDU once (SMPP 3.4, 4.6.1), so that the hot path only copies and patches. */
export function deliverSmTemplate(text: string, destination: string): DeliverSmTemplate {
  const mark = text.indexOf(numberMark);
  if (mark < 0) throw new Error(`A text template needs ${numberMark}; found: ${text}`);
  const shortMessage = Buffer.from(text.replace(numberMark, '0'.repeat(numberDigits)), 'latin1');
  const sender = cString(senderPrefix + '0'.repeat(senderDigits));
  const beforeSender = Buffer.from([0, 1, 1]); // service_type "", source TON international, NPI E.164
  const afterSender = Buffer.concat([
    Buffer.from([0, 1]), // destination TON unknown, NPI E.164: a short code
    cString(destination),
    Buffer.from([0, 0, 0]), // esm_class, protocol_id, priority_flag
    cString(''), // schedule_delivery_time
    cString(''), // validity_period
    Buffer.from([0, 0, 0, 0]), // registered_delivery, replace_if_present, data_coding, sm_default_msg_id
    Buffer.from([shortMessage.length]),
  ]);
  const octets = Buffer.concat([Buffer.alloc(headerOctets), beforeSender, sender, afterSender, shortMessage]);
  writeHeader(octets, 0, octets.length, commandId.deliverSm, 0);
  return {
    octets,
    senderOffset: headerOctets + beforeSender.length + senderPrefix.length,
    numberOffset: octets.length - shortMessage.length + mark,
  };
}

/** Who writes, in turn: sender n of `count` has the number `(first + n) * spread`, its last eight digits. */
export interface Senders {
  readonly count: number;
  readonly first: number;
  /** 1: one number after the other. */
  readonly spread: number;
}

/** Hands out messages that never repeat: number n takes the n-th template and the n-th sender, in turn. */
export class MessageSource {
  readonly #templates: readonly DeliverSmTemplate[];
  readonly #senders: Senders;
  readonly #longest: number;
  #made = 0;

  constructor(templates: readonly DeliverSmTemplate[], senders: number | Senders) {
    this.#templates = templates;
    this.#senders = typeof senders === 'number' ? { count: senders, first: 0, spread: 1 } : senders;
    this.#longest = Math.max(...templates.map((template) => template.octets.length));
  }

  /** `count` PDUs back to back, numbered from `firstSequence` on. */
  batch(count: number, firstSequence: number): Buffer {
    const buffer = Buffer.allocUnsafe(count * this.#longest);
    let end = 0;
    for (let i = 0; i < count; i++) end = this.#append(buffer, end, firstSequence + i);
    return buffer.subarray(0, end);
  }

  #append(buffer: Buffer, offset: number, sequence: number): number {
    const number = this.#made++;
    const template = this.#templates[number % this.#templates.length];
    if (template === undefined) throw new Error('A message source needs at least one template');
    template.octets.copy(buffer, offset);
    buffer.writeUInt32BE(sequence, offset + 12);
    const { count, first, spread } = this.#senders;
    const sender = ((first + (number % count)) * spread) % senderNumbers;
    writeDigits(buffer, offset + template.senderOffset, senderDigits, sender);
    writeDigits(buffer, offset + template.numberOffset, numberDigits, number);
    return offset + template.octets.length;
  }
}

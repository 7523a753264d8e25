import { encodeGsm7 } from '../../../src/domain/sms/gsm7.js';
import { type SegmentEncoding, splitText } from '../../../src/domain/sms/segments.js';
import { concatUdh } from '../../../src/domain/sms/udh.js';
import type { OutboundReply } from '../../../src/ports/channel.js';
import { type SubmitSm, senderOctets } from './codec/submitSm.js';
import type { SmppConfig } from './config.js';

const esmClass = { storeAndForward: 0x00, withUdh: 0x40 } as const;
const dataCoding: Readonly<Record<SegmentEncoding, number>> = { gsm7: 0x00, ucs2: 0x08 };
/** SMPP 3.4 §5.2.17: a receipt whatever becomes of the message. */
const registeredDelivery = { none: 0, receipt: 1 } as const;

export type SubmitPlan =
  | { readonly kind: 'submits'; readonly submits: readonly SubmitSm[] }
  | { readonly kind: 'unsendable'; readonly code: string; readonly cause: string };

/** What a destination_addr can hold (SMPP 3.4 §4.4.1: 21 octets with its NUL). */
const destination = /^[\x21-\x7e]{1,20}$/;

/** Who sends, as every submit_sm of a channel says it first. */
export function senderOf(config: SmppConfig): Buffer {
  return senderOctets({
    service_type: config.serviceType,
    source_addr_ton: config.sourceTon,
    source_addr_npi: config.sourceNpi,
    source_addr: config.address,
    dest_addr_ton: config.destTon,
    dest_addr_npi: config.destNpi,
  });
}

/**
 * The submit_sm of one reply, one for each segment.
 *
 * @param sender of the config: `senderOf`
 * @param reference joins the segments on the handset; 8 bits are used
 */
export function planSubmits(reply: OutboundReply, config: SmppConfig, sender: Buffer, reference: number): SubmitPlan {
  if (!destination.test(reply.to)) {
    return { kind: 'unsendable', code: 'invalid_destination', cause: 'the address does not fit a destination_addr' };
  }
  const { encoding, segments } = splitText(reply.text, { allowGsm7: fitsDefaultAlphabet(reply.text, config) });
  if (segments.length > config.maxSegments) {
    const cause = `the text takes ${segments.length} segments, maxSegments allows ${config.maxSegments}`;
    return { kind: 'unsendable', code: 'too_long', cause };
  }
  const total = segments.length;
  const submits = segments.map((segment, index): SubmitSm => {
    const udh = total === 1 ? null : concatUdh(reference, total, index + 1);
    const octets = encodeSegment(segment, encoding);
    return {
      sender,
      destinationAddr: reply.to,
      esmClass: udh === null ? esmClass.storeAndForward : esmClass.withUdh,
      registeredDelivery: config.receipts ? registeredDelivery.receipt : registeredDelivery.none,
      dataCoding: dataCoding[encoding],
      message: udh === null ? octets : Buffer.concat([udh, octets]),
    };
  });
  return { kind: 'submits', submits };
}

/**
 * data_coding 0 is the peer's default alphabet. Where that is not GSM 03.38, only the letters that all alphabets have
 * in the same place may go by it; the rest goes as UCS-2.
 */
function fitsDefaultAlphabet(text: string, { defaultAlphabet }: SmppConfig): boolean {
  if (defaultAlphabet === 'gsm7') return true;
  return defaultAlphabet !== 'ucs2' && sharedByAll.test(text);
}

const sharedByAll = /^[\n\r A-Za-z0-9!"#%&'()*+,\-./:;<=>?]*$/;

function encodeSegment(segment: string, encoding: SegmentEncoding): Buffer {
  const septets = encoding === 'gsm7' ? encodeGsm7(segment) : null;
  return septets ?? Buffer.from(segment, 'utf16le').swap16();
}

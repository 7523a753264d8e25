import smpp from 'smpp';
import { deliverSm, encode, withTlv } from '../peer.js';
import type { Random } from './random.js';

const headerOctets = 16;
const maxPduOctets = 16_384;
const unbindIds = [0x0000_0006, 0x8000_0006];
const wellFormedText = 'Jalan rusak di depan kantor camat';

/** What is mutated: every kind of PDU that a peer sends, and a deliver_sm for each form of message and receipt. */
const originals: readonly Buffer[] = [
  encode('deliver_sm', deliverSm(wellFormedText)),
  encode('deliver_sm', deliverSm(Buffer.from(wellFormedText, 'utf16le').swap16(), { data_coding: 8 })),
  encode('deliver_sm', deliverSm(Buffer.from('0500032a0201414243', 'hex'), { esm_class: 0x40 })),
  encode('deliver_sm', deliverSm(Buffer.from('0b0804012a020125010324010341421b43', 'hex'), { esm_class: 0x40 })),
  encode('deliver_sm', deliverSm('A', { sar_msg_ref_num: 298, sar_total_segments: 2, sar_segment_seqnum: 1 })),
  encode('deliver_sm', deliverSm('', { message_payload: Buffer.from(wellFormedText.repeat(9)) })),
  encode('deliver_sm', deliverSm('id:00FF sub:001 dlvrd:001 stat:DELIVRD err:000 text:x', { esm_class: 4 })),
  encode('deliver_sm', deliverSm('', { esm_class: 4, receipted_message_id: '00FF', message_state: 2 })),
  encode('data_sm', { source_addr: '6281234567890', message_payload: Buffer.from(wellFormedText) }),
  encode('submit_sm_resp', { message_id: '77' }),
  encode('bind_transceiver_resp', { system_id: 'smsc' }),
  encode('enquire_link', {}),
  encode('enquire_link_resp', {}),
  encode('generic_nack', { command_status: 3 }),
  encode('outbind', { system_id: 'smsc', password: 'x' }),
  encode('alert_notification', { source_addr: '62812', esme_addr: '1708' }),
  encode('query_sm', { message_id: '1' }),
];

const tlvTags = Object.values(smpp.tlvs).map(({ id }) => id);
const edges = [0x00, 0x01, 0x1b, 0x7f, 0x80, 0xc3, 0xd8, 0xff] as const;

type Mutation = (octets: Buffer, random: Random) => Buffer;

/** Each leaves at least a header; none cares for command_length, which is put right at the end. */
const mutations: readonly Mutation[] = [
  (octets, random) => changed(octets, random, (octet) => octet ^ (1 << random.below(8))),
  (octets, random) => changed(octets, random, () => random.pick(edges)),
  (octets, random) => changed(octets, random, () => random.below(256)),
  (octets, random) => octets.subarray(0, headerOctets + random.below(octets.length - headerOctets + 1)),
  (octets, random) => Buffer.concat([octets, random.octets(random.below(40))]),
  (octets, random) => {
    const [from, to] = range(octets, random);
    return Buffer.concat([octets.subarray(0, from), octets.subarray(to)]);
  },
  (octets, random) => {
    const [from, to] = range(octets, random);
    return Buffer.concat([octets.subarray(0, to), octets.subarray(from)]);
  },
  (octets, random) => withTlv(octets, random.pick(tlvTags), random.octets(random.below(12))),
  (octets, random) => withTlv(octets, random.below(0x10000), random.octets(random.below(300))),
];

/** @param count which one: each tag of a TLV comes in turn, with a value of any length */
export function mutant(random: Random, count: number, sequenceNumber: number): Buffer {
  const tag = tlvTags[count % tlvTags.length] ?? 0;
  let octets: Buffer = Buffer.from(random.pick(originals));
  if (random.below(3) === 0) octets = withTlv(octets, tag, random.octets(random.below(10)));
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    octets = Buffer.from(random.pick(mutations)(octets, random));
  }
  octets = Buffer.from(octets.subarray(0, maxPduOctets));
  // An unbind is a wish like any other, and would end the link: that is tried by tests of its own.
  if (unbindIds.includes(octets.readUInt32BE(4))) octets.writeUInt32BE(5, 4);
  octets.writeUInt32BE(octets.length, 0);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
}

/** A PDU whose command_length is not its own: the stream cannot be read on, or not rightly. */
export function unframed(random: Random): Buffer {
  const octets = Buffer.from(random.pick(originals));
  octets.writeUInt32BE(
    random.pick([0, 8, 15, 17, 4_000, maxPduOctets + 1, 1024 * 1024 + 1, 0xffff_ffff, random.below(2 ** 32)]),
    0,
  );
  return octets;
}

function changed(octets: Buffer, random: Random, change: (octet: number) => number): Buffer {
  const copy = Buffer.from(octets);
  const place = 4 + random.below(copy.length - 4);
  copy[place] = change(copy[place] ?? 0);
  return copy;
}

/** A piece of the body. */
function range(octets: Buffer, random: Random): [from: number, to: number] {
  const body = octets.length - headerOctets;
  const from = headerOctets + random.below(body + 1);
  return [from, from + random.below(octets.length - from + 1)];
}

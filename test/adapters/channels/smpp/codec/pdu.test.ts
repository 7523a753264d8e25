import { expect } from 'chai';
import fc from 'fast-check';
import smpp from 'smpp';
import { deliveredOf, readPlainDeliverSm } from '../../../../../adapters/channels/smpp/codec/deliverSm.js';
import {
  decodePdu,
  encodePdu,
  type Fields,
  integerTlv,
  tagOf,
  textTlv,
} from '../../../../../adapters/channels/smpp/codec/pdu.js';
import { encodeSubmitSm, senderOctets } from '../../../../../adapters/channels/smpp/codec/submitSm.js';
import { encode } from '../peer.js';

/** A deliver_sm: 6281 to 1708, text "Lapor", sequence 7; no TLVs. */
const deliverHex =
  '00000036 00000005 00000000 00000007 00 01 01 36323831 00 03 00 31373038 00 00 00 00 00 00 00 00 00 00 05 4c61706f72';

function octetsOf(hex: string): Buffer {
  const octets = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  octets.writeUInt32BE(octets.length, 0);
  return octets;
}

function decode(octets: Buffer) {
  return decodePdu(octets, 0, octets.length);
}

describe('PDU codec', () => {
  it('decodes a deliver_sm', () => {
    const pdu = decode(octetsOf(deliverHex));
    expect(pdu).to.deep.include({ kind: 'pdu', command: 'deliver_sm', sequenceNumber: 7, commandStatus: 0 });
    expect(pdu.kind === 'pdu' && pdu.fields).to.deep.include({
      source_addr: '6281',
      destination_addr: '1708',
      short_message: Buffer.from('Lapor'),
    });
  });

  const malformed = [
    { label: 'a deliver_sm without a body', hex: '0 00000005 00000000 00000007', answer: 0x02 },
    { label: 'an address without its NUL', hex: '0 00000005 00000000 00000007 00 01 01 363238', answer: 0x02 },
    { label: 'a sm_length past the end', hex: deliverHex.replace('05 4c61', '06 4c61'), answer: 0x01 },
    { label: 'no sm_length', hex: deliverHex.slice(0, deliverHex.indexOf(' 05 4c61')), answer: 0x01 },
    { label: 'a TLV past the end', hex: `${deliverHex} 0424 0009 41`, answer: 0xc0 },
    { label: 'half a TLV header', hex: `${deliverHex} 0424`, answer: 0xc0 },
    { label: 'octets after the text that are no TLV', hex: `${deliverHex} 00`, answer: 0xc0 },
  ];
  for (const { label, hex, answer } of malformed) {
    it(`says what is wrong with ${label}`, () => {
      expect(decode(octetsOf(hex.replace(/^0 /, '00000000 ')))).to.deep.include({
        kind: 'malformed',
        answer,
        sequenceNumber: 7,
      });
    });
  }

  const bodiless = ['submit_sm_resp', 'bind_transceiver_resp', 'deliver_sm_resp', 'generic_nack', 'enquire_link_resp'];
  for (const command of bodiless) {
    it(`takes a ${command} without a body`, () => {
      const octets = encodePdu(command, { sequenceNumber: 3, commandStatus: 0x58 });
      expect(octets).to.have.length(16);
      expect(decode(octets)).to.deep.include({ kind: 'pdu', command, commandStatus: 0x58, sequenceNumber: 3 });
    });
  }

  it('takes a response whose body does not add up: its header says what matters', () => {
    const octets = octetsOf('00000000 80000004 00000000 00000003 414243');
    expect(decode(octets)).to.deep.include({ kind: 'pdu', command: 'submit_sm_resp', fields: {} });
  });

  it('knows an unknown command', () => {
    expect(decode(octetsOf('00000000 00000777 00000000 00000003'))).to.deep.include({
      kind: 'unknown',
      commandId: 0x777,
    });
  });

  it('reads integer TLVs of any width, and text with or without its NUL', () => {
    const tlvs = new Map([
      [1, Buffer.from([2])],
      [2, Buffer.from([0, 0, 0, 2])],
      [3, Buffer.alloc(0)],
      [4, Buffer.from('ab\0')],
      [5, Buffer.from('ab')],
    ]);
    expect([1, 2, 3, 9].map((tag) => integerTlv(tlvs, tag))).to.deep.equal([2, 2, null, null]);
    expect([4, 5, 9].map((tag) => textTlv(tlvs, tag))).to.deep.equal(['ab', 'ab', null]);
  });

  it('never throws, whatever the octets', () => {
    const ids = fc.constantFrom(...Object.values(smpp.commands).map(({ id }) => id), 0x777);
    fc.assert(
      fc.property(ids, fc.uint8Array({ maxLength: 120 }), (id, body) => {
        const octets = Buffer.concat([octetsOf('00000000 00000000 00000000 00000003'), body]);
        octets.writeUInt32BE(octets.length, 0);
        octets.writeUInt32BE(id, 4);
        expect(decode(octets).kind).to.be.oneOf(['pdu', 'unknown', 'malformed']);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on a PDU that is cut short, and reads nothing beyond it', () => {
    const whole = octetsOf(`${deliverHex} 020c 0002 0007 020e 0001 02 020f 0001 01`);
    for (let end = 16; end <= whole.length; end += 1) {
      const cut = Buffer.concat([whole.subarray(0, end), Buffer.alloc(64)]);
      expect(decodePdu(cut, 0, end)).to.deep.equal(decodePdu(whole.subarray(0, end), 0, end));
    }
  });

  it('encodes as the smpp package does', () => {
    const fields: Fields = {
      source_addr: '1708',
      destination_addr: '6281',
      data_coding: 8,
      short_message: Buffer.from('J'),
    };
    const own = encodePdu('submit_sm', {
      sequenceNumber: 5,
      fields,
      tlvs: { sar_msg_ref_num: 513, receipted_message_id: 'abc' },
    });
    const theirs = encode('submit_sm', {
      sequence_number: 5,
      ...fields,
      sar_msg_ref_num: 513,
      receipted_message_id: 'abc',
    });
    expect(own.toString('hex')).to.equal(theirs.toString('hex'));
  });

  it('encodes a submit_sm by the fast way as by the general one', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const submits = fc.record({
      source_addr: fc.stringMatching(/^[ -~]{0,20}$/),
      destination_addr: fc.stringMatching(/^[!-~]{1,20}$/),
      service_type: fc.stringMatching(/^[ -~]{0,5}$/),
      dest_addr_npi: octet,
      esm_class: octet,
      registered_delivery: octet,
      data_coding: octet,
      short_message: fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from(octets)),
    });
    fc.assert(
      fc.property(submits, fc.integer({ min: 1, max: 0x7fff_ffff }), (fields, sequenceNumber) => {
        const { source_addr, service_type, dest_addr_npi } = fields;
        const submit = {
          sender: senderOctets({ source_addr, service_type, dest_addr_npi }),
          destinationAddr: fields.destination_addr,
          esmClass: fields.esm_class,
          registeredDelivery: fields.registered_delivery,
          dataCoding: fields.data_coding,
          message: fields.short_message,
        };
        const fast = encodeSubmitSm(submit, sequenceNumber);
        expect(fast.toString('hex')).to.equal(encodePdu('submit_sm', { sequenceNumber, fields }).toString('hex'));
      }),
    );
  });

  const unsendable = [
    {
      label: '256 octets of a message, by the fast way',
      send: () =>
        encodeSubmitSm(
          {
            sender: senderOctets({}),
            destinationAddr: '6281',
            esmClass: 0,
            registeredDelivery: 0,
            dataCoding: 0,
            message: Buffer.alloc(256),
          },
          1,
        ),
    },
    { label: 'an unknown command', send: () => encodePdu('no_such', { sequenceNumber: 1 }) },
    { label: 'an unknown TLV', send: () => encodePdu('submit_sm', { sequenceNumber: 1, tlvs: { no_such: 1 } }) },
    { label: 'a NUL', send: () => encodePdu('submit_sm', { sequenceNumber: 1, fields: { source_addr: 'a\0b' } }) },
    {
      label: '256 octets of short_message',
      send: () => encodePdu('submit_sm', { sequenceNumber: 1, fields: { short_message: Buffer.alloc(256) } }),
    },
  ];
  for (const { label, send } of unsendable) {
    it(`does not encode ${label}`, () => expect(send).to.throw(RangeError));
  }

  it('knows no tag by a name that is none', () => expect(() => tagOf('no_such')).to.throw(RangeError));
});

describe('the fast reader of deliver_sm', () => {
  const cString = fc.stringMatching(/^[ -~]{0,20}$/);
  const octet = fc.integer({ min: 0, max: 255 });
  const fieldsArbitrary = fc.record({
    service_type: cString,
    source_addr: cString,
    destination_addr: cString,
    esm_class: octet,
    protocol_id: octet,
    schedule_delivery_time: cString,
    validity_period: cString,
    data_coding: octet,
    short_message: fc.uint8Array({ maxLength: 255 }).map((octets) => Buffer.from(octets)),
  });

  it('reads what the general reader reads', () => {
    fc.assert(
      fc.property(fieldsArbitrary, fc.uint8Array({ maxLength: 20 }), (fields, before) => {
        const octets = encodePdu('deliver_sm', { sequenceNumber: 1, fields });
        const general = decode(octets);
        const stream = Buffer.concat([before, octets, before]);
        const fast = readPlainDeliverSm(stream, before.length, before.length + octets.length);
        expect(general.kind === 'pdu' && deliveredOf(general)).to.deep.equal(fast);
      }),
    );
  });

  it('reads random octets as the general reader does, or leaves them to it', () => {
    const small = fc.uint8Array({ maxLength: 60 }).map((octets) => octets.map((each) => (each % 3 === 0 ? 0 : each)));
    fc.assert(
      fc.property(small, (body) => {
        const octets = Buffer.concat([octetsOf('00000000 00000005 00000000 00000003'), body]);
        octets.writeUInt32BE(octets.length, 0);
        const fast = readPlainDeliverSm(octets, 0, octets.length);
        if (fast === null) return;
        const general = decode(octets);
        expect(general.kind === 'pdu' && deliveredOf(general)).to.deep.equal(fast);
      }),
      { numRuns: 3_000 },
    );
  });

  it('leaves TLVs to the general reader', () => {
    const octets = octetsOf(`${deliverHex} 0424 0003 414243`);
    expect(readPlainDeliverSm(octets, 0, octets.length)).to.equal(null);
    const general = decode(octets);
    expect(general.kind === 'pdu' && deliveredOf(general)).to.deep.include({
      bothPayloads: true,
      message: Buffer.from('LaporABC'),
    });
  });
});

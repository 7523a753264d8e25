import { expect } from 'chai';
import fc from 'fast-check';
import { type Frame, Framing, LostFraming } from '../../../../scripts/simulators/smsc/framing.js';
import { smpp } from '../../../../scripts/simulators/smsc/library.js';
import { networkOf, normaliseMsisdn } from '../../../../scripts/simulators/smsc/numbers.js';
import { segmentsOf } from '../../../../scripts/simulators/smsc/segments.js';
import { handsetPart, readSubmit } from '../../../../scripts/simulators/smsc/submit.js';
import {
  longTextForms,
  receiptDelayMs,
  type SwitchesInput,
  switchesSchema,
} from '../../../../scripts/simulators/smsc/switches.js';

describe('simulated SMSC: codec', () => {
  describe('framing', () => {
    const pdu = (sequenceNumber: number) =>
      new smpp.PDU('submit_sm', { sequence_number: sequenceNumber, short_message: Buffer.from('halo') }).toBuffer();

    it('finds the same PDUs however the stream is cut', () => {
      const stream = Buffer.concat([1, 2, 3].map(pdu));
      const cuts = fc.array(fc.nat({ max: stream.length }), { maxLength: 8 });
      fc.assert(
        fc.property(cuts, (places) => {
          const framing = new Framing();
          const frames: Frame[] = [];
          const bounds = [0, ...places.sort((first, second) => first - second), stream.length];
          for (const [index, start] of bounds.entries()) {
            frames.push(...framing.push(stream.subarray(start, bounds[index + 1] ?? start)));
          }
          expect(frames.map(({ sequenceNumber }) => sequenceNumber)).to.deep.equal([1, 2, 3]);
        }),
      );
    });

    for (const commandLength of [0, 8, 15, 70_000, 0x7fffffff]) {
      it(`gives up at command_length ${commandLength}, after what came before`, () => {
        const bad = Buffer.alloc(16);
        bad.writeUInt32BE(commandLength);
        const frames: Frame[] = [];
        expect(() => {
          for (const frame of new Framing().push(Buffer.concat([pdu(1), bad]))) frames.push(frame);
        }).to.throw(LostFraming);
        expect(frames).to.have.length(1);
      });
    }
  });

  describe('submit_sm', () => {
    const fields = { source_addr: '1708', destination_addr: '6281234567890', registered_delivery: 1 };

    it('is read as it was written', () => {
      const octets = new smpp.PDU('submit_sm', {
        ...fields,
        esm_class: 0x40,
        data_coding: 8,
        short_message: Buffer.from([0, 0x41]),
        sar_msg_ref_num: 7,
      }).toBuffer();
      const { tlvs, ...submit } = readSubmit(octets) ?? { tlvs: new Map() };
      expect(submit).to.deep.equal({
        sourceAddr: '1708',
        destinationAddr: '6281234567890',
        esmClass: 0x40,
        registeredDelivery: 1,
        dataCoding: 8,
        userData: Buffer.from([0, 0x41]),
      });
      expect([...tlvs]).to.deep.equal([[0x020c, Buffer.from([0, 7])]]);
    });

    it('never throws, whatever the octets', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
          const submit = readSubmit(Buffer.concat([Buffer.alloc(16), body]));
          if (submit !== null) handsetPart(submit);
        }),
      );
    });

    it('is null when it is cut short', () => {
      const octets = new smpp.PDU('submit_sm', {
        ...fields,
        data_coding: 0,
        short_message: Buffer.from('halo'),
      }).toBuffer();
      for (let length = 16; length < octets.length; length += 1) {
        expect(readSubmit(octets.subarray(0, length)), `${length} octets`).to.equal(null);
      }
    });

    const base = {
      sourceAddr: '1708',
      destinationAddr: '62',
      registeredDelivery: 0,
      dataCoding: 0,
      tlvs: new Map<number, Buffer>(),
    };
    const places = [
      { label: '8-bit reference', udh: [5, 0, 3, 9, 2, 1], place: { reference: 9, total: 2, sequence: 1 } },
      { label: '16-bit reference', udh: [6, 8, 4, 1, 9, 3, 2], place: { reference: 265, total: 3, sequence: 2 } },
      {
        label: 'behind another element',
        udh: [9, 0x24, 1, 0, 0x00, 3, 9, 2, 2, 0],
        place: { reference: 9, total: 2, sequence: 2 },
      },
      { label: 'sequence beyond the total', udh: [5, 0, 3, 9, 2, 3], place: null },
      { label: 'sequence 0', udh: [5, 0, 3, 9, 2, 0], place: null },
      { label: 'another element alone', udh: [3, 0x24, 1, 0], place: null },
    ];
    for (const { label, udh, place } of places) {
      it(`finds a part's place in the UDH: ${label}`, () => {
        const userData = Buffer.concat([Buffer.from(udh), Buffer.from('halo')]);
        expect(handsetPart({ ...base, esmClass: 0x40, userData })).to.deep.equal({
          text: 'halo',
          encoding: 'gsm7',
          place,
        });
      });
    }

    it('shows nothing when the UDH is longer than the message', () => {
      expect(handsetPart({ ...base, esmClass: 0x40, userData: Buffer.from([200, 65]) })).to.equal(null);
    });
  });

  it('cuts any text into parts that fit and join to the same text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 700 }),
      fc.string({ unit: fc.constantFrom('a', '€', '[', 'é', '🌊', '\n'), minLength: 1, maxLength: 700 }),
      fc.string({ unit: fc.constantFrom('a', '€', '['), minLength: 1, maxLength: 700 }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...longTextForms), fc.nat(), (written, form, reference) => {
        const segments = segmentsOf(written, form, reference);
        const joined = segments.map(({ data_coding: coding, esm_class: esmClass, short_message, message_payload }) => {
          const udhEnd = esmClass === 0x40 ? (short_message[0] ?? 0) + 1 : 0;
          const body = message_payload ?? short_message.subarray(udhEnd);
          if (message_payload === undefined) expect(short_message.length).to.be.at.most(coding === 0 ? 160 : 140);
          return coding === 0 ? smpp.encodings.ASCII.decode(body) : smpp.encodings.UCS2.decode(body);
        });
        expect(joined.join('')).to.equal(written.toWellFormed());
      }),
      { numRuns: 200 },
    );
  });

  const numbers = [
    { written: '081234567890', msisdn: '6281234567890', network: 'telkomsel' },
    { written: '+62 857-1234-5678', msisdn: '6285712345678', network: 'indosat' },
    { written: '6289512345678', msisdn: '6289512345678', network: 'three' },
    { written: '0859 1234 5678', msisdn: '6285912345678', network: 'xl' },
    { written: '+6591234567', msisdn: '6591234567', network: null },
    { written: '0211234567', msisdn: '62211234567', network: null },
    { written: '1708', msisdn: null, network: null },
    { written: 'TELKOMSEL', msisdn: null, network: null },
    { written: '', msisdn: null, network: null },
  ];
  for (const { written, msisdn, network } of numbers) {
    it(`takes "${written}" for ${msisdn ?? 'no number'}${network === null ? '' : ` of ${network}`}`, () => {
      expect(normaliseMsisdn(written)).to.equal(msisdn);
      if (msisdn !== null) expect(networkOf(msisdn)).to.equal(network);
    });
  }

  const delays: ReadonlyArray<{ switches: SwitchesInput; delayMs: number }> = [
    { switches: {}, delayMs: 50 },
    { switches: { receipts: 'delayed' }, delayMs: 10_000 },
    { switches: { receipts: 'delayed', receiptDelayMs: 0 }, delayMs: 0 },
    { switches: { receiptDelayMs: 7 }, delayMs: 7 },
  ];
  for (const { switches, delayMs } of delays) {
    it(`sends a receipt after ${delayMs} ms with ${JSON.stringify(switches)}`, () => {
      expect(receiptDelayMs(switchesSchema.parse(switches))).to.equal(delayMs);
    });
  }
});

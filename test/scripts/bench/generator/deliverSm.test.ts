import { createRequire } from 'node:module';
import { expect } from 'chai';
import { deliverSmTemplate, MessageSource, type Senders } from '../../../../scripts/bench/generator/deliverSm.js';
import { textTemplates } from '../../../../scripts/bench/generator/texts.js';

interface DecodedPdu {
  readonly command: string;
  readonly command_length: number;
  readonly sequence_number: number;
  readonly source_addr: string;
  readonly source_addr_ton: number;
  readonly destination_addr: string;
  readonly data_coding: number;
  readonly short_message: { readonly message: string };
}

/** The packaged codec is the judge of what our own octets mean. */
const { PDU } = createRequire(import.meta.url)('smpp') as { PDU: { fromBuffer(octets: Buffer): DecodedPdu } };

function decodeAll(octets: Buffer): DecodedPdu[] {
  const pdus: DecodedPdu[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets.readUInt32BE(at);
    pdus.push(PDU.fromBuffer(octets.subarray(at, at + length)));
    at += length;
  }
  return pdus;
}

function source(senders: number | Senders): MessageSource {
  return new MessageSource(
    textTemplates.map((text) => deliverSmTemplate(text, '1708')),
    senders,
  );
}

describe('bench: pre-built deliver_sm', () => {
  it('decode as messages from citizens to the short code, numbered in sequence', () => {
    const pdus = decodeAll(source(100).batch(30, 501));
    expect(pdus.map((pdu) => pdu.sequence_number)).to.deep.equal(Array.from({ length: 30 }, (_, at) => 501 + at));
    for (const pdu of pdus) {
      expect(pdu.command).to.equal('deliver_sm');
      expect(pdu.destination_addr).to.equal('1708');
      expect(pdu.source_addr).to.match(/^62812\d{8}$/);
      expect(pdu.data_coding).to.equal(0);
      expect(pdu.short_message.message)
        .to.have.lengthOf.within(90, 125)
        .and.match(/\b\d{8}\b/);
    }
  });

  it('never say the same thing twice, over batches and senders', () => {
    const messages = source(10);
    const pdus = [...decodeAll(messages.batch(500, 1)), ...decodeAll(messages.batch(500, 1))];
    expect(new Set(pdus.map((pdu) => pdu.short_message.message)).size).to.equal(1000);
    expect(new Set(pdus.map((pdu) => pdu.source_addr)).size).to.equal(10);
  });

  it('come from numbers that are spread, where that is asked for', () => {
    const pdus = decodeAll(source({ count: 3, first: 14, spread: 7_368_787 }).batch(4, 1));
    const numbers = ['6281203163018', '6281210531805', '6281217900592'];
    expect(pdus.map((pdu) => pdu.source_addr)).to.deep.equal([...numbers, numbers[0]]);
  });

  it('refuse a text that has no place for its number', () => {
    expect(() => deliverSmTemplate('Jalan rusak', '1708')).to.throw('{number}; found: Jalan rusak');
  });
});

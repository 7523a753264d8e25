import { expect } from 'chai';
import fc from 'fast-check';
import { concatUdh, parseUdh } from '../../../src/domain/sms/udh.js';

describe('user data header', () => {
  const concat = (reference: number, total: number, sequence: number) => ({ reference, total, sequence });
  const cases = [
    { label: '8-bit reference', hex: '0500032a0201', octets: 6, concat: concat(0x2a, 2, 1), oddity: null },
    { label: '16-bit reference', hex: '0608041f2a0302', octets: 7, concat: concat(0x1f2a, 3, 2), oddity: null },
    {
      label: 'concatenation between others',
      hex: '0d7001ff00032a02017003010203',
      octets: 14,
      concat: concat(42, 2, 1),
      oddity: null,
    },
    {
      label: 'ports before concatenation',
      hex: '0b05040b8423f000032a0201',
      octets: 12,
      concat: concat(42, 2, 1),
      oddity: 'port_addressed',
    },
    {
      label: 'a single shift to Turkish',
      hex: '03240101',
      octets: 4,
      concat: null,
      shift: { locking: null, single: 1 },
      oddity: null,
    },
    {
      label: 'both shifts beside concatenation',
      hex: '0b00032a0201250103240103',
      octets: 12,
      concat: concat(42, 2, 1),
      shift: { locking: 3, single: 3 },
      oddity: null,
    },
    {
      label: 'the last of two shifts',
      hex: '06240101240102',
      octets: 7,
      concat: null,
      shift: { locking: null, single: 2 },
      oddity: null,
    },
    {
      label: 'a language that nobody knows',
      hex: '0324010e',
      octets: 4,
      concat: null,
      shift: { locking: null, single: 14 },
      oddity: 'national_language',
    },
    {
      label: 'a locking shift to Spanish, which has none',
      hex: '03250102',
      octets: 4,
      concat: null,
      shift: { locking: 2, single: null },
      oddity: 'national_language',
    },
    { label: 'an empty header', hex: '00', octets: 1, concat: null, oddity: null },
    { label: 'one of one', hex: '0500032a0101', octets: 6, concat: null, oddity: null },
    { label: 'part 3 of 2', hex: '0500032a0203', octets: 6, concat: null, oddity: 'malformed_concat' },
    { label: 'part 0', hex: '0500032a0200', octets: 6, concat: null, oddity: 'malformed_concat' },
    { label: 'no parts', hex: '0500032a0000', octets: 6, concat: null, oddity: 'malformed_concat' },
    {
      label: 'a concatenation of the wrong size',
      hex: '0400022a02',
      octets: 5,
      concat: null,
      oddity: 'malformed_concat',
    },
  ];
  for (const { label, hex, ...expected } of cases) {
    it(`reads ${label}`, () =>
      expect(parseUdh(Buffer.from(`${hex}414243`, 'hex'))).to.deep.equal({ shift: null, ...expected }));
  }

  const unreadable = [
    { label: 'nothing', hex: '' },
    { label: 'a header longer than the message', hex: 'ff00032a0201' },
    { label: 'an element longer than the header', hex: '0500042a020141' },
    { label: 'an element without a length', hex: '0100' },
    { label: 'a stray octet at the end', hex: '0600032a020100' },
  ];
  for (const { label, hex } of unreadable) {
    it(`cannot read ${label}`, () => expect(parseUdh(Buffer.from(hex, 'hex'))).to.equal(null));
  }

  it('reads what it writes', () => {
    const numbers = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 2, max: 255 }),
      fc.integer({ min: 1 }),
    );
    fc.assert(
      fc.property(numbers, ([reference, total, n]) => {
        const sequence = ((n - 1) % total) + 1;
        expect(parseUdh(concatUdh(reference, total, sequence))?.concat).to.deep.equal({ reference, total, sequence });
      }),
    );
  });

  it('never throws, and never points outside the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 160 }), (octets) => {
        const udh = parseUdh(octets);
        if (udh === null) return;
        expect(udh.octets).to.be.within(1, octets.length);
        if (udh.concat !== null) expect(udh.concat.sequence).to.be.within(1, udh.concat.total);
      }),
      { numRuns: 1_000 },
    );
  });
});

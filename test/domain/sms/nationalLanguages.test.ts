import { expect } from 'chai';
import fc from 'fast-check';
import { decodeText, isTextEncoding, type TextEncoding } from '../../../src/domain/sms/decode.js';
import { isNationalEncoding, nationalEncoding } from '../../../src/domain/sms/nationalLanguages.js';
import { nationalLanguages } from '../../../src/domain/sms/nationalTables.js';

describe('national language shift tables', () => {
  const cases: readonly { label: string; locking: number | null; single: number | null; hex: string; text: string }[] =
    [
      { label: 'Turkish, single shift', locking: null, single: 1, hex: '1b67491b69731b73', text: 'ğIısş' },
      { label: 'Turkish, locking shift', locking: 1, single: null, hex: '0b0c1c1d0740', text: 'ĞğŞşıİ' },
      { label: 'Turkish, both', locking: 1, single: 1, hex: '071b671b651b14', text: 'ığ€^' },
      { label: 'Spanish, single shift', locking: null, single: 2, hex: '1b61651b6f1b09', text: 'áeóç' },
      { label: 'Portuguese, locking shift', locking: 3, single: null, hex: '7b7c0b5b0d', text: 'ãõÔÃ\r' },
      { label: 'Portuguese, both', locking: 3, single: 3, hex: '1b7b1b121b7f', text: 'ãΦâ' },
      { label: 'the default extension beside a locking shift', locking: 1, single: null, hex: '1b3c1b65', text: '[€' },
      { label: 'Hindi, locking shift', locking: 6, single: null, hex: '4c244b', text: 'सडष' },
      { label: 'Hindi digits, single shift', locking: 6, single: 6, hex: '1b1c1b25', text: '०९' },
      { label: 'Bengali', locking: 4, single: 4, hex: '15161b19', text: 'কখ০' },
      { label: 'Gujarati', locking: 5, single: 5, hex: '15161b1c', text: 'કખ૦' },
      { label: 'Kannada', locking: 7, single: 7, hex: '15161b1c', text: 'ಕಖ೦' },
      { label: 'Malayalam', locking: 8, single: 8, hex: '15161b1c', text: 'കഖ൦' },
      { label: 'Oriya', locking: 9, single: 9, hex: '15161b1c', text: 'କଖ୦' },
      { label: 'Punjabi', locking: 10, single: 10, hex: '15161b1c', text: 'ਕਖ੦' },
      { label: 'Tamil', locking: 11, single: 11, hex: '15191b1c', text: 'கங௦' },
      { label: 'Telugu', locking: 12, single: 12, hex: '15161b1c', text: 'కఖ౦' },
      { label: 'Urdu', locking: 13, single: 13, hex: '00021b1c', text: 'اب۰' },
      { label: 'a septet without a character', locking: 4, single: null, hex: '1545', text: 'ক ' },
      { label: 'an escape without a character', locking: 1, single: null, hex: '1b07', text: 'ı' },
      { label: 'a double escape', locking: 1, single: 1, hex: '1b1b', text: ' ' },
      { label: 'an escape at the end', locking: 1, single: 1, hex: '411b', text: 'A' },
      { label: 'a language that is not known', locking: null, single: 99, hex: '1b65', text: '€' },
      { label: 'a locking shift to Spanish, which has none', locking: 2, single: null, hex: '1b6509', text: '€Ç' },
    ];
  for (const { label, locking, single, hex, text } of cases) {
    it(`reads ${label}`, () => {
      expect(decodeText(nationalEncoding({ locking, single }), Buffer.from(hex, 'hex'))).to.equal(text);
    });
  }

  it('has thirteen languages, of which Spanish has no locking table', () => {
    expect(nationalLanguages.map(({ id }) => id)).to.deep.equal(Array.from({ length: 13 }, (_, index) => index + 1));
    expect(nationalLanguages.filter(({ locking }) => locking === null).map(({ code }) => code)).to.deep.equal(['es']);
  });

  for (const { code, locking, single } of nationalLanguages) {
    it(`has whole tables for ${code}`, () => {
      for (const table of locking === null ? [single] : [locking, single]) {
        expect(table).to.have.length(128);
        expect(table[0x1b]).to.equal(0);
      }
      // What §6.2.1.2.4 keeps in its place in each: line breaks, digits, and the small letters of the locking tables.
      if (locking !== null) {
        expect(String.fromCharCode(...locking.subarray(0x30, 0x3a))).to.equal('0123456789');
        expect(String.fromCharCode(...locking.subarray(0x61, 0x7b))).to.equal('abcdefghijklmnopqrstuvwxyz');
        expect([locking[0x0a], locking[0x0d], locking[0x20]]).to.deep.equal([0x0a, 0x0d, 0x20]);
      }
      expect(single[0x0a]).to.equal(0x0c);
      const brackets = [0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40].map((septet) => single[septet] ?? 0);
      expect(String.fromCharCode(...brackets)).to.equal('^{}\\[~]|');
    });
  }

  it('names each pair of tables, and knows it by its name', () => {
    const name = nationalEncoding({ locking: 3, single: 1 });
    expect(name).to.equal('gsm7-locking-pt-single-tr');
    expect(isTextEncoding(name)).to.equal(true);
    for (const other of ['gsm7', 'gsm7-', 'gsm7-single-xx', 'gsm7-locking-es', 'toString']) {
      expect(isNationalEncoding(other)).to.equal(false);
    }
  });

  it('gives some well-formed text for any octets in any of them', () => {
    const id = fc.option(fc.integer({ min: 1, max: 13 }));
    fc.assert(
      fc.property(id, id, fc.uint8Array({ maxLength: 160 }), (locking, single, octets) => {
        const encoding: TextEncoding = nationalEncoding({ locking, single });
        expect(decodeText(encoding, octets).isWellFormed()).to.equal(true);
      }),
    );
  });
});

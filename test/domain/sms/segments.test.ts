import { expect } from 'chai';
import fc from 'fast-check';
import { countSeptets, encodeGsm7, simplify } from '../../../src/domain/sms/gsm7.js';
import { splitText } from '../../../src/domain/sms/segments.js';

describe('splitting a text into segments', () => {
  const a = (count: number) => 'a'.repeat(count);
  const cases = [
    { label: 'nothing', text: '', encoding: 'gsm7', lengths: [0] },
    { label: '160 septets', text: a(160), encoding: 'gsm7', lengths: [160] },
    { label: '161 septets', text: a(161), encoding: 'gsm7', lengths: [153, 8] },
    { label: '306 septets', text: a(306), encoding: 'gsm7', lengths: [153, 153] },
    { label: '307 septets', text: a(307), encoding: 'gsm7', lengths: [153, 153, 1] },
    { label: 'an extension character counts two', text: `${a(159)}€`, encoding: 'gsm7', lengths: [153, 7] },
    { label: 'an escape pair at the border', text: `${a(152)}€${a(20)}`, encoding: 'gsm7', lengths: [152, 21] },
    { label: 'fancy quotes made plain', text: `“${a(158)}”`, encoding: 'gsm7', lengths: [160] },
    { label: '70 UCS-2 units', text: `日${a(69)}`, encoding: 'ucs2', lengths: [70] },
    { label: '71 UCS-2 units', text: `日${a(70)}`, encoding: 'ucs2', lengths: [67, 4] },
    { label: 'a surrogate pair at the border', text: `${a(66)}😀${a(20)}`, encoding: 'ucs2', lengths: [66, 22] },
    { label: 'a family at the border', text: `${a(60)}👨‍👩‍👧${a(20)}`, encoding: 'ucs2', lengths: [60, 28] },
    { label: 'a grapheme without end', text: `${a(10)}é${'\u0301'.repeat(100)}`, encoding: 'ucs2', lengths: [67, 44] },
  ];
  for (const { label, text, encoding, lengths } of cases) {
    it(label, () => {
      const split = splitText(text);
      expect(split.encoding).to.equal(encoding);
      expect(split.segments.map((segment) => segment.length)).to.deep.equal(lengths);
    });
  }

  it('sends as UCS-2 what could go as GSM 03.38, when told so', () => {
    expect(splitText(a(71), { allowGsm7: false })).to.deep.equal({ encoding: 'ucs2', segments: [a(67), a(4)] });
  });

  it('loses nothing, breaks no pair and keeps every segment within its size', () => {
    const mixed = fc.array(fc.constantFrom('a', '€', '{', '\n', '“', '日', '😀', '👨‍👩‍👧', 'é'), { maxLength: 500 });
    fc.assert(
      fc.property(mixed, fc.boolean(), (characters, allowGsm7) => {
        const text = characters.join('');
        const { encoding, segments } = splitText(text, { allowGsm7 });
        expect(segments.join('')).to.equal(encoding === 'gsm7' ? simplify(text) : text);
        const alone = segments.length === 1;
        for (const segment of segments) {
          expect(segment.isWellFormed()).to.equal(true);
          if (encoding === 'gsm7') expect(encodeGsm7(segment)?.length).to.be.at.most(alone ? 160 : 153);
          else expect(segment.length).to.be.at.most(alone ? 70 : 67);
        }
        if (encoding === 'ucs2' && allowGsm7) expect(countSeptets(simplify(text))).to.equal(null);
      }),
    );
  });

  it('takes a lone surrogate', () => {
    expect(splitText('\ud83d').segments).to.deep.equal(['\ufffd']);
  });
});

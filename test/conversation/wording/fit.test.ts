import { expect } from 'chai';
import fc from 'fast-check';
import { cutToSeptets, septetsOf, toGsm7 } from '../../../src/conversation/wording/fit.js';
import { countSeptets } from '../../../src/domain/sms/gsm7.js';

const anyText = fc.string({ unit: 'binary', maxLength: 400 });

describe('toGsm7', () => {
  const cases = [
    { label: 'leaves plain words', words: 'Jalan sudah diperbaiki.', text: 'Jalan sudah diperbaiki.' },
    { label: 'straightens quotes and dashes', words: '“Jum’at” – siang…', text: '"Jum\'at" - siang...' },
    { label: 'keeps letters that the alphabet has', words: 'café', text: 'café' },
    { label: 'composes them first', words: 'cafe\u0301', text: 'café' },
    { label: 'takes marks off the others', words: 'français, ḥalāl', text: 'francais, halal' },
    { label: 'spells out ligatures and full-width letters', words: 'ﬁnal ＡＢＣ', text: 'final ABC' },
    { label: 'puts a question mark for what has no likeness', words: 'Baik ꦗꦮ', text: 'Baik ??' },
    {
      label: 'asks nothing where a picture stood',
      words: 'Sudah selesai 👍🏽 besok 🚧🇮🇩',
      text: 'Sudah selesai besok',
    },
    { label: 'drops joiners and variation signs', words: 'a\u200db\ufe0f', text: 'ab' },
    {
      label: 'makes one line of several',
      words: ' baris 1\r\n\tbaris 2\u2028baris 3 ',
      text: 'baris 1 baris 2 baris 3',
    },
    { label: 'survives half a surrogate pair', words: 'a\ud83d', text: 'a?' },
  ];
  for (const c of cases) it(c.label, () => expect(toGsm7(c.words)).to.equal(c.text));

  it('gives one line of GSM-7, whatever it is given, and leaves that alone', () => {
    fc.assert(
      fc.property(anyText, (words) => {
        const text = toGsm7(words);
        expect(countSeptets(text)).not.to.equal(null);
        expect(text).not.to.match(/[\r\n\f]/);
        expect(toGsm7(text)).to.equal(text);
      }),
    );
  });
});

describe('cutToSeptets', () => {
  const cases = [
    { label: 'leaves what fits', text: 'sudah diperbaiki', max: 16, cut: 'sudah diperbaiki' },
    { label: 'cuts between words', text: 'jalan sudah diperbaiki', max: 16, cut: 'jalan sudah...' },
    { label: 'keeps a word that ends where the room does', text: 'jalan sudah baik', max: 14, cut: 'jalan sudah...' },
    { label: 'leaves no stop before the dots', text: 'selesai. terima kasih', max: 12, cut: 'selesai...' },
    { label: 'cuts through a word that is most of the room', text: 'a bbbbbbbbbbbbbbbb', max: 10, cut: 'a bbbbb...' },
    { label: 'counts extension characters twice', text: '[[[[[[', max: 9, cut: '[[[...' },
    { label: 'has no room for anything', text: 'abcdef', max: 2, cut: '' },
  ];
  for (const c of cases) it(c.label, () => expect(cutToSeptets(c.text, c.max)).to.equal(c.cut));

  it('never exceeds the room, and begins as the text does', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 320 }), (words, max) => {
        const text = toGsm7(words);
        const cut = cutToSeptets(text, max);
        expect(septetsOf(cut)).to.be.at.most(max);
        if (cut !== text && cut !== '') expect(text.startsWith(cut.slice(0, -3))).to.equal(true);
      }),
    );
  });
});

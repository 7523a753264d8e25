import { expect } from 'chai';
import fc from 'fast-check';
import { Beginnings } from '../../../src/conversation/understanding/beginnings.js';
import { Lexicon } from '../../../src/conversation/understanding/lexicon.js';
import { wordsOf } from '../../../src/conversation/understanding/words.js';

const lexicon = new Lexicon(new Map(), new Beginnings());

describe('wordsOf', () => {
  const pattern = /[\p{L}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]+|\p{Nd}+/gu;
  const pieces = fc.constantFrom(
    ...['jalan', 'a', 'Z', '0', '123', ' ', ', ', '-', '_', '\n', '@', '[', '`', '{'],
    ...['é', 'état', '\u0301', '\u00ad', '\u200b', '\u00a0', '–', '…', '😀', '\ud83d', '\ude00', '٣', '𝐬', '한', 'ﷺ'],
  );
  const anyText = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );

  it('finds the words where their pattern alone finds them', () => {
    fc.assert(
      fc.property(anyText, fc.nat(6), (text, from) => {
        pattern.lastIndex = from;
        const runs: string[] = [];
        for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) runs.push(match[0]);
        const words = wordsOf(text, lexicon, from);
        const unseen = /^[\u00ad\u200b-\u200d\u2060\ufeff]+$/;
        expect(words.map(({ start, end }) => text.slice(start, end))).to.deep.equal(
          runs.filter((run) => !unseen.test(run)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('stops when it has as many as are wanted', () => {
    expect(wordsOf('satu dua tiga', lexicon, 0, 2).map(({ text }) => text)).to.deep.equal(['satu', 'dua']);
  });

  it('knows shorthand and phrases with a digit three times in a row: only letters are drawn out', () => {
    const beginnings = new Beginnings();
    const bit = beginnings.enter(['111']);
    const known = new Lexicon(new Map([['1500000', 'bantuan']]), beginnings);
    expect(known.formOf('111').tables).to.equal(bit);
    expect(known.formOf('1500000').meaning).to.equal('bantuan');
  });
});

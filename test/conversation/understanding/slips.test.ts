import { expect } from 'chai';
import fc from 'fast-check';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { isWithinOneSlip } from '../../../src/conversation/understanding/oneSlip.js';
import { readAreas } from '../../../src/conversation/understanding/places/areas.js';
import { packagedKnowledge } from './aids.js';

describe('isWithinOneSlip', () => {
  const cases: ReadonlyArray<readonly [typed: string, meant: string, near: boolean]> = [
    ['status', 'status', true],
    ['statsu', 'status', true],
    ['stats', 'status', true],
    ['statuus', 'status', true],
    ['ststus', 'status', true],
    ['tsatus', 'status', true],
    ['statu', 'status', true],
    ['utsats', 'status', false],
    ['sttuas', 'status', false],
    ['statis', 'batas', false],
    ['', 'a', true],
    ['', 'ab', false],
  ];
  for (const [typed, meant, near] of cases) {
    it(`${typed || '(nothing)'} is ${near ? '' : 'not '}near ${meant}`, () =>
      expect(isWithinOneSlip(typed, meant)).to.equal(near));
  }

  it('forgives no second slip', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(word, (meant) => {
        const middle = meant.length - 2;
        const typed = `x${meant.slice(1, middle)}y${meant.slice(middle + 1)}`;
        expect(isWithinOneSlip(typed, meant)).to.equal(false);
      }),
    );
  });

  it('is the same both ways, and forgives any one slip', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
    fc.assert(
      fc.property(letters, letters, fc.nat(7), (one, other, at) => {
        expect(isWithinOneSlip(one, other)).to.equal(isWithinOneSlip(other, one));
        const place = Math.min(at, one.length);
        const added = `${one.slice(0, place)}x${one.slice(place)}`;
        expect(isWithinOneSlip(added, one)).to.equal(true);
        const swapped =
          one.slice(0, place) + [...one.slice(place, place + 2)].reverse().join('') + one.slice(place + 2);
        expect(isWithinOneSlip(swapped, one)).to.equal(true);
      }),
    );
  });
});

describe('words near a command', () => {
  const { vocabulary } = packagedKnowledge();

  it('stay words, where they are words of their own', () => {
    for (const word of [
      'bantal',
      'mulia',
      'fatal',
      'natal',
      'lapar',
      'ranting',
      'tambak',
      'tambal',
      'sampah',
      'tarif',
      'kabut',
    ]) {
      expect(parseIntent(word, vocabulary).intent, word).to.equal('report');
      expect(parseIntent(`${word} 9165816`, vocabulary).intent, word).to.equal('report');
    }
  });

  it('stay places: the answer to "where?" is no command', async () => {
    const { regencies, provinces } = await readAreas();
    for (const { name } of [...regencies, ...provinces]) {
      const bare = name.replace(/^(KABUPATEN|KOTA) /, '').toLowerCase();
      expect(parseIntent(bare, vocabulary).intent, bare).to.equal('report');
    }
  });
});

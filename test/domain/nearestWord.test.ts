import { expect } from 'chai';
import fc from 'fast-check';
import { nearestWord } from '../../src/domain/nearestWord.js';

describe('nearestWord', () => {
  const keys = ['throughputPerSecond', 'port', 'host', 'hosts', 'systemId', 'window'];
  const cases = [
    { label: 'a missing letter', word: 'thoughputPerSecond', nearest: 'throughputPerSecond' },
    { label: 'two letters swapped count once', word: 'prot', nearest: 'port' },
    { label: 'another case', word: 'systemid', nearest: 'systemId' },
    { label: 'a letter too many', word: 'windoww', nearest: 'window' },
    { label: 'the nearer of two', word: 'hostt', nearest: 'host' },
    { label: 'nothing near', word: 'username', nearest: null },
    { label: 'a word with no letter right', word: 'a', nearest: null },
    { label: 'an endless word', word: 'port'.repeat(1000), nearest: null },
  ];
  for (const c of cases) it(c.label, () => expect(nearestWord(c.word, keys)).to.equal(c.nearest));

  it('finds a word itself, whatever else there is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,20}$/), fc.array(fc.string({ maxLength: 20 })), (word, others) => {
        expect(nearestWord(word, [...others, word])?.toLowerCase()).to.equal(word);
      }),
    );
  });
});

import { expect } from 'chai';
import { Beginnings } from '../../../src/conversation/understanding/beginnings.js';
import { Lexicon } from '../../../src/conversation/understanding/lexicon.js';
import { PhraseTable } from '../../../src/conversation/understanding/phraseTable.js';
import { wordsOf } from '../../../src/conversation/understanding/words.js';

const beginnings = new Beginnings();
const table = new PhraseTable(
  ['rusak', 'jln', 'sampah menumpuk', 'terima kasih', 'sebelah', 'www'].map((entry) => [entry, entry] as const),
  beginnings,
);
const other = new PhraseTable([['jalan', 'jalan']], beginnings);
const shorthand = new Map([
  ['jln', 'jalan'],
  ['mksh', 'terima kasih'],
  ['rsknya', 'rusaknya'],
  ['smph', 'sampah'],
  ['sblh', 'sebelah'],
]);
const lexicon = new Lexicon(shorthand, beginnings);
const asWritten = new Lexicon(new Map(), beginnings);

const cases: readonly { label: string; text: string; found: string | null; length?: number }[] = [
  { label: 'a word', text: 'RUSAK', found: 'rusak' },
  { label: 'a word in letters of another typeface', text: '𝐫𝐮𝐬𝐚𝐤', found: 'rusak' },
  { label: 'shorthand that is listed itself', text: 'jln', found: 'jln' },
  { label: 'shorthand for two words', text: 'mksh', found: 'terima kasih' },
  { label: 'shorthand with a particle in what it stands for', text: 'rsknya', found: 'rusak' },
  { label: 'shorthand for a word that seems to have a particle', text: 'sblh', found: 'sebelah' },
  { label: 'a word with a particle', text: 'rusaknya', found: 'rusak' },
  { label: 'a word drawn out', text: 'rusaaaak', found: 'rusak' },
  { label: 'a phrase', text: 'sampah menumpuk', found: 'sampah menumpuk', length: 2 },
  { label: 'a phrase that begins with shorthand', text: 'smph menumpuk', found: 'sampah menumpuk', length: 2 },
  { label: 'the beginning of a phrase', text: 'sampah', found: null },
  { label: 'a word of another table', text: 'jalan', found: null },
  { label: 'a listed word that no text can hold, its letters being too many', text: 'www', found: null },
];

describe('PhraseTable', () => {
  for (const { label, text, found, length = 1 } of cases) {
    it(label, () => {
      expect(table.at(wordsOf(text, lexicon), 0)).to.deep.equal(found === null ? null : { value: found, length });
    });
  }

  it('knows in each table what the other one knows of a word', () => {
    const words = wordsOf('jln', lexicon);
    expect([table, other].map((each) => each.at(words, 0)?.value)).to.deep.equal(['jln', 'jalan']);
  });

  it('takes words as they are written where shorthand does not count', () => {
    expect(table.at(wordsOf('mksh', asWritten), 0)).to.equal(null);
    expect(table.at(wordsOf('jln', asWritten), 0)?.value).to.equal('jln');
    expect(other.at(wordsOf('jln', asWritten), 0)).to.equal(null);
  });

  it('refuses a table for which there is no bit', () => {
    const full = new Beginnings();
    for (let count = 0; count < 32; count += 1) full.enter([`word${count}`]);
    expect(full.tablesOf('word31')).not.to.equal(0);
    expect(() => full.enter(['one'])).to.throw('32 tables');
  });
});

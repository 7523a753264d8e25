import { expect } from 'chai';
import fc from 'fast-check';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { maskPersonalData } from '../../../src/conversation/understanding/mask.js';
import { type ReadingAids, readText } from '../../../src/conversation/understanding/read.js';
import { wordsOf } from '../../../src/conversation/understanding/words.js';
import { packagedAids } from './aids.js';

const ordinary = [
  'jalan',
  'rusak',
  'di',
  'kab',
  'Buleleng',
  'kec',
  'Sawan',
  'air',
  'mati',
  'sdh',
  '3',
  'bln',
  'pak,',
  '2019',
];
const commanding = [
  'STATUS',
  'cek',
  'TAMBAH',
  'BELUM',
  'selesai',
  'NILAI',
  '4',
  'batal',
  'STOP',
  'mulai',
  '#9165816',
  '9165816',
  '?',
];
const keyed = [
  'LAPOR',
  'lapor',
  'TANGKAB',
  'tangkabJalan',
  'BBM',
  'UBBM',
  'RAHASIA',
  'anonim',
  'BANJAR',
  'BARU',
  'LAPOR:',
];
const numbers = [
  '5108011203900002',
  '5108',
  '0112',
  '0390',
  '0002',
  '0812-3456-7890',
  '+62',
  'Rp',
  '1.500.000',
  'a@b.co',
  '12-05-2024',
];

/** Texts made of what the rules look for, in any order, with odd separators; and texts of anything at all. */
const separator = fc.constantFrom(' ', '  ', '\n', ', ', '. ', '-', '.', '/', '', ' (', ') ');
const pieces = fc.array(fc.tuple(fc.constantFrom(...ordinary, ...commanding, ...keyed, ...numbers), separator), {
  maxLength: 14,
});
const anyText = fc.oneof(
  pieces.map((list) => list.map(([piece, sign]) => piece + sign).join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

/** As people set digits apart, and as other programs do without showing it. */
const groupSeparators = [
  ...[
    ' ',
    '-',
    '.',
    '  ',
    ' - ',
    '/',
    '\n',
    ':',
    ';',
    '*',
    '|',
    '~',
    '=',
    '+',
    "'",
    '"',
    '\u2022',
    '      ',
    ' - - ',
    ') (',
  ],
  ...['\u200b', '\u00ad', '\u2060', '\u202e', '\ufeff', '\u00a0', '\u00b7'],
];

/** Sixteen digits, written in groups as people do: `5108.0112.0390.0002`, `510801 120390 0002`. */
const groupedIdentity = fc
  .tuple(
    fc.stringMatching(/^[1-9]\d{15}$/),
    fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 15 }),
    fc.constantFrom(...groupSeparators),
  )
  .map(([digits, cuts, sign]) => {
    const starts = [0, ...[...new Set(cuts)].sort((one, other) => one - other)];
    return starts.map((start, index) => digits.slice(start, starts[index + 1])).join(sign);
  })
  .filter((written) => !written.split(/\D+/).every((group) => /^(?:(?:19|20)\d\d|[1-9]\d{0,4}0{4,})$/.test(group)));

describe('understanding, whatever the text', () => {
  let aids: ReadingAids;
  before(async () => {
    aids = await packagedAids();
  });

  const mask = (text: string) => maskPersonalData(text, aids.vocabulary.personalNumbers);

  it('has an intent for every text, and makes out of one command no other', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { intent, trackingId, rating, rest } = parseIntent(text, aids.vocabulary);
        expect(intent).to.be.a('string');
        expect(text).to.contain(rest);
        if (intent === 'report') expect([trackingId, rating, rest]).to.deep.equal([null, null, text]);
        if (rating !== null) expect(rating).to.be.within(1, 5);
        if (trackingId !== null)
          expect(text.normalize('NFKC').replace(/[ .-]/g, '')).to.contain(trackingId.replaceAll('-', ''));
      }),
      { numRuns: 500 },
    );
  });

  it('takes off what is a keyword letter by letter, and nothing else', () => {
    const spellings = [...aids.keywords.bySpelling.keys()];
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: read } = readText(text, aids);
        // Masking has tests of its own; whatever is masked in the whole text is so in its rest.
        const whole = mask(text).text;
        fc.pre(whole === text);
        expect(text.endsWith(read)).to.equal(true);
        const taken = wordsOf(text.slice(0, text.length - read.length), aids.vocabulary.asWritten).map(
          (word) => word.text,
        );
        const letters = spellings.reduce((rest, spelling) => rest.replaceAll(spelling, ''), taken.join(''));
        expect(letters).to.equal('');
        if (text.trim() !== '') expect(read.trim()).not.to.equal('');
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no 16 digits in a row', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { text: read, title } = readText(text, aids);
        expect(read.normalize('NFKC')).not.to.match(/\d{16}/);
        expect(title.normalize('NFKC')).not.to.match(/\d{16}/);
      }),
      { numRuns: 500 },
    );
  });

  it('masks 16 digits however they are set apart', () => {
    fc.assert(
      fc.property(groupedIdentity, (written) => {
        const masked = mask(`bansos ${written} tidak turun`);
        expect(masked.found).to.equal(true);
        expect(masked.text.replace(/\D/g, '')).to.have.length.below(8);
      }),
      { numRuns: 1000 },
    );
  });

  it('says of every place which words led to it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { locations } = readText(text, aids);
        for (const { evidence, code } of locations) {
          expect(evidence).not.to.equal('');
          expect(code).to.match(/^\d{2}(\.\d{2})?$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  const long: ReadonlyArray<readonly [label: string, unit: string]> = [
    ['digits', '1 '],
    ['years', '2024 '],
    ['one long number', '5'],
    ['digits set apart by signs', '1:::::::: '],
    ['addresses in a loose form', 'a @ a,'],
    ['ratings', '5/5 '],
    ['dotted digits', '1.'],
    ['addresses without an end', 'a@a.'],
    ['handles', '@a '],
    ['greetings', 'selamat pagi pak, '],
    ['signs', ':,.-'],
    ['commands', 'STATUS 9165816 '],
    ['keywords', 'LAPOR '],
    ['places', 'kab Buleleng kec Sawan '],
    ['one long word', 'a'],
    ['blanks', ' '],
  ];
  for (const [label, unit] of long) {
    it(`reads 100,000 characters of ${label} within a second`, () => {
      const text = unit.repeat(100_000 / unit.length);
      // Processor time: the clock of a busy machine would blame the rules for its other work.
      const started = process.cpuUsage();
      readText(text, aids);
      parseIntent(text, aids.vocabulary);
      expect(process.cpuUsage(started).user / 1000).to.be.below(1000);
    });
  }
});

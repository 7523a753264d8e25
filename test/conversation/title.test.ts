import { expect } from 'chai';
import fc from 'fast-check';
import { titleOf } from '../../src/conversation/title.js';

const cases: readonly { text: string; title: string }[] = [
  { text: '', title: '' },
  { text: ' \n ', title: '' },
  { text: 'Jalan rusak', title: 'Jalan rusak' },
  { text: 'Jalan rusak parah. Mohon diperbaiki.', title: 'Jalan rusak parah' },
  { text: 'Jalan rusak parah! Mohon diperbaiki', title: 'Jalan rusak parah' },
  { text: 'Jalan rusak parah\nMohon diperbaiki', title: 'Jalan rusak parah' },
  { text: 'Pak, jalan rusak di Sukasada, sudah lama', title: 'Pak, jalan rusak di Sukasada' },
  {
    text: 'Lampu padam di jl. Merdeka no. 5 kec. Sukasada. Tolong',
    title: 'Lampu padam di jl. Merdeka no. 5 kec. Sukasada',
  },
  { text: 'Pungutan Rp 1.500.000 di kelurahan. Tolong', title: 'Pungutan Rp 1.500.000 di kelurahan' },
  { text: '  Jalan \t rusak  ', title: 'Jalan rusak' },
  {
    text: 'Mohon perhatian untuk jembatan gantung yang putus sejak banjir bulan lalu di desa kami',
    title: 'Mohon perhatian untuk jembatan gantung yang putus sejak banjir bulan lalu di…',
  },
  { text: 'x'.repeat(200), title: `${'x'.repeat(79)}…` },
];

describe('titles', () => {
  for (const { text, title } of cases) {
    it(`of ${JSON.stringify(text.slice(0, 60))}`, () => expect(titleOf(text)).to.equal(title));
  }

  it('are well-formed, on one line and no longer than 80, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const title = titleOf(text);
        expect(title.length).to.be.at.most(80);
        expect(title.isWellFormed()).to.equal(true);
        expect(title).not.to.match(/\n/);
      }),
    );
  });
});

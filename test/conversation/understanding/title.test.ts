import { expect } from 'chai';
import fc from 'fast-check';
import { titleOf } from '../../../src/conversation/understanding/title.js';

describe('titleOf', () => {
  const cases: ReadonlyArray<readonly [text: string, title: string]> = [
    ['jalan rusak di depan pasar. Mohon diperbaiki', 'Jalan rusak di depan pasar'],
    ['jl. Merdeka no. 5 kec. Sukasada banjir, tolong', 'Jl. Merdeka no. 5 kec. Sukasada banjir'],
    ['Pak, jalan rusak', 'Jalan rusak'],
    ['selamat pagi pak, air mati sejak kemarin', 'Air mati sejak kemarin'],
    ['Assalamualaikum wr wb\nlampu jalan padam', 'Lampu jalan padam'],
    ['@lapor1708 #lapor sampah menumpuk di sungai', 'Sampah menumpuk di sungai'],
    ['Yth. Bapak Bupati jalan kami rusak', 'Bupati jalan kami rusak'],
    ['lampu padam,\ndi pasar', 'Lampu padam, di pasar'],
    ['ibukota macet', 'Ibukota macet'],
    ['bubur di kantin basi', 'Bubur di kantin basi'],
    ['selamat pagi', 'Selamat pagi'],
    ['!!! air keruh', 'Air keruh'],
    ['[NIK/KK] saya dipakai orang', '[NIK/KK] saya dipakai orang'],
    ['', ''],
    ['???', '???'],
    ['🙏 tolong jembatan putus', '🙏 tolong jembatan putus'],
    [`jalan ${'sangat '.repeat(12)}rusak`, `Jalan${' sangat'.repeat(10)}…`],
  ];
  for (const [text, title] of cases) {
    it(JSON.stringify(text), () => expect(titleOf(text)).to.equal(title));
  }

  it('is one line of 80 characters at most, well-formed, and empty only where the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const title = titleOf(text);
        expect(title.length).to.be.at.most(82);
        expect(title).not.to.contain('\n');
        expect(title.isWellFormed() || !text.isWellFormed()).to.equal(true);
        if (text.trim() !== '') expect(title).not.to.equal('');
      }),
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import twitterText from 'twitter-text';
import { fitDirectMessage, fitPost } from '../../../../adapters/channels/twitter/outbound/fit.js';

const weight = (text: string) => twitterText.parseTweet(text).weightedLength;

const words = 'Laporan Anda sedang ditangani Dinas Pekerjaan Umum. ';

const cases: readonly { label: string; text: string; keepLinks?: boolean; sent: string; hasUrl?: boolean }[] = [
  { label: 'a short text as it is', text: 'Diterima, no. #9165816', sent: 'Diterima, no. #9165816' },
  { label: 'a text of just 280', text: 'a'.repeat(280), sent: 'a'.repeat(280) },
  { label: 'one word that is too long, in the middle', text: 'a'.repeat(281), sent: `${'a'.repeat(278)}…` },
  { label: 'emoji, which count twice', text: '😀'.repeat(141), sent: `${'😀'.repeat(139)}…` },
  { label: 'a link as text', text: 'Lihat https://lapor.go.id/r/1?a=b.', sent: 'Lihat lapor[.]go[.]id/r/1?a=b.' },
  { label: 'a bare address as text', text: 'Buka lapor.go.id ya', sent: 'Buka lapor[.]go[.]id ya' },
  {
    label: 'an address that is one only when its neighbour is none',
    text: 'lapor.go.ida漢lapor.go.id',
    sent: 'lapor[.]go[.]ida漢lapor[.]go[.]id',
  },
  {
    label: 'a link where links are kept',
    text: 'Lihat https://lapor.go.id/r/1',
    keepLinks: true,
    sent: 'Lihat https://lapor.go.id/r/1',
    hasUrl: true,
  },
  {
    label: 'nobody who is named',
    text: 'Diteruskan ke @pemkotsmg dan ＠budi',
    sent: 'Diteruskan ke pemkotsmg dan budi',
  },
];

describe('twitter: the length of a reply', () => {
  for (const { label, text, keepLinks = false, sent, hasUrl = false } of cases) {
    it(`sends ${label}`, async () => {
      expect(await fitPost(text, keepLinks)).to.deep.equal({ text: sent, hasUrl });
    });
  }

  it('cuts at a word', async () => {
    const { text } = await fitPost(words.repeat(7), false);
    expect(text).to.match(/^(?:Laporan Anda sedang ditangani Dinas Pekerjaan Umum\. )+.*\S…$/);
    expect(words.repeat(7).startsWith(text.slice(0, -1))).to.equal(true);
    expect(words.repeat(7)[text.length - 1]).to.equal(' ');
  });

  it('never sends more than X takes, and as much as there is room for', async () => {
    const unit = fc.constantFrom('a', ' ', 'é', '漢', '😀', '👨‍👩‍👧', 'lapor.go.id', '@x', '\n', 'ringkas ');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 400 }), async (text) => {
        const fitted = await fitPost(text, false);
        expect(weight(fitted.text)).to.be.at.most(280);
        expect(fitted.hasUrl).to.equal(false);
      }),
      { numRuns: 200 },
    );
  });

  it('cuts a direct message only where X would', () => {
    expect(fitDirectMessage('a'.repeat(10_000))).to.have.length(10_000);
    expect(fitDirectMessage('ab '.repeat(4_000)))
      .to.match(/ab…$/)
      .and.have.length.at.most(10_000);
  });
});

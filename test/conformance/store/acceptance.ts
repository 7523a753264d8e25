import { expect } from 'chai';
import type { Part } from '../../../src/ports/channel.js';
import type { AcceptSummary } from '../../../src/ports/store.js';
import { binaryPart, citizen, idKey, longSms, neighbour, smsPart, startMs, unwritablePart } from '../../fakes/parts.js';
import { only, rejection, type Scene, texts } from './scene.js';

const nothing: AcceptSummary = { reports: 0, waiting: 0, duplicates: 0, unsupported: 0 };

const summaries: readonly { label: string; parts: readonly Part[]; summary: AcceptSummary }[] = [
  { label: 'no part at all', parts: [], summary: nothing },
  { label: 'one text', parts: [smsPart()], summary: { ...nothing, reports: 1 } },
  { label: 'an empty text', parts: [smsPart({ text: '' })], summary: { ...nothing, reports: 1 } },
  {
    label: 'two equal texts with ids of their own',
    parts: [smsPart(), smsPart()],
    summary: { ...nothing, reports: 2 },
  },
  {
    label: 'one id twice in a batch',
    parts: [smsPart({ key: idKey('same') }), smsPart({ key: idKey('same') })],
    summary: { ...nothing, reports: 1, duplicates: 1 },
  },
  {
    label: 'a long message whole in a batch',
    parts: longSms(['satu ', 'dua ', 'tiga'], 7),
    summary: { ...nothing, reports: 1, waiting: 2 },
  },
  {
    label: 'a long message without its end',
    parts: longSms(['satu ', 'dua ', 'tiga'], 7).slice(0, 2),
    summary: { ...nothing, waiting: 2 },
  },
  { label: 'what is no text', parts: [binaryPart()], summary: { ...nothing, unsupported: 1 } },
  {
    label: 'what is no text, twice',
    parts: [binaryPart({ key: idKey('odd') }), binaryPart({ key: idKey('odd') })],
    summary: { ...nothing, duplicates: 1, unsupported: 1 },
  },
];

export function describeAcceptance(scene: () => Scene): void {
  describe('accepting parts', () => {
    for (const { label, parts, summary } of summaries) {
      it(`sums up ${label}`, async () => {
        expect(await scene().accept(parts)).to.deep.equal(summary);
      });
    }

    it('hands a text on with all that is known of it, and the address replaced', async () => {
      const extras = { publicUrl: 'https://x.example/1', point: { lat: -8.1, lon: 115.1 }, flags: ['test'] };
      const claim = await scene().claimedReport(smsPart({ text: 'Jalan rusak', externalId: 'X1', extras }));
      const { id, senderRef, ...message } = claim.message;
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(senderRef).to.match(/^s_[0-9a-z]{23}$/);
      expect(message).to.deep.equal({
        receivedAtMs: startMs,
        channelId: 'telkomsel',
        medium: 'sms',
        address: '1708',
        text: 'Jalan rusak',
        encoding: 'gsm7',
        parts: 1,
        externalIds: ['X1'],
        flags: ['test'],
        extras,
        change: null,
      });
      expect(JSON.stringify(claim)).not.to.contain(citizen);
    });

    it('knows a sender again: after a restart, and on another channel of the medium', async () => {
      const first = await scene().claimedReport(smsPart());
      await scene().forward(first);
      await scene().restart();
      await scene().accept([smsPart()], { channelId: 'indosat' });
      await scene().accept([smsPart({ from: neighbour })]);
      const later = await scene().claimReports();
      expect(later.map(({ message }) => message.senderRef === first.message.senderRef)).to.deep.equal([true, false]);
    });

    it('gives growing numbers and ids that sort in the order of acceptance', async () => {
      const senders = Array.from({ length: 50 }, (_, index) => `62812000${index}`);
      await scene().accept(senders.map((from) => smsPart({ from })));
      const claims = await scene().claimReports();
      expect(claims).to.have.length(50);
      const ids = claims.map(({ message }) => message.id);
      expect(ids).to.deep.equal([...ids].sort());
      expect(claims.map(({ seq }) => seq)).to.deep.equal(claims.map(({ seq }) => seq).sort((one, two) => one - two));
    });

    it('keeps what is no text as a dead letter, with its octets', async () => {
      const part = binaryPart();
      await scene().accept([part]);
      expect(await scene().claimReports()).to.deep.equal([]);
      const letter = only(await scene().store.deadLetters());
      expect(letter).to.include({ kind: 'part', channelId: 'telkomsel', code: 'binary', atMs: startMs });
      expect(await scene().place.rawParts()).to.deep.equal([part.raw]);
    });

    it('keeps the octets of redeliveries and of long messages too', async () => {
      const parts = [smsPart({ key: idKey('a') }), smsPart({ key: idKey('a') }), ...longSms(['satu', 'dua'], 3)];
      await scene().accept(parts);
      expect(await scene().place.rawParts()).to.deep.equal(parts.map((part) => part.raw));
    });

    it('is all there after a restart', async () => {
      await scene().accept([smsPart({ text: 'satu' }), smsPart({ text: 'dua', from: neighbour })]);
      await scene().restart();
      expect(texts(await scene().claimReports())).to.deep.equal(['satu', 'dua']);
    });

    it('commits a cursor with its batch', async () => {
      expect(await scene().store.cursor('posts')).to.equal(null);
      await scene().accept([smsPart()], { cursor: { name: 'posts', value: '17' } });
      await scene().accept([], { cursor: { name: 'posts', value: '18' } });
      await scene().restart();
      expect(await scene().store.cursor('posts')).to.equal('18');
    });

    it('takes a batch whole or not at all, its cursor included', async () => {
      const batch = [smsPart(), ...longSms(['satu', 'dua'], 1).slice(0, 1), unwritablePart()];
      await rejection(scene().accept(batch, { cursor: { name: 'posts', value: '17' } }));
      expect(await scene().store.cursor('posts')).to.equal(null);
      expect(await scene().place.rawParts()).to.deep.equal([]);
      expect(await scene().store.counts()).to.include({ reportsWaiting: 0, setsWaiting: 0 });
    });

    it('takes a batch that failed when it is sent again', async () => {
      const part = smsPart({ key: idKey('again') });
      await rejection(scene().accept([part, unwritablePart()]));
      expect(await scene().accept([part])).to.include({ reports: 1, duplicates: 0 });
      expect((await scene().claimReports()).map(({ message }) => message.text)).to.deep.equal([part.text]);
    });
  });
}

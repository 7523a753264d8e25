import { expect } from 'chai';
import { StoreUnavailable } from '../../../src/ports/store.js';
import { citizen, neighbour, smsPart, unwritablePart } from '../../fakes/parts.js';
import { only, rejection, type Scene, texts } from './scene.js';

/** More than a full store has left in pages it has begun. */
const big = (): ReturnType<typeof smsPart>[] =>
  Array.from({ length: 50 }, (_, index) => smsPart({ from: `62812${index}`, raw: Buffer.alloc(60_000) }));

export function describeFailures(scene: () => Scene): void {
  describe('when something fails', () => {
    it('harms no neighbour of an operation that fails', async () => {
      const senders = ['satu', 'dua'].map((text, index) => smsPart({ text, from: `62812${index}` }));
      const results = await Promise.allSettled([
        scene().accept(senders.slice(0, 1)),
        scene().accept([smsPart({ from: neighbour }), unwritablePart()]),
        scene().accept(senders.slice(1)),
        scene().store.probe(scene().nowMs),
      ]);
      expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(texts(await scene().claimReports())).to.deep.equal(['satu', 'dua']);
    });

    it('knows a sender and a channel that were new in an operation that failed', async () => {
      const first = smsPart({ from: neighbour });
      await rejection(scene().accept([first, unwritablePart()], { channelId: 'indosat' }));
      await scene().accept([first], { channelId: 'indosat' });
      const claim = only(await scene().claimReports());
      await scene().forward(claim);
      expect(only(await scene().claimReplies(1, 'indosat')).to).to.equal(neighbour);
    });

    it('says that the store is unavailable, and neither who wrote nor what', async () => {
      const error = await rejection(scene().accept([unwritablePart()]));
      expect(error).to.be.instanceOf(StoreUnavailable);
      const { message } = error as StoreUnavailable;
      for (const secret of [citizen, 'Sukasada']) expect(message).not.to.contain(secret);
    });

    it('takes nothing while there is no room, keeps what it has, and goes on when there is', async () => {
      await scene().accept([smsPart({ text: 'sebelum' })], { cursor: { name: 'posts', value: '1' } });
      const counts = await scene().store.counts();
      const giveBack = await scene().place.fill();
      const parts = big();
      const cursor = { name: 'posts', value: '2' };
      expect(await rejection(scene().accept(parts, { cursor }))).to.be.instanceOf(StoreUnavailable);
      expect(await scene().store.counts()).to.deep.equal(counts);
      expect(await scene().store.cursor('posts')).to.equal('1');
      await giveBack();
      expect(await scene().accept(parts, { cursor })).to.include({ reports: 50, duplicates: 0 });
      expect(await scene().claimReports()).to.have.length(51);
      await scene().restart();
      expect((await scene().store.counts()).reportsWaiting).to.equal(51);
    });

    it('rejects all that shares a commit with what finds no room, or takes it for good', async () => {
      const giveBack = await scene().place.fill();
      const asked = [
        scene().accept([smsPart()]),
        scene().accept(big()),
        scene().accept([smsPart({ from: neighbour })]),
      ];
      const results = await Promise.allSettled(asked);
      await giveBack();
      expect(results[1]?.status).to.equal('rejected');
      const taken = results.filter(({ status }) => status === 'fulfilled').length;
      await scene().restart();
      expect((await scene().store.counts()).reportsWaiting).to.equal(taken);
    });

    it('has claimed nothing where a claim shares its commit with what finds no room', async () => {
      await scene().accept([smsPart({ text: 'sebelum' })]);
      const giveBack = await scene().place.fill();
      const [claim] = await Promise.allSettled([scene().claimReports(), scene().accept(big())]);
      await giveBack();
      expect(texts(claim.status === 'fulfilled' ? claim.value : await scene().claimReports())).to.deep.equal([
        'sebelum',
      ]);
    });

    it('rejects what is asked of it after it was closed', async () => {
      await scene().store.close();
      expect(await rejection(scene().accept([smsPart()]))).to.be.instanceOf(StoreUnavailable);
    });

    it('commits what was asked for before it is closed', async () => {
      const accepted = scene().accept([smsPart()]);
      await scene().restart();
      expect(await accepted).to.include({ reports: 1 });
      expect(await scene().claimReports()).to.have.length(1);
    });
  });
}

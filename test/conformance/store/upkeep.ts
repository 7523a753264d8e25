import { expect } from 'chai';
import { binaryPart, longSms, neighbour, smsPart, startMs } from '../../fakes/parts.js';
import { only, type Scene } from './scene.js';

const dayMs = 86_400_000;

export function describeUpkeep(scene: () => Scene): void {
  describe('counts', () => {
    it('counts nothing in an empty store', async () => {
      expect(await scene().store.counts()).to.deep.equal({
        reportsWaiting: 0,
        repliesWaiting: 0,
        noticesWaiting: 0,
        setsWaiting: 0,
        deadLetters: 0,
        oldestReportMs: null,
      });
    });

    it('counts what waits, whatever it waits for', async () => {
      const forwarded = await scene().claimedReport(smsPart());
      await scene().forward(forwarded);
      await scene().status(forwarded, 1);
      const reply = { kind: 'status', text: 'Kabar pagi', notBeforeMs: scene().nowMs + dayMs } as const;
      await scene().status(forwarded, 2, { reply });
      await scene().accept([
        smsPart({ receivedAtMs: startMs + 7 }),
        smsPart({ receivedAtMs: startMs + 8 }),
        smsPart({ from: neighbour, receivedAtMs: startMs + 9 }),
        binaryPart(),
        ...longSms(['satu', 'dua'], 1).slice(1),
      ]);
      await scene().claimReports(1);
      expect(await scene().store.counts()).to.deep.equal({
        reportsWaiting: 3,
        repliesWaiting: 2,
        noticesWaiting: 1,
        setsWaiting: 1,
        deadLetters: 1,
        oldestReportMs: startMs + 7,
      });
    });
  });

  describe('tidying', () => {
    it('forgets delivery ids in the end, and not before', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { reply: null });
      await scene().status(report, 1, { deliveryId: 'msg_1' });
      await scene().store.tidy(scene().nowMs + 29 * dayMs);
      expect(await scene().status(report, 2, { deliveryId: 'msg_1' })).to.equal('repeated');
      await scene().store.tidy(scene().nowMs + 31 * dayMs);
      expect(await scene().status(report, 2, { deliveryId: 'msg_1' })).to.equal('applied');
    });

    it('forgets early receipts in the end, and not before', async () => {
      const early = { day: 1, id: 'A1', told: true };
      const gone = { day: 4, id: 'A2', told: false };
      for (const { day, id, told } of [early, gone]) {
        const { report, reply } = await scene().claimedReply(smsPart({ from: `62812${day}` }));
        await scene().receipt('delivered', id);
        await scene().store.tidy(scene().nowMs + day * dayMs);
        await scene().outcome(reply, { kind: 'accepted', externalIds: [id] });
        expect((await scene().story(report.message.id)).includes('reply delivered'), id).to.equal(told);
      }
    });

    it('touches nothing that is still to be done or is evidence', async () => {
      await scene().accept([smsPart(), binaryPart(), ...longSms(['satu', 'dua'], 1).slice(1)]);
      const counts = await scene().store.counts();
      await scene().store.tidy(scene().nowMs + 3650 * dayMs);
      expect(await scene().store.counts()).to.deep.equal(counts);
      expect(await scene().place.rawParts()).to.have.length(3);
      expect(only(await scene().claimReports()).message.text).to.equal(smsPart().text);
    });
  });

  describe('the probe', () => {
    it('resolves while the store takes writes, and leaves the cursors of others alone', async () => {
      await scene().store.probe(scene().nowMs);
      await scene().store.probe(scene().nowMs + 1);
      expect(await scene().store.cursor('posts')).to.equal(null);
    });
  });
}

import { expect } from 'chai';
import { binaryPart, smsPart } from '../../fakes/parts.js';
import { only, type Scene, texts } from './scene.js';

async function buriedReport(scene: Scene) {
  const report = await scene.claimedReport(smsPart());
  await scene.store.buryReports([{ seq: report.seq, code: 'invalid', message: 'no', atMs: scene.nowMs, reply: null }]);
  return { report, letter: only(await scene.store.deadLetters()) };
}

async function buriedReply(scene: Scene) {
  const { report, reply } = await scene.claimedReply(smsPart());
  const deadLetter = { code: 'uncertain', message: 'perhaps sent' };
  await scene.outcome(reply, { kind: 'uncertain', cause: 'cut off', externalIds: ['cut-off-1'] }, { deadLetter });
  return { report, reply, letter: only(await scene.store.deadLetters()) };
}

export function describeDeadLetters(scene: () => Scene): void {
  describe('dead letters', () => {
    it('puts a report back into its queue, with its attempts forgotten', async () => {
      const { report, letter } = await buriedReport(scene());
      await scene().restart();
      expect(await scene().store.retryDeadLetters([letter.id], scene().nowMs)).to.deep.equal([letter.id]);
      expect(await scene().store.deadLetters()).to.deep.equal([]);
      expect(only(await scene().claimReports())).to.deep.equal(report);
    });

    it('lets a report that is put back take its turn before what its sender wrote later', async () => {
      const { letter } = await buriedReport(scene());
      await scene().accept([smsPart({ text: 'kedua' }), smsPart({ text: 'ketiga' })]);
      const second = only(await scene().claimReports());
      await scene().store.retryDeadLetters([letter.id], scene().nowMs);
      expect(await scene().claimReports()).to.deep.equal([]);
      await scene().forward(second, { reply: null });
      expect(await scene().drainReports()).to.deep.equal([smsPart().text, 'ketiga']);
    });

    it("puts a reply back into its queue; that it was perhaps sent is the operator's decision now", async () => {
      const { report, reply, letter } = await buriedReply(scene());
      expect(await scene().store.retryDeadLetters([letter.id], scene().nowMs)).to.deep.equal([letter.id]);
      const again = only(await scene().claimReplies());
      expect(again).to.deep.equal(reply);
      await scene().outcome(again, { kind: 'accepted', externalIds: ['A1'] });
      expect(await scene().receipt('delivered', 'A1')).to.include({ matched: 1 });
      expect(await scene().story(report.message.id), 'by the segments of this attempt').to.include('reply delivered');
    });

    it('may become a dead letter again', async () => {
      const { letter } = await buriedReport(scene());
      await scene().store.retryDeadLetters([letter.id], scene().nowMs);
      const again = only(await scene().claimReports());
      await scene().store.buryReports([{ seq: again.seq, code: 'invalid', message: 'no', atMs: 0, reply: null }]);
      expect(only(await scene().store.deadLetters()).id).to.be.greaterThan(letter.id);
    });

    it('closes for good what is discarded, and tells why', async () => {
      const { report, letter } = await buriedReport(scene());
      const closed = await scene().store.discardDeadLetters([letter.id], 'uji coba', scene().nowMs);
      expect(closed).to.deep.equal([letter.id]);
      expect(await scene().store.deadLetters()).to.deep.equal([]);
      expect(await scene().claimReports()).to.deep.equal([]);
      const trace = await scene().store.trace(report.message.id);
      expect(trace?.entries.at(-1)?.detail).to.contain('uji coba');
    });

    it('discards a part that is no text, and has no queue to put it back into', async () => {
      await scene().accept([binaryPart()]);
      const { id } = only(await scene().store.deadLetters());
      expect(await scene().store.retryDeadLetters([id], scene().nowMs)).to.deep.equal([]);
      expect(await scene().store.discardDeadLetters([id], 'vCard', scene().nowMs)).to.deep.equal([id]);
      expect(await scene().place.rawParts()).to.have.length(1);
    });

    it('gives them in pages, of one code if asked', async () => {
      await scene().accept([binaryPart(), binaryPart({ oddity: 'vcard' }), binaryPart()]);
      const [first, second, third] = await scene().store.deadLetters();
      expect(await scene().store.deadLetters({ limit: 1 })).to.deep.equal([first]);
      expect(await scene().store.deadLetters({ afterId: first?.id ?? 0 })).to.deep.equal([second, third]);
      expect(await scene().store.deadLetters({ code: 'vcard' })).to.deep.equal([second]);
    });

    it('finds only what is there and open, each once', async () => {
      const { letter } = await buriedReport(scene());
      const { id } = letter;
      expect(await scene().store.retryDeadLetters([id + 1, id, id], scene().nowMs)).to.deep.equal([id]);
      expect(await scene().store.retryDeadLetters([id], scene().nowMs)).to.deep.equal([]);
      expect(await scene().store.discardDeadLetters([id, id + 1], 'lama', scene().nowMs)).to.deep.equal([]);
      expect(await scene().claimReports()).to.have.length(1);
    });

    it('can be worked by an operator beside the gateway that runs', async () => {
      const { report, letter } = await buriedReport(scene());
      const operator = await scene().place.openForOperator();
      try {
        expect(await operator.deadLetters()).to.deep.equal([letter]);
        expect((await operator.trace(report.message.id))?.entries).to.have.length(3);
        await Promise.all([
          operator.retryDeadLetters([letter.id], scene().nowMs),
          scene().accept([smsPart({ from: '62813' })]),
        ]);
      } finally {
        await operator.close();
      }
      expect(texts(await scene().claimReports())).to.have.length(2);
    });

    it('leaves the gateway its leases when an operator comes and goes', async () => {
      const report = await scene().claimedReport(smsPart());
      await (await scene().place.openForOperator()).close();
      expect(await scene().claimReports()).to.deep.equal([]);
      await scene().forward(report);
    });
  });
}

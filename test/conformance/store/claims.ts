import { expect } from 'chai';
import { neighbour, smsPart } from '../../fakes/parts.js';
import { leaseMs, only, type Scene, texts } from './scene.js';

/** Texts of one sender, in order. */
function flood(count: number, from?: string) {
  return Array.from({ length: count }, (_, index) =>
    smsPart({ text: `pesan ${index + 1}`, ...(from === undefined ? {} : { from }) }),
  );
}

export function describeClaims(scene: () => Scene): void {
  describe('claiming reports', () => {
    it('hands out no more than asked for, and each once', async () => {
      await scene().accept(Array.from({ length: 10 }, (_, index) => smsPart({ from: `62812${index}` })));
      const claims = [await scene().claimReports(4), await scene().claimReports(4), await scene().claimReports(4)];
      expect(claims.map((claim) => claim.length)).to.deep.equal([4, 4, 2]);
      expect(new Set(claims.flat().map(({ seq }) => seq)).size).to.equal(10);
    });

    it('hands nothing out for a limit of none', async () => {
      await scene().accept([smsPart()]);
      expect(await scene().claimReports(0)).to.deep.equal([]);
    });

    it('gives two workers different reports', async () => {
      await scene().accept(Array.from({ length: 6 }, (_, index) => smsPart({ from: `62812${index}` })));
      const [mine, theirs] = await Promise.all([
        scene().claimReports(3, 'worker-1'),
        scene().claimReports(3, 'worker-2'),
      ]);
      expect(new Set([...mine, ...theirs].map(({ seq }) => seq)).size).to.equal(6);
    });

    it('has one report of a sender under way at a time, in order', async () => {
      await scene().accept(flood(3));
      for (const expected of ['pesan 1', 'pesan 2', 'pesan 3']) {
        const claim = only(await scene().claimReports());
        expect(claim.message.text).to.equal(expected);
        expect(await scene().claimReports(100, 'worker-2')).to.deep.equal([]);
        await scene().forward(claim);
      }
      expect(await scene().claimReports()).to.deep.equal([]);
    });

    it('lets a text that comes while an earlier one is under way wait its turn', async () => {
      await scene().accept(flood(1));
      const first = only(await scene().claimReports());
      await scene().accept([smsPart({ text: 'pesan 2' })]);
      expect(await scene().claimReports()).to.deep.equal([]);
      await scene().accept([smsPart({ text: 'pesan 3' })]);
      await scene().forward(first);
      expect(await scene().drainReports()).to.deep.equal(['pesan 2', 'pesan 3']);
    });

    it('lets nobody wait behind a flood from one sender', async () => {
      await scene().accept([...flood(500), smsPart({ text: 'tetangga', from: neighbour })]);
      const claims = await scene().claimReports(10);
      expect(texts(claims)).to.deep.equal(['pesan 1', 'tetangga']);
    });

    it('keeps the order of a flood, however the claims fall', async () => {
      await scene().accept(flood(60));
      const handedOut: string[] = [];
      for (let limit = 1; ; limit = (limit % 7) + 1) {
        const claims = await scene().claimReports(limit);
        if (claims.length === 0) break;
        handedOut.push(only(claims).message.text);
        for (const claim of claims) await scene().forward(claim, { reply: null });
      }
      expect(handedOut).to.deep.equal(flood(60).map((part) => part.text));
    });

    it('gives a released report to whoever claims next, as if it had never been claimed', async () => {
      await scene().accept(flood(2));
      const claim = only(await scene().claimReports());
      await scene().store.releaseReports([claim.seq]);
      expect(only(await scene().claimReports(100, 'worker-2'))).to.deep.equal(claim);
    });

    it('holds a postponed report and what the sender wrote later until it is due, and nobody else', async () => {
      await scene().accept([...flood(2), smsPart({ text: 'tetangga', from: neighbour })]);
      const [first, other] = await scene().claimReports();
      if (first === undefined || other === undefined) throw new Error('two claims expected');
      await scene().forward(other);
      const dueAtMs = scene().nowMs + 5_000;
      await scene().store.postponeReports([{ seq: first.seq, dueAtMs, cause: 'timeout', atMs: scene().nowMs }]);
      scene().nowMs = dueAtMs - 1;
      expect(await scene().claimReports()).to.deep.equal([]);
      scene().nowMs = dueAtMs;
      const again = only(await scene().claimReports());
      expect(again).to.deep.equal({ ...first, attempts: 1 });
      await scene().forward(again);
      expect(texts(await scene().claimReports())).to.deep.equal(['pesan 2']);
    });

    it('keeps a postponed report postponed over a restart', async () => {
      const claim = await scene().claimedReport(smsPart());
      const dueAtMs = scene().nowMs + 5_000;
      await scene().store.postponeReports([{ seq: claim.seq, dueAtMs, cause: 'timeout', atMs: scene().nowMs }]);
      await scene().restart();
      expect(await scene().claimReports()).to.deep.equal([]);
      scene().nowMs = dueAtMs;
      expect(only(await scene().claimReports()).attempts).to.equal(1);
    });

    it('gives the work of a worker that went silent to another when its lease ends', async () => {
      await scene().accept(flood(2));
      const claim = only(await scene().claimReports());
      scene().nowMs += leaseMs - 1;
      expect(await scene().claimReports(100, 'worker-2')).to.deep.equal([]);
      scene().nowMs += 1;
      expect(only(await scene().claimReports(100, 'worker-2'))).to.deep.equal(claim);
      expect(await scene().claimReports()).to.deep.equal([]);
    });

    it('gives the work of a dead gateway back at once when it starts again', async () => {
      await scene().accept(flood(2));
      const claim = only(await scene().claimReports());
      await scene().restart();
      expect(only(await scene().claimReports())).to.deep.equal(claim);
    });

    it('makes one ticket and one acknowledgement of a report that two workers forwarded', async () => {
      const claim = await scene().claimedReport(smsPart());
      scene().nowMs += leaseMs;
      const same = only(await scene().claimReports(100, 'worker-2'));
      await scene().forward(same, { trackingId: '9165816' });
      await scene().forward(claim, { trackingId: '9165816' });
      expect(await scene().store.counts()).to.include({ reportsWaiting: 0, repliesWaiting: 1 });
    });

    it('takes no report back that another worker has finished', async () => {
      const claim = await scene().claimedReport(smsPart());
      await scene().forward(claim);
      const { seq } = claim;
      const late = { seq, atMs: scene().nowMs };
      await scene().store.postponeReports([{ ...late, dueAtMs: scene().nowMs, cause: 'timeout' }]);
      await scene().store.releaseReports([seq]);
      await scene().store.buryReports([{ ...late, code: 'late', message: 'too late', reply: null }]);
      expect(await scene().claimReports()).to.deep.equal([]);
      expect(await scene().store.deadLetters()).to.deep.equal([]);
    });
  });
}

import { expect } from 'chai';
import { citizen, longSms, smsPart } from '../../fakes/parts.js';
import { only, type Scene } from './scene.js';

const words = ['Kepala desa ', 'memungut uang ', 'untuk surat'] as const;

/** A report's whole life, one second a step. @returns the ids that lead to it. */
async function live(scene: Scene) {
  const tick = (): void => {
    scene.nowMs += 1_000;
  };
  const [first, ...others] = longSms(words, 5);
  if (first === undefined) throw new Error('a long message has parts');
  await scene.accept([first, first]);
  await scene.accept(others);
  const report = only(await scene.claimReports());
  tick();
  await scene.store.postponeReports([{ seq: report.seq, dueAtMs: scene.nowMs, cause: 'timeout', atMs: scene.nowMs }]);
  tick();
  only(await scene.claimReports());
  await scene.forward(report, { trackingId: '9165816' });
  tick();
  const reply = only(await scene.claimReplies());
  await scene.outcome(reply, { kind: 'uncertain', cause: 'the link died' }, { retryAtMs: scene.nowMs });
  tick();
  only(await scene.claimReplies());
  await scene.outcome(reply, { kind: 'accepted', externalIds: ['A1'] });
  tick();
  await scene.receipt('delivered', 'A1');
  tick();
  await scene.status(report, 1, {
    trackingId: '9165816',
    agency: 'Inspektorat',
    message: 'Kami periksa',
    status: 'forwarded',
  });
  tick();
  const news = only(await scene.claimReplies());
  const deadLetter = { code: '0x0B', message: 'no such number' };
  await scene.outcome(news, { kind: 'rejected', code: '0x0B', cause: 'ESME_RINVDSTADR' }, { deadLetter });
  tick();
  const letter = only(await scene.store.deadLetters());
  await scene.store.discardDeadLetters([letter.id], 'nomor mati', scene.nowMs);
  return { reportId: report.message.id, replyIds: [reply.id, news.id] };
}

const wholeStory: readonly string[] = [
  'received',
  'received again',
  'received',
  'received',
  'accepted',
  'forward postponed',
  'forwarded',
  'reply queued',
  'reply uncertain',
  'reply taken up again',
  'reply accepted',
  'reply delivered',
  'status',
  'reply queued',
  'reply rejected',
  'dead letter',
  'dead letter closed',
];

export function describeTraces(scene: () => Scene): void {
  describe('traces', () => {
    it('tells a whole life in order, the same by every id that leads to it', async () => {
      const { reportId, replyIds } = await live(scene());
      const trace = await scene().store.trace(reportId);
      expect(trace).to.include({ reportId, trackingId: '9165816' });
      expect(trace?.entries.map(({ what }) => what)).to.have.members(wholeStory);
      expect(trace?.entries.filter(({ what }) => !what.startsWith('received')).map(({ what }) => what)).to.deep.equal(
        wholeStory.filter((what) => !what.startsWith('received')),
      );
      const times = trace?.entries.map(({ atMs }) => atMs) ?? [];
      expect(times).to.deep.equal([...times].sort((one, other) => one - other));
      for (const id of [...replyIds, '9165816', '#9165816', reportId.toUpperCase()]) {
        expect(await scene().store.trace(id), id).to.deep.equal(trace);
      }
    });

    it('names no address and no word of the citizen or to them', async () => {
      const { reportId } = await live(scene());
      const told = JSON.stringify(await scene().store.trace(reportId));
      for (const secret of [citizen, ...words.map((word) => word.trim()), 'Laporan Anda', 'Kabar 1', 'Kami periksa']) {
        expect(told).not.to.contain(secret);
      }
    });

    it('tells what is no report nothing of a report', async () => {
      await live(scene());
      for (const id of ['', '#', '9165817', 'A1', citizen, '019a0000-0000-7000-8000-000000000000']) {
        expect(await scene().store.trace(id), id).to.equal(null);
      }
    });

    it('finds a tracking id that is a UUID', async () => {
      const trackingId = '0b5d6a5e-3a8e-4a38-9f0a-5a9f9a6b1c2d';
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { trackingId });
      expect(await scene().store.trace(trackingId)).to.include({ reportId: report.message.id, trackingId });
    });

    it('shows the newest of reports with one tracking id, and names the others', async () => {
      const older = await scene().claimedReport(smsPart());
      await scene().forward(older, { trackingId: '9165816' });
      const newer = await scene().claimedReport(smsPart({ from: '62813' }));
      await scene().forward(newer, { trackingId: '9165816' });
      const trace = await scene().store.trace('9165816');
      expect(trace).to.deep.include({ reportId: newer.message.id, namesakes: [older.message.id] });
    });

    it('tells of an event that waits for its report to be forwarded', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().status(report, 1);
      const trace = await scene().store.trace(report.message.id);
      expect(trace?.trackingId).to.equal(null);
      expect(trace?.entries.at(-1)?.detail).to.contain('kept until forwarded');
    });
  });
}

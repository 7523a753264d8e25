import { expect } from 'chai';
import type { NewAct } from '../../../src/ports/operations.js';
import { longSms, neighbour, smsPart, startMs } from '../../fakes/parts.js';
import { joinWindowMs, only, type Scene } from './scene.js';

const hourMs = 3_600_000;

function pause(given: Partial<NewAct> = {}): NewAct {
  return { atMs: startMs, actor: 'adi', act: 'channel pause', subject: 'telkomsel', reason: 'salah teks', ...given };
}

export function describeOperations(scene: () => Scene): void {
  describe('the audit trail', () => {
    it('keeps acts with their ends, the newest first, across restarts', async () => {
      const first = await scene().store.beginAct(pause());
      await scene().store.endAct(first, { atMs: startMs + 5, result: 'done', detail: 'paused' });
      const second = await scene().store.beginAct(pause({ act: 'reload', subject: 'gateway.yaml', reason: null }));
      await scene().restart();
      expect(await scene().store.acts({ limit: 10 })).to.deep.equal([
        { id: second, atMs: startMs, actor: 'adi', act: 'reload', subject: 'gateway.yaml', reason: null, end: null },
        { ...pause(), id: first, end: { atMs: startMs + 5, result: 'done', detail: 'paused' } },
      ]);
    });

    it('shows as many as asked for, and those of one subject', async () => {
      for (const subject of ['telkomsel', 'indosat', 'telkomsel']) await scene().store.beginAct(pause({ subject }));
      expect(await scene().store.acts({ limit: 2 })).to.have.length(2);
      const subjects = (await scene().store.acts({ limit: 9, subject: 'indosat' })).map((act) => act.subject);
      expect(subjects).to.deep.equal(['indosat']);
    });

    it('lets nobody end an act twice', async () => {
      const id = await scene().store.beginAct(pause());
      await scene().store.endAct(id, { atMs: startMs, result: 'refused', detail: 'no' });
      await scene().store.endAct(id, { atMs: startMs, result: 'done', detail: 'yes' });
      expect(only(await scene().store.acts({ limit: 9 })).end?.result).to.equal('refused');
    });
  });

  describe('holds', () => {
    it('come with the act that sets them, and outlive the process', async () => {
      await scene().store.beginAct(pause({ hold: 'paused' }));
      await scene().store.beginAct(pause({ subject: 'indosat', hold: 'paused', actor: 'budi' }));
      await scene().store.beginAct(pause({ subject: 'indosat', hold: 'drained', actor: 'siti', atMs: startMs + 9 }));
      await scene().restart();
      expect([...(await scene().store.channelHolds())]).to.deep.equal([
        ['indosat', { hold: 'drained', sinceMs: startMs + 9, actor: 'siti' }],
        ['telkomsel', { hold: 'paused', sinceMs: startMs, actor: 'adi' }],
      ]);
    });

    it('stay under an act that says nothing of them, and go with one that lifts them', async () => {
      await scene().store.beginAct(pause({ hold: 'paused' }));
      await scene().store.beginAct(pause({ act: 'channel rebind' }));
      expect((await scene().store.channelHolds()).size).to.equal(1);
      await scene().store.beginAct(pause({ act: 'channel resume', hold: null }));
      expect((await scene().store.channelHolds()).size).to.equal(0);
    });
  });

  describe('counts of each channel', () => {
    it('counts what waits, by the channel that it waits for', async () => {
      scene().nowMs = startMs + 10;
      await scene().forward(await scene().claimedReport(smsPart()));
      scene().nowMs = startMs + 20;
      await scene().forward(await scene().claimedReport(smsPart({ from: neighbour })));
      await scene().claimReplies(1);
      await scene().receipt('delivered', 'nobody-1');
      await scene().accept(longSms(['satu', 'dua'], 1).slice(1), { channelId: 'indosat' });
      const nothingWaits = { repliesWaiting: 0, oldestReplyMs: null, setsWaiting: 0 };
      const none = { ...nothingWaits, setsExpired: 0, receiptsUnclaimed: 0, receiptsClaimed: 0 };
      expect([...(await scene().store.channelCounts())]).to.deep.equal([
        ['telkomsel', { ...none, repliesWaiting: 2, oldestReplyMs: startMs + 10, receiptsUnclaimed: 1 }],
        ['indosat', { ...none, setsWaiting: 1 }],
      ]);
    });

    it('counts the long messages that went on without all of their parts', async () => {
      await scene().accept(longSms(['satu', 'dua'], 1).slice(1));
      await scene().accept(longSms(['satu', 'dua'], 2));
      await scene().store.closeOverdueSets(scene().nowMs + joinWindowMs);
      expect((await scene().store.channelCounts()).get('telkomsel')).to.include({ setsWaiting: 0, setsExpired: 1 });
    });

    it('counts the ids whose receipts came before the outcome of the reply', async () => {
      const { reply } = await scene().claimedReply(smsPart());
      for (const [state, id] of [
        ['in_transit', 'A1'],
        ['delivered', 'A1'],
        ['delivered', 'Z9'],
      ] as const) {
        await scene().receipt(state, id);
      }
      await scene().outcome(reply, { kind: 'accepted', externalIds: ['A1', 'A2'] });
      await scene().receipt('delivered', 'A2');
      const counts = (await scene().store.channelCounts()).get('telkomsel');
      expect(counts).to.include({ receiptsUnclaimed: 1, receiptsClaimed: 1 });
    });
  });

  describe('late receipts', () => {
    for (const { label, afterMs, summary } of [
      { label: 'within the hour', afterMs: hourMs, summary: { matched: 1, repeated: 0, orphaned: 0 } },
      { label: 'after it', afterMs: hourMs + 1, summary: { matched: 0, repeated: 0, orphaned: 0, late: 1 } },
    ]) {
      it(label, async () => {
        const { report, reply } = await scene().claimedReply(smsPart());
        await scene().outcome(reply, { kind: 'accepted', externalIds: ['A1'] });
        scene().nowMs += afterMs;
        expect(await scene().receipt('delivered', 'A1')).to.deep.equal(summary);
        expect(await scene().story(report.message.id), 'counts all the same').to.include('reply delivered');
      });
    }
  });
}

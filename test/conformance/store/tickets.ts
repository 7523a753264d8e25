import { expect } from 'chai';
import { smsPart } from '../../fakes/parts.js';
import { only, type Scene, texts } from './scene.js';

/** All replies of the one sender, in the order in which they go out. */
async function sendAll(scene: Scene): Promise<string[]> {
  const sent: string[] = [];
  for (;;) {
    const claims = await scene.claimReplies();
    if (claims.length === 0) return sent;
    const claim = only(claims);
    sent.push(claim.text);
    await scene.outcome(claim, { kind: 'accepted', externalIds: [] });
  }
}

export function describeTickets(scene: () => Scene): void {
  describe('tickets and their status', () => {
    it('queues the acknowledgement with the ticket, and none where none is wanted', async () => {
      await scene().forward(await scene().claimedReport(smsPart()), { trackingId: '9165816' });
      expect(texts(await scene().claimReplies())).to.deep.equal(['Laporan Anda kami terima, no. 9165816']);
      await scene().forward(await scene().claimedReport(smsPart({ from: '62813' })), { reply: null });
      expect(await scene().claimReplies()).to.deep.equal([]);
    });

    it('queues the reply of a status event with it', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report);
      expect(await scene().status(report, 0)).to.equal('applied');
      expect(await scene().status(report, 5, { reply: null })).to.equal('applied');
      expect(await sendAll(scene())).to.deep.equal([`Laporan Anda kami terima, no. T${report.seq}`, 'Kabar 0']);
    });

    it('keeps an event that comes before the ticket is recorded; its reply follows the acknowledgement', async () => {
      const report = await scene().claimedReport(smsPart());
      expect(await scene().status(report, 1)).to.equal('kept');
      expect(await scene().status(report, 2)).to.equal('kept');
      expect(await scene().claimReplies()).to.deep.equal([]);
      await scene().restart();
      await scene().forward(report);
      expect(await scene().status(report, 3)).to.equal('applied');
      const [acknowledgement, ...news] = await sendAll(scene());
      expect(acknowledgement).to.match(/^Laporan Anda/);
      expect(news).to.deep.equal(['Kabar 1', 'Kabar 2', 'Kabar 3']);
    });

    for (const forwarded of [true, false]) {
      const when = forwarded ? 'of a ticket' : 'of a report not yet forwarded';
      it(`changes nothing for a sequence ${when} that is known or older`, async () => {
        const report = await scene().claimedReport(smsPart());
        if (forwarded) await scene().forward(report, { reply: null });
        await scene().status(report, 3);
        for (const sequence of [3, 2, 0]) expect(await scene().status(report, sequence)).to.equal('repeated');
        if (!forwarded) await scene().forward(report, { reply: null });
        expect(await scene().status(report, 3)).to.equal('repeated');
        expect(await sendAll(scene())).to.deep.equal(['Kabar 3']);
      });
    }

    it('changes nothing for an event of another tracking id, whatever else it says', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { reply: null });
      const before = await scene().store.trace(report.message.id);
      const stray = { trackingId: 'T-other', deliveryId: 'msg_1' };
      expect(await scene().status(report, 9, stray)).to.equal('mismatched');
      expect(await scene().store.trace(report.message.id)).to.deep.equal(before);
      expect(await scene().status(report, 1, { deliveryId: 'msg_1' })).to.equal('applied');
      expect(await sendAll(scene())).to.deep.equal(['Kabar 1']);
    });

    it('drops a kept event whose tracking id turns out to be another, and tells in the trace', async () => {
      const report = await scene().claimedReport(smsPart());
      expect(await scene().status(report, 9, { trackingId: 'T-other' })).to.equal('kept');
      expect(await scene().status(report, 1)).to.equal('kept');
      await scene().forward(report, { reply: null });
      expect(await scene().status(report, 2)).to.equal('applied');
      expect(await sendAll(scene())).to.deep.equal(['Kabar 1', 'Kabar 2']);
      const trace = await scene().store.trace(report.message.id);
      const dropped = trace?.entries.find(({ what }) => what === 'status dropped');
      expect(dropped?.detail).to.contain('event 9 of T-other');
    });

    it('changes nothing for a delivery id that is known, whatever it says', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { reply: null });
      expect(await scene().status(report, 1, { deliveryId: 'msg_1' })).to.equal('applied');
      await scene().restart();
      expect(await scene().status(report, 2, { deliveryId: 'msg_1' })).to.equal('repeated');
      expect(await scene().status(report, 2, { deliveryId: 'msg_2' })).to.equal('applied');
    });

    const strangers = ['019a0000-0000-7000-8000-000000000000', 'not-a-uuid', ''];
    for (const reportId of strangers) {
      it(`says that a report is unknown: '${reportId}'`, async () => {
        const report = await scene().claimedReport(smsPart());
        const event = { reportId, deliveryId: 'msg_1' };
        expect(await scene().status(report, 1, event)).to.equal('unknown');
        expect(await scene().status(report, 1, event)).to.equal('unknown');
        expect(await scene().status(report, 1, { deliveryId: 'msg_1' })).to.equal('kept');
      });
    }

    it('answers a batch in its order and commits the cursor with it', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { reply: null });
      const event = {
        deliveryId: null,
        reportId: report.message.id,
        trackingId: 'T1',
        status: 'in_progress' as const,
        agency: 'Dinas PU',
        message: null,
        dueAt: null,
        reply: null,
      };
      const events = [
        { ...event, sequence: 1 },
        { ...event, sequence: 1 },
        { ...event, sequence: 4 },
        { ...event, sequence: 5, reportId: strangers[0] as string },
      ];
      const cursor = { name: 'tracker events', value: '44' };
      const results = await scene().store.recordStatus({ events, cursor, atMs: scene().nowMs });
      expect(results).to.deep.equal(['applied', 'repeated', 'applied', 'unknown']);
      await scene().restart();
      expect(await scene().store.cursor('tracker events')).to.equal('44');
    });

    it('tells the citizen of a report that was refused, and makes a dead letter of it', async () => {
      const report = await scene().claimedReport(smsPart());
      const reply = { kind: 'refusal', text: 'Laporan Anda perlu perhatian petugas' } as const;
      const buried = { seq: report.seq, code: 'invalid', message: 'no category', atMs: scene().nowMs, reply };
      await scene().store.buryReports([buried]);
      await scene().store.buryReports([buried]);
      const letter = only(await scene().store.deadLetters());
      expect(letter).to.include({
        kind: 'report',
        subject: report.message.id,
        code: 'invalid',
        message: 'no category',
      });
      expect(await sendAll(scene())).to.deep.equal([reply.text]);
    });

    it('lets the next report of the sender go on when one was buried', async () => {
      await scene().accept([smsPart({ text: 'satu' }), smsPart({ text: 'dua' })]);
      const first = only(await scene().claimReports());
      await scene().store.buryReports([{ seq: first.seq, code: 'x', message: 'x', atMs: 0, reply: null }]);
      expect(texts(await scene().claimReports())).to.deep.equal(['dua']);
    });
  });
}

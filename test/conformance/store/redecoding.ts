import { expect } from 'chai';
import type { RedecodeRequest } from '../../../src/ports/operations.js';
import { binaryPart, longSms, smsPart } from '../../fakes/parts.js';
import { only, type Scene } from './scene.js';

/** `José`, as Latin-1. Read as GSM 03.38, the last octet is another letter. */
const latin1 = Buffer.from('José', 'latin1');
const misread = { raw: latin1, text: 'Jos\u00e1', encoding: 'gsm7' } as const;

async function redecode(scene: Scene, given: Partial<RedecodeRequest> = {}) {
  const request = { partId: 1, encoding: 'latin1', textOffset: 0, apply: true, atMs: scene.nowMs, ...given };
  const redecoded = await scene.store.redecodePart(request);
  if (redecoded === null) throw new Error('there is no such part');
  return redecoded;
}

export function describeRedecoding(scene: () => Scene): void {
  describe('reading stored parts again', () => {
    it('knows no part that never was', async () => {
      const request = { partId: 7, encoding: 'latin1', textOffset: 0, apply: true, atMs: 0 };
      expect(await scene().store.redecodePart(request)).to.equal(null);
    });

    it('shows parts by number, by report and those that nobody could read; never an address', async () => {
      await scene().accept([smsPart(), binaryPart(), ...longSms(['satu', 'dua'], 1)]);
      const numbers = async (choice: Parameters<Scene['store']['storedParts']>[0]) =>
        (await scene().store.storedParts(choice, 10)).map((part) => part.partId);
      expect(await numbers({ by: 'unreadable' })).to.deep.equal([2]);
      expect(await numbers({ by: 'number', partIds: [4, 9, 1] })).to.deep.equal([4, 1]);
      const [, long] = await scene().claimReports();
      const [first] = await scene().store.storedParts({ by: 'number', partIds: [3] }, 1);
      expect(await numbers({ by: 'report', id: first?.reportId ?? '' })).to.deep.equal([3, 4]);
      expect(await numbers({ by: 'report', id: 'T99' })).to.deep.equal([]);
      expect(JSON.stringify(first)).to.not.include(smsPart().from);
      expect(long).to.equal(undefined);
    });

    it('makes a report of a dead letter', async () => {
      await scene().accept([binaryPart({ raw: Buffer.from('Air mati', 'latin1') })]);
      const redecoded = await redecode(scene());
      expect(redecoded).to.deep.include({
        effect: 'report_made',
        before: { encoding: 'binary', text: null },
        after: { encoding: 'latin1', text: 'Air mati' },
      });
      expect(await scene().store.deadLetters()).to.deep.equal([]);
      const { message } = only(await scene().claimReports());
      expect(message).to.include({ id: redecoded.reportId, text: 'Air mati', encoding: 'latin1', parts: 1 });
      expect(await scene().story(message.id)).to.include('re-decoded');
    });

    it('flags what was a piece of a long message', async () => {
      await scene().accept([binaryPart({ concat: { reference: 1, total: 2, sequence: 2 } })]);
      await redecode(scene());
      expect(only(await scene().claimReports()).message.flags).to.deep.equal(['truncated']);
    });

    it('changes nothing until it is applied', async () => {
      await scene().accept([binaryPart(), smsPart(misread)]);
      const before = await scene().store.storedParts({ by: 'number', partIds: [1, 2] }, 2);
      expect((await redecode(scene(), { apply: false })).effect).to.equal('report_made');
      expect(await redecode(scene(), { apply: false, partId: 2 })).to.deep.include({
        effect: 'report_corrected',
        before: { encoding: 'gsm7', text: misread.text },
        after: { encoding: 'latin1', text: 'José' },
      });
      expect(await scene().store.storedParts({ by: 'number', partIds: [1, 2] }, 2)).to.deep.equal(before);
      expect(only(await scene().claimReports()).message.text).to.equal(misread.text);
    });

    it('corrects a report that waits, and hands it out corrected', async () => {
      await scene().accept([smsPart(misread)]);
      expect((await redecode(scene())).effect).to.equal('report_corrected');
      const { message } = only(await scene().claimReports());
      expect(message).to.include({ text: 'José', encoding: 'latin1' });
      expect(await scene().story(message.id)).to.include('re-decoded');
      expect(only(await scene().store.storedParts({ by: 'number', partIds: [1] }, 1)).encoding).to.equal('latin1');
    });

    it('says so when it reads the same either way, and notes nothing', async () => {
      await scene().accept([smsPart()]);
      const redecoded = await redecode(scene());
      expect(redecoded.effect).to.equal('nothing_new');
      expect(await scene().story(redecoded.reportId ?? '')).to.not.include('re-decoded');
    });

    it('corrects one piece within its long message, beyond its header', async () => {
      const [first, second] = longSms(['Saya ', 'X'], 1);
      const header = second?.raw.subarray(0, 6) ?? Buffer.alloc(0);
      await scene().accept([
        first ?? smsPart(),
        smsPart({ ...second, raw: Buffer.concat([header, latin1]), text: misread.text }),
      ]);
      expect((await redecode(scene(), { partId: 2, textOffset: 6 })).after).to.deep.equal({
        encoding: 'gsm7+latin1',
        text: 'Saya José',
      });
      expect(only(await scene().claimReports()).message.text).to.equal('Saya José');
    });

    it('corrects a piece whose long message is incomplete, so that it joins as it should', async () => {
      const [first, second] = longSms(['A', 'bc'], 1);
      const header = first?.raw.subarray(0, 6) ?? Buffer.alloc(0);
      await scene().accept([smsPart({ ...first, raw: Buffer.concat([header, latin1]), text: misread.text })]);
      expect((await redecode(scene(), { textOffset: 6 })).effect).to.equal('will_join');
      await scene().accept([second ?? smsPart()]);
      expect(only(await scene().claimReports()).message.text).to.equal('Josébc');
    });

    it('leaves alone what is in the tracker, and says where to correct it', async () => {
      await scene().forward(await scene().claimedReport(smsPart(misread)), { trackingId: '1000001' });
      const { effect, reason } = await redecode(scene());
      expect(effect).to.equal('refused');
      expect(reason).to.include('#1000001').and.include('correct it in the tracker');
    });

    it('leaves alone what is on its way, and takes it once it is put off', async () => {
      const report = await scene().claimedReport(smsPart(misread));
      expect(await redecode(scene())).to.include({ effect: 'refused' });
      await scene().store.postponeReports([{ seq: report.seq, dueAtMs: 0, cause: 'busy', atMs: 0 }]);
      expect(await redecode(scene())).to.include({ effect: 'report_corrected' });
    });

    it('corrects a report that is a dead letter, but not one that was discarded', async () => {
      const { seq } = await scene().claimedReport(smsPart(misread));
      await scene().store.buryReports([{ seq, code: 'invalid', message: 'no', atMs: 0, reply: null }]);
      expect((await redecode(scene())).effect).to.equal('report_corrected');
      const letter = only(await scene().store.deadLetters());
      await scene().store.discardDeadLetters([letter.id], 'uji coba', 0);
      expect(await redecode(scene(), { encoding: 'gsm7' })).to.deep.include({
        effect: 'refused',
        reason: 'its report was closed: discarded: uji coba',
      });
    });

    for (const { label, part, reason } of [
      { label: 'a PDU that did not add up', part: binaryPart({ oddity: 'malformed_pdu' }), reason: 'did not add up' },
      { label: 'a receipt', part: binaryPart({ oddity: 'unreadable_receipt' }), reason: 'a delivery receipt' },
    ]) {
      it(`makes no report of ${label}`, async () => {
        await scene().accept([part]);
        const redecoded = await redecode(scene());
        expect(redecoded.effect).to.equal('refused');
        expect(redecoded.reason).to.include(reason);
        expect(await scene().claimReports()).to.deep.equal([]);
      });
    }

    it('makes no report of a dead letter that was discarded, nor two of one', async () => {
      await scene().accept([binaryPart(), binaryPart()]);
      const [letter] = await scene().store.deadLetters();
      await scene().store.discardDeadLetters([letter?.id ?? 0], 'uji coba', 0);
      expect((await redecode(scene())).effect).to.equal('refused');
      expect((await redecode(scene(), { partId: 2 })).effect).to.equal('report_made');
      expect((await redecode(scene(), { partId: 2 })).effect).to.equal('nothing_new');
      expect(await scene().claimReports()).to.have.length(1);
    });

    it('is done beside a running gateway', async () => {
      await scene().accept([binaryPart()]);
      const beside = await scene().place.openForOperator();
      const request = { partId: 1, encoding: 'latin1', textOffset: 0, apply: true, atMs: 0 };
      expect((await beside.redecodePart(request))?.effect).to.equal('report_made');
      await beside.close();
      expect(await scene().claimReports()).to.have.length(1);
      await scene().accept([smsPart()]);
    });
  });
}

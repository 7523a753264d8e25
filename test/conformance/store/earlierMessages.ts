import { expect } from 'chai';
import type { Part } from '../../../src/ports/channel.js';
import type { ReportClaim } from '../../../src/ports/store.js';
import { citizen, neighbour, smsPart, startMs } from '../../fakes/parts.js';
import { only, type Scene, texts } from './scene.js';

/** A post under the name that its channel gives it. */
function post(externalId: string, text: string, given: Partial<Part> = {}): Part {
  return smsPart({ externalId, text, ...given });
}

function edit(externalId: string, of: string, text: string, given: Partial<Part> = {}): Part {
  return post(externalId, text, { about: { externalId: of, change: 'edited' }, ...given });
}

function deletion(of: string, given: Partial<Part> = {}): Part {
  return smsPart({ text: null, raw: Buffer.from('{}'), about: { externalId: of, change: 'deleted' }, ...given });
}

export function describeEarlierMessages(scene: () => Scene): void {
  const forwardedPost = async (externalId: string, text: string): Promise<ReportClaim> => {
    const claim = await scene().claimedReport(post(externalId, text));
    await scene().forward(claim);
    return claim;
  };

  const rawTexts = async (): Promise<string[]> => (await scene().place.rawParts()).map((raw) => raw.toString('latin1'));

  describe('the thread that a message belongs to', () => {
    it('is the ticket of the message that it answers, or that began the conversation', async () => {
      const first = await forwardedPost('P1', 'Lampu padam');
      await forwardedPost('P2', 'Jalan rusak');
      for (const extras of [{ inReplyTo: 'P1' }, { conversation: 'P1' }, { inReplyTo: 'X', conversation: 'P1' }]) {
        const { context, seq } = await scene().claimedReport(post('', 'sudah tiga hari', { extras }));
        expect(context.thread?.seq, JSON.stringify(extras)).to.equal(first.seq);
        await scene().handle(seq, { as: 'kept' });
      }
    });

    it('is the ticket of the reply that it answers, by any of its segments', async () => {
      const first = await forwardedPost('P1', 'Lampu padam');
      await scene().outcome(only(await scene().claimReplies()), { kind: 'accepted', externalIds: ['R1', 'R2'] });
      await forwardedPost('P2', 'Jalan rusak');
      const { context } = await scene().claimedReport(post('P3', 'masih padam', { extras: { inReplyTo: 'R2' } }));
      expect(context.thread?.seq).to.equal(first.seq);
    });

    it('goes on through a message that was a follow-up itself', async () => {
      const first = await forwardedPost('P1', 'Lampu padam');
      const followUp = await scene().claimedReport(post('P2', 'tiga hari', { extras: { inReplyTo: 'P1' } }));
      await scene().handle(followUp.seq, { as: 'followed_up', ticketSeq: first.seq });
      await forwardedPost('P3', 'Jalan rusak');
      const { context } = await scene().claimedReport(post('P4', 'empat hari', { extras: { inReplyTo: 'P2' } }));
      expect(context.thread?.seq).to.equal(first.seq);
    });

    const foreign: readonly { label: string; extras: Part['extras']; channelId?: string; from?: string }[] = [
      { label: 'a message of another person', extras: { inReplyTo: 'P1' }, from: neighbour },
      { label: 'our reply to another person', extras: { inReplyTo: 'R1' }, from: neighbour },
      { label: 'a message of another channel', extras: { inReplyTo: 'P1' }, channelId: 'indosat' },
      { label: 'nothing that we know', extras: { inReplyTo: 'P9', conversation: 'P8' } },
      { label: 'itself', extras: { conversation: 'P7' } },
    ];
    for (const { label, extras = {}, channelId = 'telkomsel', from = citizen } of foreign) {
      it(`is none where it answers ${label}`, async () => {
        await forwardedPost('P1', 'Lampu padam');
        await scene().outcome(only(await scene().claimReplies()), { kind: 'accepted', externalIds: ['R1'] });
        await scene().forward(await scene().claimedReport(smsPart({ from: neighbour })));
        await scene().accept([post('P7', 'di sini juga', { extras, from })], { channelId });
        expect(only(await scene().claimReports()).context.thread).to.equal(null);
      });
    }
  });

  describe('a message that edits an earlier one', () => {
    it('comes with the ticket of that one, by any of its versions', async () => {
      const first = await forwardedPost('P1', 'Lampu padm');
      const second = await scene().claimedReport(edit('P2', 'P1', 'Lampu padam'));
      expect(second.message).to.include({ change: 'edited', text: 'Lampu padam' });
      expect(second.context.thread?.seq).to.equal(first.seq);
      await scene().handle(second.seq, { as: 'followed_up', ticketSeq: first.seq });
      const third = await scene().claimedReport(edit('P3', 'P2', 'Lampu padam sejak Senin'));
      expect(third.context.thread?.seq).to.equal(first.seq);
    });

    it('stands alone where the earlier one is not known, or is not theirs', async () => {
      await forwardedPost('P1', 'Lampu padam');
      await scene().accept([edit('P2', 'P9', 'satu'), edit('P3', 'P1', 'dua', { from: neighbour })]);
      const claims = await scene().claimReports();
      expect(texts(claims)).to.deep.equal(['satu', 'dua']);
      expect(claims.map(({ context }) => context.thread)).to.deep.equal([null, null]);
    });
  });

  describe('a message that deletes an earlier one', () => {
    it('takes all its versions out of the store in the same transaction, and comes with its ticket', async () => {
      const first = await forwardedPost('P1', 'rahasia satu');
      const second = await scene().claimedReport(edit('P2', 'P1', 'rahasia dua'));
      await scene().handle(second.seq, { as: 'followed_up', ticketSeq: first.seq });
      await scene().accept([deletion('P2')]);
      expect((await rawTexts()).join()).not.to.contain('rahasia');
      const claim = only(await scene().claimReports());
      expect(claim.message).to.include({ change: 'deleted', text: '' });
      expect(claim.context.thread).to.include({ seq: first.seq, text: '' });
      expect(await scene().story(first.message.id)).to.include('deleted by its author');
    });

    it('leaves one that still waits in its place, empty and flagged', async () => {
      await scene().accept([
        post('P1', 'rahasia', { extras: { audience: 'public', publicUrl: 'https://x.example/1' } }),
      ]);
      await scene().accept([deletion('P1')]);
      const claim = only(await scene().claimReports());
      expect(claim.message).to.deep.include({
        text: '',
        flags: ['deleted'],
        extras: { audience: 'public' },
        change: null,
      });
      await scene().handle(claim.seq, { as: 'kept' });
      expect(only(await scene().claimReports()).message.change).to.equal('deleted');
    });

    it('takes one along that could not be read', async () => {
      await scene().accept([post('P1', '', { text: null, raw: Buffer.from('rahasia'), oddity: 'binary' })]);
      await scene().accept([deletion('P1')]);
      expect((await rawTexts()).join()).not.to.contain('rahasia');
    });

    it('touches nothing of another person, another channel or another message', async () => {
      await forwardedPost('P1', 'tetap di sini');
      await scene().accept([deletion('P1', { from: neighbour }), deletion('P2'), deletion('')]);
      await scene().accept([deletion('P1')], { channelId: 'indosat' });
      expect(await rawTexts()).to.include('tetap di sini');
      for (const { context } of await scene().claimReports()) expect(context.thread).to.equal(null);
    });

    it('is a message in its order: what its sender wrote before comes first', async () => {
      await scene().accept([post('P1', 'satu'), deletion('P1'), post('P2', 'dua', { receivedAtMs: startMs + 1 })]);
      expect(await scene().drainReports()).to.deep.equal(['', '', 'dua']);
    });

    it('changes nothing when it comes again', async () => {
      await forwardedPost('P1', 'satu');
      const part = deletion('P1');
      await scene().accept([part]);
      expect(await scene().accept([part])).to.include({ reports: 0, duplicates: 1 });
    });
  });
}

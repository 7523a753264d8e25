import { expect } from 'chai';
import { type Handled, recentTicketsMax, type SenderContext } from '../../../src/ports/conversation.js';
import type { ReportClaim } from '../../../src/ports/store.js';
import { citizen, neighbour, smsPart, startMs } from '../../fakes/parts.js';
import { only, type Scene, texts } from './scene.js';

const hourMs = 3_600_000;

const nobodyKnown: SenderContext = {
  tickets: [],
  thread: null,
  notes: { stopped: false, language: null, question: null, pace: null },
};

/** The context with which the sender's next message is claimed. The claim is given back. */
async function nextContext(scene: Scene, from = citizen): Promise<SenderContext> {
  const { context, seq } = await scene.claimedReport(smsPart({ from, text: 'halo' }));
  await scene.handle(seq, { as: 'kept' });
  return context;
}

export function describeConversation(scene: () => Scene): void {
  describe('what is known of a sender', () => {
    it('is nothing, of somebody who never wrote', async () => {
      await scene().forward(await scene().claimedReport(smsPart({ from: neighbour })));
      expect((await scene().claimedReport(smsPart())).context).to.deep.equal(nobodyKnown);
    });

    it('is their ticket, as it stands', async () => {
      const report = await scene().claimedReport(smsPart({ text: 'Lampu padam', receivedAtMs: startMs - 5 }));
      await scene().forward(report, { trackingId: '9165816', atMs: startMs + 5 });
      await scene().status(report, 1, { trackingId: '9165816', status: 'forwarded' });
      const { tickets } = await nextContext(scene());
      expect(tickets).to.deep.equal([
        {
          seq: report.seq,
          trackingId: '9165816',
          status: 'forwarded',
          receivedAtMs: startMs - 5,
          forwardedAtMs: startMs + 5,
          text: 'Lampu padam',
        },
      ]);
    });

    it('is no more than their newest tickets, of all channels, the newest first', async () => {
      const made: string[] = [];
      for (let index = 0; index <= recentTicketsMax; index += 1) {
        const channelId = index % 2 === 0 ? 'telkomsel' : 'indosat';
        await scene().accept([smsPart()], { channelId });
        await scene().forward(only(await scene().claimReports()), { trackingId: `N${index}` });
        made.unshift(`N${index}`);
      }
      const { tickets } = await nextContext(scene());
      expect(tickets.map(({ trackingId }) => trackingId)).to.deep.equal(made.slice(0, recentTicketsMax));
    });

    it('is what was noted with a ticket or with a message, each change by itself, over a restart', async () => {
      const noted = async () => (await nextContext(scene())).notes;
      const pace = { sinceMs: startMs, answers: 2 };
      await scene().forward(await scene().claimedReport(smsPart()), { notes: { language: 'en', pace } });
      expect(await noted()).to.deep.equal({ stopped: false, language: 'en', question: null, pace });
      const stop = await scene().claimedReport(smsPart({ text: 'STOP' }));
      await scene().handle(stop.seq, { as: 'answered', notes: { stopped: true } });
      await scene().restart();
      expect(await noted()).to.deep.equal({ stopped: true, language: 'en', question: null, pace });
      const start = await scene().claimedReport(smsPart({ text: 'MULAI' }));
      await scene().handle(start.seq, { as: 'answered', notes: { stopped: false, language: null, pace: null } });
      expect(await noted()).to.deep.equal(nobodyKnown.notes);
      expect((await nextContext(scene(), neighbour)).notes).to.deep.equal(nobodyKnown.notes);
    });

    it('is what was noted with a message that waits for a person', async () => {
      const { seq } = await scene().claimedReport(smsPart());
      const pace = { sinceMs: startMs, answers: 3 };
      await scene().store.buryReports([{ seq, code: 'x', message: 'x', atMs: startMs, reply: null, notes: { pace } }]);
      expect((await nextContext(scene())).notes.pace).to.deep.equal(pace);
    });

    it('is the same when a claim is given back', async () => {
      await scene().forward(await scene().claimedReport(smsPart()), { notes: { language: 'en' } });
      const claim = await scene().claimedReport(smsPart());
      await scene().store.releaseReports([claim.seq]);
      expect(only(await scene().claimReports())).to.deep.equal(claim);
    });
  });

  describe('a ticket that a sender names', () => {
    it('is found however old it is, and only if it is theirs', async () => {
      const mine = await scene().claimedReport(smsPart());
      await scene().forward(mine, { trackingId: 'LAMA' });
      for (let index = 0; index < recentTicketsMax; index += 1) {
        await scene().forward(await scene().claimedReport(smsPart()), { trackingId: `N${index}` });
      }
      const asked = await scene().claimedReport(smsPart({ text: 'STATUS LAMA' }));
      const stranger = await scene().claimedReport(smsPart({ text: 'STATUS LAMA', from: neighbour }));
      expect(await scene().store.ownTicket(asked.seq, 'LAMA')).to.include({ seq: mine.seq, trackingId: 'LAMA' });
      expect(await scene().store.ownTicket(stranger.seq, 'LAMA')).to.equal(null);
      expect(await scene().store.ownTicket(asked.seq, 'TAK-ADA')).to.equal(null);
    });

    it('is their own, where the tracker joined reports of several people', async () => {
      const mine = await scene().claimedReport(smsPart());
      await scene().forward(mine, { trackingId: 'SAMA' });
      await scene().forward(await scene().claimedReport(smsPart({ from: neighbour })), { trackingId: 'SAMA' });
      const asked = await scene().claimedReport(smsPart());
      expect((await scene().store.ownTicket(asked.seq, 'SAMA'))?.seq).to.equal(mine.seq);
    });
  });

  describe('messages that make no report', () => {
    const handledAs: readonly Handled['as'][] = ['followed_up', 'answered', 'kept'];
    for (const as of handledAs) {
      it(`are out of the queue when they are ${as}, and the answer in the other`, async () => {
        await scene().accept([smsPart({ text: 'STATUS' }), smsPart({ text: 'berikutnya' })]);
        const claim = only(await scene().claimReports());
        await scene().handle(claim.seq, { as, reply: { kind: 'information', text: 'jawaban' } });
        expect(texts(await scene().claimReports())).to.deep.equal(['berikutnya']);
        expect(texts(await scene().claimReplies())).to.deep.equal(['jawaban']);
        expect((await nextContext(scene(), neighbour)).tickets).to.deep.equal([]);
      });
    }

    it('are told in their own trace and in that of the ticket', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report);
      const claim = await scene().claimedReport(smsPart({ text: 'BELUM' }));
      await scene().handle(claim.seq, { as: 'followed_up', ticketSeq: report.seq, detail: 'not_resolved' });
      const own = await scene().store.trace(claim.message.id);
      expect(own?.entries).to.deep.include({ atMs: scene().nowMs, what: 'followed up', detail: 'not_resolved' });
      expect(await scene().story(report.message.id)).to.include('message followed up');
    });

    it('change nothing when another worker has brought them to their end', async () => {
      const claim = await scene().claimedReport(smsPart({ text: 'STATUS' }));
      await scene().handle(claim.seq, { as: 'answered', reply: { kind: 'information', text: 'sekali' } });
      const late = { as: 'kept', reply: { kind: 'information', text: 'lagi' }, notes: { stopped: true } } as const;
      await scene().handle(claim.seq, late);
      expect(texts(await scene().claimReplies())).to.deep.equal(['sekali']);
      expect((await nextContext(scene())).notes.stopped).to.equal(false);
    });
  });

  describe('questions', () => {
    const place = { about: 'place', untilMs: startMs + hourMs } as const;
    const info = { about: 'needs_info', untilMs: startMs + 24 * hourMs } as const;
    const openQuestion = async () => (await nextContext(scene())).notes.question;

    it('open with the ticket, and end when they are answered', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { question: place, atMs: startMs + 7 });
      const question = await openQuestion();
      expect(question).to.include({ ...place, askedAtMs: startMs + 7 });
      expect(question?.ticket.seq).to.equal(report.seq);
      const answer = await scene().claimedReport(smsPart({ text: 'Sukasada' }));
      await scene().handle(answer.seq, { as: 'followed_up', notes: { question: null } });
      expect(await openQuestion()).to.equal(null);
    });

    it('of the agency open with the event, and end when the ticket moves on', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report);
      await scene().status(report, 1, { status: 'needs_info', question: info });
      expect((await openQuestion())?.about).to.equal('needs_info');
      await scene().status(report, 2, { status: 'in_progress' });
      expect(await openQuestion()).to.equal(null);
    });

    it('of ours stay open when the ticket moves', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().forward(report, { question: place });
      await scene().status(report, 1);
      expect((await openQuestion())?.about).to.equal('place');
    });

    it('give way to newer ones, and another ticket that moves ends none', async () => {
      const [one, other] = [
        await scene().claimedReport(smsPart()),
        await scene().claimedReport(smsPart({ from: neighbour })),
      ];
      await scene().forward(one, { question: place });
      await scene().forward(other);
      const second = await scene().claimedReport(smsPart());
      await scene().forward(second);
      await scene().status(second, 1, { status: 'needs_info', question: info });
      await scene().status(one, 1);
      await scene().status(other, 1);
      expect((await openQuestion())?.ticket.seq).to.equal(second.seq);
    });

    it('of an event that came before the ticket open when that is recorded', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().status(report, 1, { status: 'needs_info', question: info });
      await scene().forward(report);
      expect(await openQuestion()).to.include(info);
    });
  });
}

export function describeNotices(scene: () => Scene): void {
  const morningMs = startMs + 8 * hourMs;
  const morning = { kind: 'status', text: 'Kabar pagi', notBeforeMs: morningMs } as const;

  /** All replies of the citizen, in the order in which they go out. */
  async function sent(): Promise<string[]> {
    const all: string[] = [];
    for (let claims = await scene().claimReplies(); claims.length > 0; claims = await scene().claimReplies()) {
      const claim = only(claims);
      all.push(claim.text);
      await scene().outcome(claim, { kind: 'accepted', externalIds: [] });
    }
    return all;
  }

  async function forwarded(): Promise<ReportClaim> {
    const report = await scene().claimedReport(smsPart());
    await scene().forward(report, { reply: null });
    return report;
  }

  async function sayStop(stopped = true): Promise<void> {
    const claim = await scene().claimedReport(smsPart({ text: 'STOP' }));
    await scene().handle(claim.seq, { as: 'answered', notes: { stopped } });
  }

  describe('replies that wait for their time', () => {
    it('hold up nothing, and are queued when it has come, over a restart', async () => {
      const report = await forwarded();
      await scene().status(report, 1, { reply: morning });
      await scene().status(report, 2);
      expect(await scene().store.releaseNotices(morningMs - 1, 10)).to.equal(0);
      expect(await sent()).to.deep.equal(['Kabar 2']);
      expect(await scene().story(report.message.id)).to.include('reply held');
      await scene().restart();
      expect(await scene().store.releaseNotices(morningMs, 10)).to.equal(1);
      expect(await scene().store.releaseNotices(morningMs, 10)).to.equal(0);
      expect(await sent()).to.deep.equal(['Kabar pagi']);
      expect((await scene().store.counts()).noticesWaiting).to.equal(0);
    });

    it('are taken in their order, no more than asked for', async () => {
      const report = await forwarded();
      for (const [sequence, text] of ['satu', 'dua', 'tiga'].entries()) {
        await scene().status(report, sequence, { reply: { ...morning, text } });
      }
      expect(await scene().store.releaseNotices(morningMs, 2)).to.equal(2);
      expect(await sent()).to.deep.equal(['satu', 'dua']);
      expect(await scene().store.releaseNotices(morningMs, 2)).to.equal(1);
      expect(await sent()).to.deep.equal(['tiga']);
    });

    it('go at once when their time is past', async () => {
      await scene().status(await forwarded(), 1, { reply: { ...morning, notBeforeMs: startMs } });
      expect(await sent()).to.deep.equal(['Kabar pagi']);
    });

    it('of an event that came before the ticket wait as well', async () => {
      const report = await scene().claimedReport(smsPart());
      await scene().status(report, 1, { reply: morning });
      await scene().forward(report, { reply: null });
      expect(await sent()).to.deep.equal([]);
      await scene().store.releaseNotices(morningMs, 10);
      expect(await sent()).to.deep.equal(['Kabar pagi']);
    });
  });

  describe('replies that nobody asked for', () => {
    const unasked = { kind: 'status', text: 'tanpa diminta', unasked: true } as const;

    it('go to whoever did not say STOP', async () => {
      await scene().status(await forwarded(), 1, { reply: unasked });
      expect(await sent()).to.deep.equal(['tanpa diminta']);
    });

    it('do not go to who did; others do, and the trace tells', async () => {
      const report = await forwarded();
      await sayStop();
      await scene().status(report, 1, { reply: unasked });
      await scene().status(report, 2);
      expect(await sent()).to.deep.equal(['Kabar 2']);
      expect(await scene().story(report.message.id)).to.include('reply dropped');
    });

    it('do not go to who said so while they waited', async () => {
      const report = await forwarded();
      await scene().status(report, 1, { reply: { ...unasked, notBeforeMs: morningMs } });
      await sayStop();
      expect(await scene().store.releaseNotices(morningMs, 10)).to.equal(1);
      expect(await sent()).to.deep.equal([]);
      expect(await scene().story(report.message.id)).to.include('reply dropped');
    });

    it('do not go to who told the provider of the channel so, which an outcome said', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      const outcome = { kind: 'withheld', code: 'opted_out', cause: 'the provider has a STOP of theirs' } as const;
      await scene().outcome(reply, outcome, { stopped: true });
      await scene().restart();
      expect((await nextContext(scene(), neighbour)).notes.stopped).to.equal(false);
      await scene().status(report, 1, { reply: unasked });
      await scene().status(report, 2);
      expect(await sent()).to.deep.equal(['Kabar 2']);
      await sayStop(false);
      await scene().status(report, 3, { reply: unasked });
      expect(await sent()).to.deep.equal(['tanpa diminta']);
    });

    it('do not go to who told the provider so, which a receipt said, until START, whatever comes again', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      await scene().outcome(reply, { kind: 'accepted', externalIds: ['SM1'] });
      const receipt = {
        externalIds: ['SM1'],
        state: 'undelivered',
        code: '21610',
        atMs: startMs,
        optedOut: true,
      } as const;
      const tell = () => scene().store.recordReceipts('telkomsel', [receipt]);
      expect(await tell()).to.include({ matched: 1 });
      await scene().status(report, 1, { reply: unasked });
      expect(await sent()).to.deep.equal([]);
      await sayStop(false);
      expect(await tell()).to.include({ repeated: 1 });
      await scene().status(report, 2, { reply: unasked });
      expect(await sent()).to.deep.equal(['tanpa diminta']);
    });

    it('go again after START', async () => {
      const report = await forwarded();
      await sayStop();
      await sayStop(false);
      await scene().status(report, 1, { reply: unasked });
      expect(await sent()).to.deep.equal(['tanpa diminta']);
    });
  });

  describe('reminders', () => {
    const reminder = { kind: 'reminder', text: 'akan ditutup', notBeforeMs: morningMs, whileUnmoved: true } as const;
    const responded = { status: 'responded', reply: null, later: [reminder] } as const;

    const afterwards: readonly { label: string; goes: boolean; happens: (report: ReportClaim) => Promise<unknown> }[] =
      [
        { label: 'nothing happened', goes: true, happens: async () => {} },
        { label: 'the same event came again', goes: true, happens: (report) => scene().status(report, 1, responded) },
        { label: 'the ticket moved', goes: false, happens: (report) => scene().status(report, 2, { reply: null }) },
        {
          label: 'its sender only asked how it stands',
          goes: true,
          happens: async (report) => {
            const claim = await scene().claimedReport(smsPart({ text: 'STATUS' }));
            await scene().handle(claim.seq, { as: 'answered', ticketSeq: report.seq });
          },
        },
        {
          label: 'its sender followed it up',
          goes: false,
          happens: async (report) => {
            const claim = await scene().claimedReport(smsPart({ text: 'SELESAI' }));
            await scene().handle(claim.seq, { as: 'followed_up', ticketSeq: report.seq });
          },
        },
        {
          label: 'its sender said something else',
          goes: true,
          happens: async () => {
            const claim = await scene().claimedReport(smsPart({ text: 'BANTUAN' }));
            await scene().handle(claim.seq, { as: 'answered' });
          },
        },
      ];
    for (const { label, goes, happens } of afterwards) {
      it(`${goes ? 'go' : 'do not go'} out when ${label}`, async () => {
        const report = await forwarded();
        await scene().status(report, 1, responded);
        expect(await sent()).to.deep.equal([]);
        await happens(report);
        expect(await scene().store.releaseNotices(morningMs, 10)).to.equal(1);
        expect(await sent()).to.deep.equal(goes ? ['akan ditutup'] : []);
      });
    }
  });

  describe('what words a status', () => {
    it('comes with the report: channel, audience, zone and language', async () => {
      const part = smsPart({ extras: { audience: 'public' } });
      const report = await scene().claimedReport(part);
      await scene().forward(report, { zone: 'Asia/Makassar', secret: true, notes: { language: 'en' } });
      const other = await scene().claimedReport(smsPart({ from: neighbour }));
      const ids = [report.message.id, other.message.id, '019a0000-0000-7000-8000-000000000000', 'bukan-uuid'];
      expect([...(await scene().store.ticketContexts(ids))]).to.deep.equal([
        [
          report.message.id,
          {
            channelId: 'telkomsel',
            medium: 'sms',
            audience: 'public',
            language: 'en',
            zone: 'Asia/Makassar',
            secret: true,
          },
        ],
        [
          other.message.id,
          { channelId: 'telkomsel', medium: 'sms', audience: 'private', language: null, zone: null, secret: false },
        ],
      ]);
    });
  });
}

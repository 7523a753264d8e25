import { expect } from 'chai';
import type { Outcome } from '../../../src/ports/channel.js';
import type { ReplyClaim } from '../../../src/ports/store.js';
import { citizen, neighbour, smsPart } from '../../fakes/parts.js';
import { leaseMs, only, type Scene, texts } from './scene.js';

const deadLetter = { code: 'UNREACHABLE', message: 'the number is gone' };

interface OutcomeCase {
  readonly label: string;
  readonly outcome: Outcome;
  /** Milliseconds until it is tried again; null: never. */
  readonly retryMs: number | null;
  readonly buried: boolean;
  readonly uncertainAttempts?: number;
  /** What the trace says of it. */
  readonly word: string;
}

const outcomes: readonly OutcomeCase[] = [
  {
    label: 'accepted',
    outcome: { kind: 'accepted', externalIds: ['A1'] },
    retryMs: null,
    buried: false,
    word: 'reply accepted',
  },
  {
    label: 'unsent, to be tried again',
    outcome: { kind: 'unsent', cause: 'throttled' },
    retryMs: 1_000,
    buried: false,
    uncertainAttempts: 0,
    word: 'reply unsent',
  },
  {
    label: 'unsent once too often',
    outcome: { kind: 'unsent', cause: 'no link' },
    retryMs: null,
    buried: true,
    word: 'reply unsent',
  },
  {
    label: 'rejected',
    outcome: { kind: 'rejected', code: '0x0000000B', cause: 'ESME_RINVDSTADR', externalIds: ['A1'] },
    retryMs: null,
    buried: true,
    word: 'reply rejected',
  },
  {
    label: 'withheld',
    outcome: { kind: 'withheld', code: 'one_answer_only', cause: 'a second automated answer is against the rules' },
    retryMs: null,
    buried: false,
    word: 'reply withheld',
  },
  {
    label: 'uncertain, to be sent again',
    outcome: { kind: 'uncertain', cause: 'the link died' },
    retryMs: 5_000,
    buried: false,
    uncertainAttempts: 1,
    word: 'reply uncertain',
  },
  {
    label: 'uncertain, held',
    outcome: { kind: 'uncertain', cause: 'the link died', externalIds: ['A1'] },
    retryMs: null,
    buried: true,
    word: 'reply uncertain',
  },
];

export function describeReplies(scene: () => Scene): void {
  describe('claiming replies', () => {
    it('hands a reply to the channel that the report came by, with the address and what it answers', async () => {
      const part = smsPart({ externalId: 'MO-77' });
      const { report, reply } = await scene().claimedReply(part);
      const { id, seq, ...rest } = reply;
      expect(id).to.match(/^[0-9a-f-]{36}$/);
      expect(seq).to.be.a('number');
      expect(rest).to.deep.equal({
        channelId: 'telkomsel',
        to: citizen,
        text: `Laporan Anda kami terima, no. T${report.seq}`,
        kind: 'acknowledgement',
        attempts: 0,
        inReplyTo: 'MO-77',
        uncertainAttempts: 0,
      });
    });

    it('hands one channel nothing of another, and an unheard-of one nothing', async () => {
      await scene().accept([smsPart({ from: neighbour })], { channelId: 'indosat' });
      await scene().forward(only(await scene().claimReports()));
      await scene().forward(await scene().claimedReport(smsPart()));
      expect(await scene().claimReplies(100, 'three')).to.deep.equal([]);
      expect(only(await scene().claimReplies(100, 'indosat')).to).to.equal(neighbour);
      expect(only(await scene().claimReplies(100, 'telkomsel')).to).to.equal(citizen);
    });

    it('has one reply to a sender under way at a time, in order', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      await scene().status(report, 1);
      await scene().status(report, 2);
      expect(await scene().claimReplies()).to.deep.equal([]);
      await scene().outcome(reply, { kind: 'accepted', externalIds: [] });
      const next = only(await scene().claimReplies());
      expect(next.text).to.equal('Kabar 1');
      await scene().outcome(next, { kind: 'accepted', externalIds: [] });
      expect(texts(await scene().claimReplies())).to.deep.equal(['Kabar 2']);
    });

    it('lets no channel wait for a reply that another channel owes the same sender', async () => {
      const { reply } = await scene().claimedReply(smsPart());
      await scene().accept([smsPart()], { channelId: 'indosat' });
      await scene().forward(only(await scene().claimReports()), { trackingId: 'lewat-indosat' });
      const other = only(await scene().claimReplies(100, 'indosat'));
      expect(other.text).to.contain('lewat-indosat');
      await scene().store.releaseReplies([reply.seq]);
      expect(only(await scene().claimReplies()).seq).to.equal(reply.seq);
    });

    it('gives a released reply out again as it was', async () => {
      const { reply } = await scene().claimedReply(smsPart());
      await scene().store.releaseReplies([reply.seq]);
      expect(only(await scene().claimReplies())).to.deep.equal(reply);
    });

    const deaths: readonly { label: string; die: (scene: Scene) => Promise<void> }[] = [
      {
        label: 'whose lease ended',
        die: async (dying) => {
          dying.nowMs += leaseMs;
        },
      },
      { label: 'of a gateway that died', die: (dying) => dying.restart() },
    ];
    for (const { label, die } of deaths) {
      it(`says that a reply ${label} was perhaps sent`, async () => {
        const { reply } = await scene().claimedReply(smsPart());
        await die(scene());
        expect(only(await scene().claimReplies())).to.deep.equal({ ...reply, uncertainAttempts: 1 });
      });
    }

    it('knows of replies that were claimed together which were under way when their worker died', async () => {
      const [done, failed, released, buried, left] = await fiveReplies(scene());
      await scene().outcome(done, { kind: 'accepted', externalIds: [] });
      await scene().outcome(failed, { kind: 'unsent', cause: 'throttled' }, { retryAtMs: scene().nowMs });
      await scene().store.releaseReplies([released.seq]);
      await scene().outcome(buried, { kind: 'rejected', code: '1', cause: 'no such number' }, { deadLetter });
      const letter = only(await scene().store.deadLetters());
      await scene().store.retryDeadLetters([letter.id], scene().nowMs);
      await scene().restart();
      const again = await scene().claimReplies();
      expect(new Map(again.map(({ seq, uncertainAttempts }) => [seq, uncertainAttempts]))).to.deep.equal(
        new Map([
          [failed.seq, 0],
          [released.seq, 0],
          [buried.seq, 0],
          [left.seq, 1],
        ]),
      );
    });

    it('counts the attempts that perhaps sent a reply apart from those that surely failed, and forgets neither', async () => {
      const { reply } = await scene().claimedReply(smsPart());
      const kinds = ['unsent', 'uncertain', 'unsent', 'uncertain', 'unsent'] as const;
      let claim = reply;
      for (const kind of kinds) {
        await scene().outcome(claim, { kind, cause: 'no answer' }, { retryAtMs: scene().nowMs });
        claim = only(await scene().claimReplies());
      }
      expect(claim).to.include({ attempts: 5, uncertainAttempts: 2 });
      scene().nowMs += leaseMs;
      expect(only(await scene().claimReplies())).to.include({ attempts: 5, uncertainAttempts: 3 });
    });
  });

  describe('outcomes of replies', () => {
    for (const { label, outcome, retryMs, buried, uncertainAttempts, word } of outcomes) {
      it(`records ${label}`, async () => {
        const { report, reply } = await scene().claimedReply(smsPart());
        const retryAtMs = retryMs === null ? null : scene().nowMs + retryMs;
        await scene().outcome(reply, outcome, { retryAtMs, deadLetter: buried ? deadLetter : null });
        expect(await scene().story(report.message.id)).to.include(word);
        const letters = await scene().store.deadLetters();
        expect(letters.map(({ kind, subject }) => ({ kind, subject }))).to.deep.equal(
          buried ? [{ kind: 'reply', subject: reply.id }] : [],
        );
        await expectRetry(scene(), reply, retryAtMs, uncertainAttempts ?? 0);
      });
    }

    it('lets what the sender is told next wait behind a reply that is to be sent again', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      await scene().status(report, 1);
      await scene().outcome(reply, { kind: 'unsent', cause: 'throttled' }, { retryAtMs: scene().nowMs + 1_000 });
      expect(await scene().claimReplies()).to.deep.equal([]);
      scene().nowMs += 1_000;
      const again = only(await scene().claimReplies());
      expect(again.id).to.equal(reply.id);
      await scene().outcome(again, { kind: 'rejected', code: '1', cause: 'gone' }, { deadLetter });
      expect(texts(await scene().claimReplies())).to.deep.equal(['Kabar 1']);
    });

    it('takes no word from a worker whose reply another one has brought to its end', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      scene().nowMs += leaseMs;
      const same = only(await scene().claimReplies(100, 'telkomsel', 'worker-2'));
      await scene().outcome(same, { kind: 'accepted', externalIds: ['B1'] });
      await scene().receipt('delivered', 'B1');
      await scene().outcome(reply, { kind: 'rejected', code: '1', cause: 'late' }, { deadLetter });
      expect(await scene().store.deadLetters()).to.deep.equal([]);
      expect(await scene().story(report.message.id)).to.include('reply delivered');
    });
  });
}

async function expectRetry(scene: Scene, reply: ReplyClaim, retryAtMs: number | null, uncertainAttempts: number) {
  if (retryAtMs === null) {
    scene.nowMs += 86_400_000;
    expect(await scene.claimReplies()).to.deep.equal([]);
    expect((await scene.store.counts()).repliesWaiting).to.equal(0);
    return;
  }
  scene.nowMs = retryAtMs - 1;
  expect(await scene.claimReplies()).to.deep.equal([]);
  scene.nowMs = retryAtMs;
  expect(only(await scene.claimReplies())).to.deep.equal({ ...reply, attempts: 1, uncertainAttempts });
}

/** Of five senders, by one claim. */
async function fiveReplies(scene: Scene): Promise<[ReplyClaim, ReplyClaim, ReplyClaim, ReplyClaim, ReplyClaim]> {
  await scene.accept([1, 2, 3, 4, 5].map((number) => smsPart({ from: `62812000000${number}` })));
  for (const claim of await scene.claimReports()) await scene.forward(claim);
  const claimed = await scene.claimReplies();
  const [first, second, third, fourth, fifth] = claimed;
  if (!first || !second || !third || !fourth || !fifth) throw new Error(`${claimed.length} replies instead of 5`);
  return [first, second, third, fourth, fifth];
}

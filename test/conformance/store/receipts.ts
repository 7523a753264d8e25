import { expect } from 'chai';
import type { Outcome, Receipt } from '../../../src/ports/channel.js';
import { smsPart } from '../../fakes/parts.js';
import { only, type Scene } from './scene.js';

const summaries = {
  matched: { matched: 1, repeated: 0, orphaned: 0 },
  repeated: { matched: 0, repeated: 1, orphaned: 0 },
  orphaned: { matched: 0, repeated: 0, orphaned: 1 },
} as const;

/** A receipt, under the forms in which its id may be read, and what it must do. */
type Step = readonly [keyof typeof summaries, Receipt['state'], ...[string, ...string[]]];

interface Story {
  readonly label: string;
  readonly outcome: Outcome;
  readonly before?: readonly Step[];
  readonly after?: readonly Step[];
  /** Whether the trace tells of the reply's end, and which. */
  readonly ends: 'delivered' | 'undelivered' | null;
}

const one: Outcome = { kind: 'accepted', externalIds: ['A1'] };
const two: Outcome = { kind: 'accepted', externalIds: ['A1', 'A2'] };

const stories: readonly Story[] = [
  { label: 'delivered', outcome: one, after: [['matched', 'delivered', 'A1']], ends: 'delivered' },
  { label: 'undelivered', outcome: one, after: [['matched', 'undelivered', 'A1']], ends: 'undelivered' },
  { label: 'in transit only', outcome: one, after: [['matched', 'in_transit', 'A1']], ends: null },
  {
    label: 'twice',
    outcome: one,
    after: [
      ['matched', 'delivered', 'A1'],
      ['repeated', 'delivered', 'A1'],
    ],
    ends: 'delivered',
  },
  {
    label: 'an old one after the last',
    outcome: one,
    after: [
      ['matched', 'delivered', 'A1'],
      ['repeated', 'in_transit', 'A1'],
      ['repeated', 'undelivered', 'A1'],
    ],
    ends: 'delivered',
  },
  {
    label: 'delivered after all',
    outcome: one,
    after: [
      ['matched', 'undelivered', 'A1'],
      ['matched', 'delivered', 'A1'],
    ],
    ends: 'delivered',
  },
  { label: 'for one segment of two', outcome: two, after: [['matched', 'delivered', 'A1']], ends: null },
  {
    label: 'for both segments',
    outcome: two,
    after: [
      ['matched', 'delivered', 'A2'],
      ['matched', 'delivered', 'A1'],
    ],
    ends: 'delivered',
  },
  {
    label: 'one segment lost',
    outcome: two,
    after: [
      ['matched', 'delivered', 'A1'],
      ['matched', 'undelivered', 'A2'],
    ],
    ends: 'undelivered',
  },
  { label: 'for an id that nobody has', outcome: one, after: [['orphaned', 'delivered', 'Z9']], ends: null },
  { label: 'before the outcome', outcome: one, before: [['orphaned', 'delivered', 'A1']], ends: 'delivered' },
  {
    label: 'before the outcome, several and twice',
    outcome: two,
    before: [
      ['orphaned', 'in_transit', 'A1'],
      ['orphaned', 'delivered', 'A1'],
      ['orphaned', 'delivered', 'A1'],
      ['orphaned', 'delivered', 'A2'],
    ],
    ends: 'delivered',
  },
  {
    label: 'before and after the outcome',
    outcome: one,
    before: [['orphaned', 'delivered', 'A1']],
    after: [['repeated', 'delivered', 'A1']],
    ends: 'delivered',
  },
  {
    label: 'under the second of the forms that its id may have',
    outcome: { kind: 'accepted', externalIds: ['255'] },
    after: [['matched', 'delivered', 'ff', '255']],
    ends: 'delivered',
  },
  {
    label: 'before the outcome, under a form that was only guessed',
    outcome: { kind: 'accepted', externalIds: ['255'] },
    before: [['orphaned', 'delivered', 'ff', '255']],
    ends: null,
  },
  {
    label: 'for the segment that got through of a reply that was refused',
    outcome: { kind: 'rejected', code: '1', cause: 'refused', externalIds: ['A1'] },
    after: [['matched', 'delivered', 'A1']],
    ends: null,
  },
  {
    label: 'for the segment that got through of a reply that was cut off',
    outcome: { kind: 'uncertain', cause: 'the link died', externalIds: ['A1'] },
    after: [['matched', 'delivered', 'A1']],
    ends: null,
  },
];

async function play(scene: Scene, steps: readonly Step[] = []): Promise<void> {
  for (const [what, state, ...ids] of steps) {
    expect(await scene.receipt(state, ...ids), `${state} for ${ids}`).to.deep.equal(summaries[what]);
  }
}

export function describeReceipts(scene: () => Scene): void {
  describe('receipts', () => {
    for (const { label, outcome, before, after, ends } of stories) {
      it(label, async () => {
        const { report, reply } = await scene().claimedReply(smsPart());
        await play(scene(), before);
        await scene().outcome(reply, outcome);
        await scene().restart();
        await play(scene(), after);
        const story = await scene().story(report.message.id);
        const told = story.filter((what) => ['reply delivered', 'reply undelivered'].includes(what));
        expect(told).to.deep.equal(ends === null ? [] : [`reply ${ends}`]);
      });
    }

    it('tries the forms of an id in their order', async () => {
      const first = await scene().claimedReply(smsPart({ from: '62813' }));
      await scene().outcome(first.reply, { kind: 'accepted', externalIds: ['16'] });
      const second = await scene().claimedReply(smsPart({ from: '62814' }));
      await scene().outcome(second.reply, { kind: 'accepted', externalIds: ['10'] });
      await scene().receipt('delivered', '10', '16');
      expect(await scene().story(second.report.message.id)).to.include('reply delivered');
      expect(await scene().story(first.report.message.id)).not.to.include('reply delivered');
    });

    it('means the newest reply by an id that a telco has used before', async () => {
      const old = await scene().claimedReply(smsPart({ from: '62813' }));
      await scene().outcome(old.reply, one);
      const young = await scene().claimedReply(smsPart({ from: '62814' }));
      await scene().outcome(young.reply, one);
      await scene().receipt('delivered', 'A1');
      expect(await scene().story(young.report.message.id)).to.include('reply delivered');
      expect(await scene().story(old.report.message.id)).not.to.include('reply delivered');
    });

    it('goes by the segments of the last attempt', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      const cutOff: Outcome = { kind: 'uncertain', cause: 'the link died', externalIds: ['A1'] };
      await scene().outcome(reply, cutOff, { retryAtMs: scene().nowMs });
      const again = only(await scene().claimReplies());
      await scene().outcome(again, { kind: 'accepted', externalIds: ['B1', 'B2'] });
      await scene().receipt('undelivered', 'A1');
      await scene().receipt('delivered', 'B1');
      await scene().receipt('delivered', 'B2');
      expect(await scene().story(report.message.id)).to.include('reply delivered');
    });

    it('does not mix up channels', async () => {
      const { report, reply } = await scene().claimedReply(smsPart());
      await scene().accept([smsPart({ from: '62813' })], { channelId: 'indosat' });
      await scene().outcome(reply, one);
      const receipt: Receipt = { externalIds: ['A1'], state: 'delivered', code: 'DELIVRD', atMs: scene().nowMs };
      expect(await scene().store.recordReceipts('indosat', [receipt])).to.deep.equal(summaries.orphaned);
      expect(await scene().store.recordReceipts('never-heard-of', [receipt])).to.deep.equal(summaries.orphaned);
      expect(await scene().story(report.message.id)).not.to.include('reply delivered');
    });

    it('sums up a batch', async () => {
      const { reply } = await scene().claimedReply(smsPart());
      await scene().outcome(reply, one);
      const receipt: Receipt = { externalIds: ['A1'], state: 'delivered', code: 'DELIVRD', atMs: scene().nowMs };
      const batch: Receipt[] = [receipt, receipt, { ...receipt, externalIds: ['Z9'] }];
      expect(await scene().store.recordReceipts('telkomsel', batch)).to.deep.equal({
        matched: 1,
        repeated: 1,
        orphaned: 1,
      });
    });
  });
}

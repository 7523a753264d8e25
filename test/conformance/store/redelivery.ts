import { expect } from 'chai';
import { contentKey, idKey, smsPart } from '../../fakes/parts.js';
import type { Scene } from './scene.js';

/**
 * One text and what happens to it, in order: `new 1` and `again 1` are its arrival by link 1 and what it must be taken
 * for, `stalled` if the link was not read for long before; `settle 1` says that link 1's peer has our acknowledgement.
 */
type Arrival = `${'new' | 'again'} ${number}${'' | ' stalled'}`;
type Step = Arrival | `settle ${number}` | 'restart' | 'an hour passes';

const stories: readonly { label: string; steps: readonly Step[] }[] = [
  { label: 'two equal texts on one living link are two messages', steps: ['new 1', 'new 1'] },
  { label: 'over another link, unsettled, it is a redelivery', steps: ['new 1', 'again 2'] },
  { label: 'over another link, settled, it is new', steps: ['new 1', 'settle 1', 'new 2'] },
  { label: 'on one link, settled, it is new', steps: ['new 1', 'settle 1', 'new 1'] },
  { label: 'a restart forgets nothing', steps: ['new 1', 'restart', 'again 2'] },
  { label: 'a restart forgets no settling', steps: ['new 1', 'settle 1', 'restart', 'new 2'] },
  { label: 'a redelivery may come again over the next link', steps: ['new 1', 'again 2', 'again 3'] },
  { label: 'a redelivery is settled on its own link', steps: ['new 1', 'again 2', 'settle 2', 'new 3'] },
  { label: 'a link settles only what it brought', steps: ['new 1', 'settle 2', 'again 3'] },
  { label: 'two equal texts, both redelivered', steps: ['new 1', 'new 1', 'again 2', 'again 2', 'new 2'] },
  {
    label: 'two equal texts, one redelivered, then a third',
    steps: ['new 1', 'new 1', 'settle 1', 'again 2', 'new 2'],
  },
  { label: 'two equal texts, both settled', steps: ['new 1', 'new 1', 'settle 1', 'settle 1', 'new 2'] },
  { label: 'settling twice opens no door', steps: ['new 1', 'settle 1', 'settle 1', 'new 2', 'again 3'] },
  { label: 'on one link after a stall, unsettled, it is a redelivery', steps: ['new 1', 'again 1 stalled'] },
  { label: 'on one link after a stall, settled, it is new', steps: ['new 1', 'settle 1', 'new 1 stalled'] },
  { label: 'the first of its kind is new after a stall as well', steps: ['new 1 stalled', 'new 1'] },
  {
    label: 'what came again after a stall may come again over another link',
    steps: ['new 1', 'new 1', 'again 1 stalled', 'again 2', 'again 2', 'new 2'],
  },
  { label: 'what nobody redelivers is forgotten in the end', steps: ['new 1', 'an hour passes', 'new 2'] },
];

async function play(scene: Scene, step: Step): Promise<void> {
  const [verb, number, stalled] = step.split(' ');
  const content = contentKey(Number(number), 'Banjir di Kelurahan Kampung Melayu');
  const key = stalled === undefined ? content : { ...content, afterStall: true };
  if (step === 'restart') {
    await scene.restart();
  } else if (step === 'an hour passes') {
    scene.nowMs += 3_600_001;
    await scene.store.tidy(scene.nowMs);
  } else if (verb === 'settle') {
    await scene.settle([key]);
  } else {
    const summary = await scene.accept([smsPart({ key, receivedAtMs: scene.nowMs })]);
    expect(summary.reports, `${step}: reports`).to.equal(verb === 'new' ? 1 : 0);
    expect(summary.duplicates, `${step}: duplicates`).to.equal(verb === 'new' ? 0 : 1);
  }
}

export function describeRedelivery(scene: () => Scene): void {
  describe('redelivery, known by content', () => {
    for (const { label, steps } of stories) {
      it(label, async () => {
        for (const step of steps) await play(scene(), step);
        const made = steps.filter((step) => step.startsWith('new')).length;
        expect((await scene().store.counts()).reportsWaiting).to.equal(made);
      });
    }

    it('does not mix up channels', async () => {
      const key = contentKey(1, 'sama');
      await scene().accept([smsPart({ key })]);
      expect(await scene().accept([smsPart({ key: contentKey(2, 'sama') })], { channelId: 'indosat' })).to.include({
        reports: 1,
      });
    });

    it('settles a channel that nothing came by without a word', async () => {
      await scene().store.settleParts('never-heard-of', [contentKey(1, 'sama')]);
    });
  });

  describe('redelivery, known by id', () => {
    it('takes an id once, for good', async () => {
      await scene().accept([smsPart({ key: idKey('SM1') })]);
      await scene().settle([idKey('SM1')]);
      expect(await scene().accept([smsPart({ key: idKey('SM1') })])).to.include({ reports: 0, duplicates: 1 });
      await scene().restart();
      await scene().store.tidy(scene().nowMs + 365 * 86_400_000);
      expect(await scene().accept([smsPart({ key: idKey('SM1'), text: 'lain' })])).to.include({ duplicates: 1 });
    });

    it('takes one id on two channels for two messages', async () => {
      await scene().accept([smsPart({ key: idKey('SM1') })]);
      expect(await scene().accept([smsPart({ key: idKey('SM1') })], { channelId: 'indosat' })).to.include({
        reports: 1,
      });
    });

    it('tells a redelivery in the story of its original', async () => {
      const part = smsPart({ key: idKey('SM1') });
      const claim = await scene().claimedReport(part);
      await scene().accept([{ ...part, receivedAtMs: part.receivedAtMs + 5 }]);
      expect(await scene().story(claim.message.id)).to.deep.equal(['received', 'accepted', 'received again']);
    });
  });
}

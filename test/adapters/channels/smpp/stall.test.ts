import { expect } from 'chai';
import { StallWatch } from '../../../../adapters/channels/smpp/stallWatch.js';
import { deliverSm } from './peer.js';
import { type Rig, startRig } from './rig.js';

describe('stall watch', () => {
  const cases = [
    {
      label: 'a quiet link, while the event loop beats',
      beats: [1_000, 2_000, 3_000, 4_000],
      readAtMs: 4_900,
      is: false,
    },
    { label: 'a late beat', beats: [1_000, 4_500], readAtMs: 4_600, is: false },
    { label: 'a stopped event loop that reads before it beats', beats: [1_000], readAtMs: 5_000, is: true },
    { label: 'a stopped event loop that beats before it reads', beats: [1_000, 6_000], readAtMs: 6_000, is: true },
    { label: 'what is read within a second after', beats: [1_000, 6_000], readAtMs: 6_999, is: true },
    { label: 'what is read later', beats: [1_000, 6_000], readAtMs: 7_000, is: false },
  ];
  for (const { label, beats, readAtMs, is } of cases) {
    it(`${is ? 'sees' : 'sees no stall in'} ${label}`, () => {
      const watch = new StallWatch(0);
      for (const beatMs of beats) watch.beat(beatMs);
      expect(watch.isAfterStall(readAtMs)).to.equal(is);
    });
  }

  it('sees a slow disk: while a commit takes long, and a second after', () => {
    const watch = new StallWatch(0);
    const commit = watch.commitBegins(0);
    const seen: boolean[] = [];
    for (let nowMs = 1_000; nowMs <= 9_000; nowMs += 1_000) {
      if (nowMs === 6_000) watch.commitEnds(commit, nowMs);
      seen.push(watch.isAfterStall(nowMs));
    }
    expect(seen).to.deep.equal([false, false, false, true, true, true, false, false, false]);
  });
});

describe('SMPP: a process that stood still', () => {
  let rig: Rig;
  afterEach(() => rig.stop());

  it('marks what it reads then, for the peer may have sent it twice', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    await link.ask('deliver_sm', deliverSm('Jalan rusak'));
    const again = link.send('deliver_sm', deliverSm('Jalan rusak'));
    blockEventLoop(4_100);
    await link.answerTo(again);
    const marks = rig.inbox.committed.map(({ key }) => key.by === 'content' && key.afterStall);
    expect(marks).to.deep.equal([undefined, true]);
  });

  it('settles nothing that it acknowledged later than telcos wait: they send it again all the same', async () => {
    rig = await startRig();
    const link = await rig.peer.nextBound();
    const late = link.send('deliver_sm', deliverSm('Jalan rusak'));
    blockEventLoop(4_100);
    await link.answerTo(late);
    blockEventLoop(1_100);
    const settling = rig.inbox.settling();
    await link.ask('deliver_sm', deliverSm('Banjir'));
    await settling;
    expect(rig.inbox.settled).to.deep.equal(rig.inbox.committed.slice(1).map(({ key }) => key));
  });
});

function blockEventLoop(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

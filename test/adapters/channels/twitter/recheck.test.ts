import { expect } from 'chai';
import type { WatchedPost } from '../../../../adapters/channels/twitter/inbound/watchList.js';
import { WatchList } from '../../../../adapters/channels/twitter/inbound/watchList.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { SimulatedRig } from './simulated.js';

const hourMs = 3_600_000;
const { log } = observers([]);

describe('twitter: posts that are looked up again', () => {
  const startMs = Date.UTC(2026, 10, 21, 9, 30);
  const posts: readonly WatchedPost[] = [
    { id: '101', authorId: '7' },
    { id: '102', authorId: '8' },
  ];
  let nowMs: number;
  let inbox: ScriptedInbox;

  beforeEach(() => {
    nowMs = startMs;
    inbox = new ScriptedInbox();
  });

  const open = (days = 1) => WatchList.load(inbox, days, log, () => nowMs);
  const dueIds = (list: WatchList) => list.due().flatMap((due) => due.posts.map(({ id }) => id));

  it('are due before they are a day old, and not long before', async () => {
    const list = await open();
    list.add(posts);
    nowMs = startMs + 22 * hourMs;
    expect(dueIds(list)).to.deep.equal([]);
    nowMs = startMs + 23 * hourMs;
    expect(dueIds(list)).to.deep.equal(['101', '102']);
  });

  it('are due over a restart', async () => {
    const list = await open();
    list.add(posts);
    await list.save();
    nowMs = startMs + 23 * hourMs;
    expect(dueIds(await open())).to.deep.equal(['101', '102']);
  });

  it('are looked at so many days, once a day', async () => {
    const list = await open(3);
    list.add(posts);
    const looks = [];
    for (let hour = 1; hour <= 24 * 5; hour += 1) {
      nowMs = startMs + hour * hourMs;
      for (const due of list.due()) {
        looks.push(hour);
        list.looked(due, new Set());
      }
    }
    expect(looks).to.deep.equal([23, 46, 69]);
    expect(list.size).to.equal(0);
  });

  it('are forgotten once they are gone', async () => {
    const list = await open(3);
    list.add(posts);
    nowMs = startMs + 23 * hourMs;
    for (const due of list.due()) list.looked(due, new Set(['101']));
    nowMs += 24 * hourMs;
    expect(dueIds(list)).to.deep.equal(['102']);
  });

  it('stay due when what is due was looked at in part', async () => {
    const list = await open();
    list.add(posts);
    nowMs = startMs + 23 * hourMs;
    const [due] = list.due();
    if (due !== undefined) list.looked({ ...due, posts: due.posts.slice(0, 1) }, new Set());
    expect(list.size).to.equal(1);
  });

  it('are not kept where nobody wants them looked at', async () => {
    const list = await open(0);
    list.add(posts);
    expect(list.size).to.equal(0);
  });

  it('are written again when the store did not take them', async () => {
    const list = await open();
    list.add(posts);
    const accept = inbox.accept.bind(inbox);
    inbox.accept = () => Promise.reject(new Error('disk full'));
    await list.save().catch(() => undefined);
    inbox.accept = accept;
    await list.save();
    nowMs = startMs + 23 * hourMs;
    expect(dueIds(await open())).to.deep.equal(['101', '102']);
  });

  describe('on the simulated X', () => {
    let rig: SimulatedRig;

    afterEach(() => rig.close());

    /** As if a day had passed: what was watched came in an hour a day ago. */
    async function aDayLater(): Promise<void> {
      await rig.stopChannel();
      for (const [name, value] of rig.inbox.cursors) {
        if (!name.startsWith('watched')) continue;
        const slot = JSON.parse(value) as { hour: number };
        rig.inbox.cursors.set(name, JSON.stringify({ ...slot, hour: slot.hour - 24 }));
      }
      await rig.open();
    }

    async function posted(): Promise<readonly { id: string }[]> {
      rig = await SimulatedRig.start();
      await rig.open();
      const all = [];
      for (const from of ['budi', 'siti', 'agus', 'rina']) all.push(await rig.post(from, `@lapor1708 laporan ${from}`));
      await rig.until('all are taken', () => rig.parts.length === 4);
      await rig.until('the list is written', () =>
        [...rig.inbox.cursors.keys()].some((name) => name.startsWith('watched')),
      );
      return all;
    }

    it('tells those that were deleted, and those that only followers may see now', async () => {
      const [first, second] = await posted();
      await rig.control('DELETE', `/posts/${first?.id}`);
      await rig.control('PUT', '/users/siti', { protected: true });
      await aDayLater();
      const about = () => rig.parts.filter((part) => part.about !== undefined);
      await rig.until('both are told', () => about().length === 2);
      expect(about().map((part) => [part.about?.change, part.about?.externalId, part.from, part.text])).to.deep.equal([
        ['deleted', first?.id, rig.parts[0]?.from, ''],
        ['deleted', second?.id, rig.parts[1]?.from, ''],
      ]);
    });

    it('tells an edit that took our name away', async () => {
      const [first] = await posted();
      await rig.control('POST', `/posts/${first?.id}/edit`, { text: 'laporan budi, lengkap' });
      await aDayLater();
      await rig.until('it is told', () => rig.parts.some((part) => part.about?.change === 'edited'));
      expect(rig.parts.at(-1)).to.deep.include({
        text: 'laporan budi, lengkap',
        about: { externalId: first?.id, change: 'edited' },
      });
    });
  });
});

import { expect } from 'chai';
import { ChannelInbox } from '../../src/intake/channelInbox.js';
import { type Store, StoreUnavailable } from '../../src/ports/store.js';
import { Facts } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, contentKey, longSms, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

describe('the channel inbox', () => {
  let place: SqlitePlace;
  let store: Store;
  let facts: Facts;
  let log: MemoryLog;
  let heard: unknown[];
  let inbox: ChannelInbox;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    facts = new Facts();
    log = new MemoryLog(facts);
    heard = [];
    inbox = inboxOf('telkomsel');
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
    for (const secret of [citizen, 'Sukasada']) expect(log.text).not.to.contain(secret);
  });

  function inboxOf(channelId: string): ChannelInbox {
    const listener = {
      accepted: (...args: unknown[]) => heard.push(['accepted', ...args]),
      receipts: (...args: unknown[]) => heard.push(['receipts', ...args]),
      refused: (...args: unknown[]) => heard.push(['refused', ...args]),
    };
    return new ChannelInbox(channelId, 'sms', store, 60_000, listener, log);
  }

  it('resolves when the parts are on disk, and says what they were', async () => {
    await inbox.accept([smsPart(), ...longSms(['satu', 'dua'], 1).slice(1)]);
    expect(heard).to.deep.equal([['accepted', 'telkomsel', { reports: 1, waiting: 1, duplicates: 0, unsupported: 0 }]]);
    await store.close();
    store = await place.open();
    expect(await store.counts()).to.include({ reportsWaiting: 1, setsWaiting: 1 });
  });

  it('names the channel of an attachment that only it can fetch', async () => {
    const bare = { contentType: null, bytes: null, sha256: null };
    const attachments = [
      { id: 'file:1', ...bare },
      { id: 'm2', url: 'https://pbs.twimg.com/media/x.jpg', ...bare },
    ];
    await inbox.accept([smsPart({ extras: { attachments } })]);
    const claim = { owner: 'test', limit: 1, nowMs: Date.now(), leaseMs: 1_000 };
    const [claimed] = await store.claimReports(claim);
    expect(claimed?.message.extras.attachments?.map(({ id }) => id)).to.deep.equal(['telkomsel:file:1', 'm2']);
  });

  it('gives a long message the time of the join window', async () => {
    const beforeMs = Date.now();
    await inbox.accept(longSms(['satu', 'dua'], 1).slice(1));
    expect(await store.closeOverdueSets(beforeMs + 59_999)).to.equal(0);
    expect(await store.closeOverdueSets(Date.now() + 60_000)).to.equal(1);
  });

  it('keeps the cursors of channels apart', async () => {
    const other = inboxOf('indosat');
    await inbox.accept([], { name: 'posts', value: '1' });
    await other.accept([], { name: 'posts', value: '2' });
    expect([await inbox.cursor('posts'), await other.cursor('posts')]).to.deep.equal(['1', '2']);
    expect(await inbox.cursor('messages')).to.equal(null);
  });

  it('passes on what is settled', async () => {
    await inbox.accept([smsPart({ key: contentKey(1, 'sama') })]);
    inbox.settle([contentKey(1, 'sama')]);
    await inbox.accept([smsPart({ key: contentKey(2, 'sama') })]);
    expect((await store.counts()).reportsWaiting).to.equal(2);
  });

  it('passes receipts on', async () => {
    await inbox.acceptReceipts([{ externalIds: ['A1'], state: 'delivered', code: 'DELIVRD', atMs: 0 }]);
    expect(heard).to.deep.equal([['receipts', 'telkomsel', { matched: 0, repeated: 0, orphaned: 1 }]]);
  });

  it('rejects when the store takes nothing, and says so without an address or a word', async () => {
    await store.close();
    const receipt = { externalIds: ['A1'] as const, state: 'delivered' as const, code: 'DELIVRD', atMs: 0 };
    const results = await Promise.allSettled([inbox.accept([smsPart()]), inbox.acceptReceipts([receipt])]);
    for (const result of results) {
      expect(result.status === 'rejected' && result.reason).to.be.instanceOf(StoreUnavailable);
    }
    inbox.settle([contentKey(1, 'sama')]);
    await facts.until('all is logged', () => log.lines.length === 3);
    expect(heard).to.deep.equal([['refused', 'telkomsel', 1]]);
    expect(log.lines.map((line) => line.split(':')[0])).to.have.members([
      'error parts not taken',
      'error receipts not taken',
      'error fingerprints not settled',
    ]);
  });

  /** More than fits into what is left of a page. */
  const offer = () => inbox.accept([smsPart({ raw: Buffer.alloc(8_192, 'a') })]);

  it('tells the log when refusing begins and ends, not of each batch', async () => {
    const makeRoom = await place.fill();
    for (let batch = 0; batch < 50; batch += 1) await offer().catch(() => undefined);
    expect(log.lines.map((line) => line.split(':')[0])).to.deep.equal(['error parts not taken']);
    expect(heard, 'each is counted').to.have.length(50);
    await makeRoom();
    await offer();
    await offer();
    expect(log.lines.slice(1)).to.deep.equal([
      'info parts are taken again {"channel":"telkomsel","refusedBatches":50}',
    ]);
  });

  it('tells the log when the store refuses for another reason than before', async () => {
    await place.fill();
    await offer().catch(() => undefined);
    await store.close();
    await offer().catch(() => undefined);
    await offer().catch(() => undefined);
    expect(log.lines).to.have.length(2);
  });
});

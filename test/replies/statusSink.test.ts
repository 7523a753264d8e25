import { expect } from 'chai';
import type { StatusEvent } from '../../src/domain/statusEvent.js';
import type { StatusResult, Store } from '../../src/ports/store.js';
import { StatusSink } from '../../src/replies/statusSink.js';
import { plainCalendar, plainRules, plainWording } from '../fakes/conversation.js';
import { MemoryLog } from '../fakes/log.js';
import { citizen, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const stranger = '019a0000-0000-7000-8000-000000000000';

describe('the status sink', () => {
  let place: SqlitePlace;
  let store: Store;
  let log: MemoryLog;
  let results: StatusResult[];
  let wakes: number;
  let sink: StatusSink;
  let reportId: string;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    log = new MemoryLog();
    results = [];
    wakes = 0;
    const listener = {
      status: (result: StatusResult) => results.push(result),
      repliesQueued: () => {
        wakes += 1;
      },
    };
    sink = new StatusSink(store, { wording: plainWording, calendar: plainCalendar, rules: plainRules }, listener, log);
    reportId = await forwardedReport();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
    expect(log.text).not.to.contain(citizen);
  });

  async function forwardedReport(): Promise<string> {
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [smsPart()], joinUntilMs: 0 });
    const [claim] = await store.claimReports({ owner: 'x', limit: 1, nowMs: 0, leaseMs: 1 });
    if (claim === undefined) throw new Error('a claim expected');
    const ticket = { trackingId: '9165816', status: 'received', dueAt: null, publicUrl: null } as const;
    await store.recordForwarded([{ seq: claim.seq, ...ticket, atMs: 0, reply: null }]);
    return claim.message.id;
  }

  function event(sequence: number, data: Partial<StatusEvent['data']> = {}): StatusEvent {
    return {
      type: 'report.status_changed',
      timestamp: '2026-11-21T09:30:00Z',
      data: { reportId, trackingId: '9165816', sequence, status: 'in_progress', ...data },
    };
  }

  async function repliesQueued(): Promise<string[]> {
    const claim = { owner: 'x', channelId: 'telkomsel', limit: 10, nowMs: 0, leaseMs: 1 };
    return (await store.claimReplies(claim)).map(({ text }) => text);
  }

  it('queues the words of an event with it, and wakes who sends them', async () => {
    await sink.accept([{ deliveryId: 'msg_1', event: event(1) }]);
    expect(await repliesQueued()).to.deep.equal(['status.in_progress 9165816']);
    expect(results).to.deep.equal(['applied']);
    expect(wakes).to.equal(1);
  });

  it('says nothing to the citizen where the wording has nothing to say', async () => {
    await sink.accept([{ deliveryId: null, event: event(1, { status: 'received' }) }]);
    expect(results).to.deep.equal(['applied']);
    expect(await repliesQueued()).to.deep.equal([]);
  });

  it('tells of each event of a batch what became of it, and names strangers in the log', async () => {
    await sink.accept([
      { deliveryId: 'msg_1', event: event(1) },
      { deliveryId: 'msg_1', event: event(2) },
      { deliveryId: 'msg_3', event: event(3, { reportId: stranger, trackingId: 'T9' }) },
      { deliveryId: 'msg_4', event: event(4, { trackingId: 'T10' }) },
    ]);
    expect(results).to.deep.equal(['applied', 'repeated', 'unknown', 'mismatched']);
    expect(log.lines).to.have.length(2);
    expect(log.text).to.contain('another tracking id').and.to.contain('T10');
    expect(log.text).to.contain(stranger).and.to.contain('T9');
  });

  it('keeps the cursor of the events, apart from those of channels', async () => {
    expect(await sink.cursor()).to.equal(null);
    await sink.accept([], 'page-2');
    await store.acceptParts({
      channelId: 'x',
      medium: 'sms',
      parts: [],
      joinUntilMs: 0,
      cursor: { name: 'channel x posts', value: '1' },
    });
    expect(await sink.cursor()).to.equal('page-2');
  });

  it('rejects when the store takes nothing: the tracker sends again', async () => {
    await store.close();
    let rejected = false;
    await sink.accept([{ deliveryId: 'msg_1', event: event(1) }]).catch(() => {
      rejected = true;
    });
    expect(rejected).to.equal(true);
    expect(results).to.deep.equal([]);
  });
});

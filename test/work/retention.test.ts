import { expect } from 'chai';
import type { RetentionStore } from '../../src/ports/retention.js';
import type { Store } from '../../src/ports/store.js';
import { startJobs } from '../../src/work/jobs.js';
import { type RetentionCounts, retentionJobs, runRetention } from '../../src/work/retention.js';
import { Facts } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

const dayMs = 86_400_000;
const policy = { wordsDays: 90, recordsDays: 365, openTicketsDays: 365 };
const messages = 1_000;

describe('retention', () => {
  let place: SqlitePlace;
  let store: Store;
  let retention: RetentionStore;
  let facts: Facts;
  let stopJobs: (() => Promise<void>) | null;

  /** Messages of a hundred days ago, answered. */
  beforeEach(async () => {
    stopJobs = null;
    facts = new Facts();
    place = await SqlitePlace.create();
    store = await place.open();
    if (store.retention === undefined) throw new Error('this store keeps everything for good');
    retention = store.retention;
    const receivedAtMs = Date.now() - 100 * dayMs;
    const parts = Array.from({ length: messages }, (_, index) => smsPart({ from: `62812${index}`, receivedAtMs }));
    await accept(...parts);
    const claims = await store.claimReports({ owner: 'w', limit: messages, nowMs: receivedAtMs, leaseMs: 1 });
    const how = { as: 'answered', ticketSeq: null, detail: 'x', atMs: receivedAtMs, reply: null } as const;
    await store.recordHandled(claims.map(({ seq }) => ({ seq, ...how })));
  });

  afterEach(async () => {
    await stopJobs?.();
    await store.close();
    await place.remove();
  });

  function accept(...parts: readonly ReturnType<typeof smsPart>[]) {
    return store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
  }

  /** Hears of each batch. */
  function listener(heard: (counts: RetentionCounts) => void = () => {}) {
    return {
      words: 0,
      done: 0,
      forgot(counts: RetentionCounts) {
        this.words += counts.words;
        heard(counts);
      },
      retentionDone() {
        this.done += 1;
      },
    };
  }

  it('takes all that is past its time, and tells of each batch and of its end', async () => {
    let batches = 0;
    const told = listener(() => {
      batches += 1;
    });
    const sum = await runRetention(retention, policy, told, new AbortController().signal);
    expect(sum).to.include({ words: messages, records: 0 });
    expect(told).to.include({ words: messages, done: 1 });
    expect(batches).to.be.greaterThan(9);
  });

  it('lets intake through between its batches', async () => {
    const running = runRetention(retention, policy, listener(), new AbortController().signal);
    let ended = false;
    const end = running.then(() => {
      ended = true;
    });
    let taken = 0;
    for (; !ended; taken += 1) await accept(smsPart({ receivedAtMs: Date.now() }));
    await end;
    // A rest of four times a batch has room for several commits.
    expect(taken).to.be.greaterThan(20);
  });

  it('ends soon when it is asked to, and the next run goes on', async () => {
    const stop = new AbortController();
    const told = listener(() => stop.abort());
    await runRetention(retention, policy, told, stop.signal);
    expect(told.words).to.be.within(1, messages - 1);
    expect(told.done).to.equal(0);
    const first = told.words;
    const rest = await runRetention(retention, policy, listener(), new AbortController().signal);
    expect(first + rest.words).to.equal(messages);
  });

  it('is a job that logs its counts once a run, and that a stop waits for', async () => {
    const log = new MemoryLog(facts);
    const told = listener(() => facts.changed());
    const jobs = retentionJobs({ ...policy, schedule: '* * * * * *' }, retention, told, log);
    stopJobs = startJobs(
      store,
      () => {},
      log,
      async () => true,
      jobs,
    );
    await facts.until('a first batch', () => told.words > 0);
    await stopJobs();
    expect(log.lines).to.have.length(1);
    expect(log.text).to.match(/^info retention stopped before its end; .*"words":\d+.*"senders":0/);
  });

  it('is no job where everything is kept for good, or the store cannot do otherwise, which is said', () => {
    const log = new MemoryLog();
    const settings = { ...policy, schedule: '* * * * *' };
    const keep = { ...settings, wordsDays: null, recordsDays: null };
    expect(retentionJobs(keep, retention, listener(), log)).to.deep.equal([]);
    expect(log.lines).to.deep.equal([]);
    expect(retentionJobs(settings, undefined, listener(), log)).to.deep.equal([]);
    expect(log.text).to.match(/^warn nothing is removed by age/);
  });
});

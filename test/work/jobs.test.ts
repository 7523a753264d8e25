import { expect } from 'chai';
import type { Store } from '../../src/ports/store.js';
import { type Job, startJobs } from '../../src/work/jobs.js';
import { Facts } from '../fakes/facts.js';
import { MemoryLog } from '../fakes/log.js';
import { smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

/** Holds the whole process, as a long garbage collection or a stopped machine does. */
function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('jobs', () => {
  const everySecond = '* * * * * *';
  let place: SqlitePlace;
  let store: Store;
  let facts: Facts;
  let log: MemoryLog;
  let stop: (() => Promise<void>) | null;
  let console: string;
  let ours: boolean;
  let asked: number;
  const { write: writeOut } = process.stdout;
  const { write: writeError } = process.stderr;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
    facts = new Facts();
    log = new MemoryLog(facts);
    stop = null;
    console = '';
    ours = true;
    asked = 0;
  });

  function listenNoMore(): void {
    process.stdout.write = writeOut;
    process.stderr.write = writeError;
  }

  afterEach(async () => {
    listenNoMore();
    await stop?.();
    await store.close();
    await place.remove();
  });

  function run(job: Job['run']): void {
    const keep = (text: string | Uint8Array): boolean => {
      console += String(text);
      return true;
    };
    process.stdout.write = keep;
    process.stderr.write = keep;
    stop = startJobs(
      store,
      () => {},
      log,
      async () => {
        asked += 1;
        facts.changed();
        return ours;
      },
      [{ name: 'tidy', schedule: everySecond, run: job }],
    );
  }

  const cases: readonly { label: string; run: Job['run']; says: RegExp }[] = [
    {
      label: 'a job that fails',
      run: () => Promise.reject(new Error('disk I/O error')),
      says: /^error a job failed .*"job":"tidy".*disk I\/O error/m,
    },
    {
      label: 'a job that breaks before it starts',
      run: () => {
        throw new Error('no such table');
      },
      says: /^error a job failed .*"job":"tidy".*no such table/m,
    },
    {
      label: 'a run that was missed while the process was held',
      run: async () => hold(2_500),
      says: /^warn scheduler .*"job":"tidy".*missed execution/m,
    },
  ];
  for (const { label, run: job, says } of cases) {
    it(`tells the log, and nobody else, of ${label}`, async () => {
      run(job);
      await facts.until(label, () => says.test(log.text));
      await stop?.();
      stop = null;
      listenNoMore();
      expect(console).to.equal('');
    });
  }

  it('leaves to another node what that one does', async () => {
    ours = false;
    let runs = 0;
    run(async () => {
      runs += 1;
    });
    await facts.until('it was asked twice', () => asked >= 2);
    expect(runs).to.equal(0);
  });

  it('release replies whose time has come, and wake who sends them', async () => {
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [smsPart()], joinUntilMs: 0 });
    const [claim] = await store.claimReports({ owner: 'x', limit: 1, nowMs: 0, leaseMs: 1 });
    const soonMs = Date.now() + 500;
    const reply = { kind: 'status', text: 'Kabar pagi', notBeforeMs: soonMs } as const;
    const ticket = { trackingId: '9165816', status: 'received', dueAt: null, publicUrl: null } as const;
    await store.recordForwarded([{ seq: claim?.seq ?? 0, ...ticket, atMs: Date.now(), reply }]);
    expect((await store.counts()).noticesWaiting).to.equal(1);
    stop = startJobs(
      store,
      () => facts.changed(),
      log,
      async () => true,
    );
    await facts.until('it is queued', async () => (await store.counts()).repliesWaiting === 1);
    expect(Date.now()).to.be.at.least(soonMs);
    expect((await store.counts()).noticesWaiting).to.equal(0);
  });
});

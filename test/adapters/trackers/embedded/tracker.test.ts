import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { embeddedTracker, openTicketDesk } from '../../../../adapters/trackers/embedded/index.js';
import type { TicketDesk } from '../../../../src/ports/ticketDesk.js';
import type { Tracker } from '../../../../src/ports/tracker.js';
import { RecordingLog, RecordingSink } from '../recording.js';
import { sampleFollowUp, sampleReport } from '../samples.js';

const never = new AbortController().signal;

describe('embedded tracker', () => {
  let folder: string;
  let file: string;
  let log: RecordingLog;
  const opened: { close(): unknown }[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-tracker-'));
    file = join(folder, 'tracker.db');
    log = new RecordingLog();
  });

  afterEach(async () => {
    for (const closable of opened.splice(0)) await closable.close();
    await rm(folder, { recursive: true });
  });

  function create(): Tracker {
    const tracker = embeddedTracker.create({ file }, { log });
    opened.push(tracker);
    return tracker;
  }

  function desk(): TicketDesk {
    const ticketDesk = openTicketDesk(file);
    opened.push(ticketDesk);
    return ticketDesk;
  }

  it('keeps what it makes from other accounts', async () => {
    file = join(folder, 'own', 'tracker.db');
    create();
    const names = await readdir(join(folder, 'own'));
    expect(names).to.include.members(['tracker.db', 'tracker.db-wal']);
    for (const name of ['.', ...names]) {
      const { mode } = await stat(join(folder, 'own', name));
      expect((mode & 0o777).toString(8), name).to.equal(name === '.' ? '700' : '600');
    }
  });

  it('keeps its tickets in data/tracker.db unless told otherwise', () => {
    expect(embeddedTracker.parseConfig({})).to.deep.equal({ ok: true, config: { file: 'data/tracker.db' } });
  });

  it('numbers tickets from 1000001 on, seven digits as citizens know them', async () => {
    const tracker = create();
    const filed = await Promise.all([1, 2, 3].map(() => tracker.submit(sampleReport(), never)));
    const trackingIds = filed.map((result) => (result.kind === 'filed' ? result.trackingId : result.kind));
    expect(trackingIds).to.deep.equal(['1000001', '1000002', '1000003']);
  });

  it('has on disk what it acknowledged, and goes on numbering when it starts anew', async () => {
    const report = sampleReport();
    const before = create();
    await before.submit(report, never);
    // Read by another connection while the first is open: it is in the file, not in a process.
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT count(*) FROM tickets').pluck().get()).to.equal(1);
    other.close();
    await before.close();
    const after = create();
    expect(await after.submit(report, never)).to.include({ kind: 'filed', trackingId: '1000001' });
    expect(await after.submit(sampleReport(), never)).to.include({ kind: 'filed', trackingId: '1000002' });
  });

  it('shares one commit among the submits of one turn', async () => {
    const tracker = create();
    await tracker.submit(sampleReport(), never);
    const other = new Database(file);
    opened.push(other);
    const walPages = (): number => {
      const [row] = other.pragma('wal_checkpoint(PASSIVE)') as { log: number }[];
      return row?.log ?? Number.NaN;
    };
    other.pragma('wal_checkpoint(TRUNCATE)');
    await Promise.all(Array.from({ length: 40 }, () => tracker.submit(sampleReport(), never)));
    // Forty commits of their own would write the tickets' last page and two index pages forty times over.
    expect(walPages()).to.be.lessThan(60);
  });

  it('commits what waits when it is closed', async () => {
    const tracker = create();
    const submitted = tracker.submit(sampleReport(), never);
    await tracker.close();
    expect(await submitted).to.include({ kind: 'filed' });
  });

  it('tells the gateway of each change the desk makes', async () => {
    const tracker = create();
    const report = sampleReport();
    await tracker.submit(report, never);
    const ticketDesk = desk();
    ticketDesk.setStatus('1000001', 'forwarded', { agency: 'Dinas PU Buleleng' });
    ticketDesk.setStatus('1000001', 'responded', { message: 'Sudah ditambal' });
    const sink = new RecordingSink();
    const stop = new AbortController();
    const running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 2);
    stop.abort();
    await running;
    const common = { reportId: report.id, trackingId: '1000001', agency: 'Dinas PU Buleleng' };
    expect(sink.committed.map(({ event }) => event.data)).to.deep.equal([
      { ...common, sequence: 1, status: 'forwarded' },
      { ...common, sequence: 2, status: 'responded', message: 'Sudah ditambal' },
    ]);
    expect(sink.committed.map(({ deliveryId }) => deliveryId)).to.satisfy(
      (ids: string[]) => ids.length === 2 && ids.every((id, index) => id.endsWith(`-${index + 1}`)),
    );
  });

  it('passes over an event that was spoilt by hand', async () => {
    const tracker = create();
    await tracker.submit(sampleReport(), never);
    const other = new Database(file);
    other.exec(`INSERT INTO events (event) VALUES ('{"isi":"rahasia"}'), ('bukan json')`);
    other.close();
    desk().setStatus('1000001', 'closed', {});
    const sink = new RecordingSink();
    const stop = new AbortController();
    const running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 1);
    stop.abort();
    await running;
    expect(log.lines.filter((line) => line.startsWith('error'))).to.have.length(2);
    expect(log.lines.join('\n')).not.to.include('rahasia');
  });

  it('goes through more events than fit a page without a pause between pages', async () => {
    const tracker = create();
    await tracker.submit(sampleReport(), never);
    const other = new Database(file);
    opened.push(other);
    desk().setStatus('1000001', 'verified', {});
    other.exec(`
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO events (event) SELECT json_set(event, '$.data.sequence', i) FROM n, events WHERE id = 1`);
    const sink = new RecordingSink();
    const stop = new AbortController();
    const running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 1_200);
    stop.abort();
    await running;
    expect(sink.cursors.map((cursor) => cursor.replace(/^\d+:/, ''))).to.deep.equal(['500', '1000', '1200']);
  });

  it('will not touch a file that a newer version wrote', () => {
    const other = new Database(file);
    other.pragma('user_version = 99');
    other.close();
    expect(() => create()).to.throw(/newer version \(schema 99.*upgrade/);
  });

  describe('desk', () => {
    it('shows the newest tickets and counts all', async () => {
      const tracker = create();
      for (const title of ['Lampu mati', 'Air keruh', 'Sampah menumpuk']) {
        await tracker.submit(sampleReport({ title, kind: 'aspiration' }), never);
      }
      await tracker.followUp('1000003', sampleFollowUp(), never);
      const { tickets, total } = desk().list(2);
      expect(total).to.equal(3);
      expect(tickets.map(({ title }) => title)).to.deep.equal(['Sampah menumpuk', 'Air keruh']);
      expect(tickets[0]).to.include({
        trackingId: '1000003',
        status: 'received',
        kind: 'aspiration',
        agency: null,
        followUps: 1,
        receivedAt: '2026-11-21T09:30:00.000Z',
      });
    });

    it('knows no ticket that is not there', async () => {
      await create().submit(sampleReport(), never);
      for (const trackingId of ['1000002', 'x', '0']) {
        expect(desk().setStatus(trackingId, 'closed', {})).to.equal(null);
      }
    });

    it('does not make a file where the gateway has none', () => {
      expect(() => desk()).to.throw(/there are no tickets at .*--config/);
    });
  });
});

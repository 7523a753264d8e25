import { expect } from 'chai';
import type { FollowUp } from '../../src/domain/followUp.js';
import type { Report } from '../../src/domain/report.js';
import type { Status } from '../../src/domain/status.js';
import type { Tracker, TrackerAdapter } from '../../src/ports/tracker.js';
import { RecordingLog, RecordingSink } from '../adapters/trackers/recording.js';
import { sampleFollowUp, sampleReport } from '../adapters/trackers/samples.js';

/** The tracker's own side of one adapter under test, real and empty at the start. */
export interface TrackerPeer<Config> {
  readonly config: Config;
  /** What the tracker's side holds. */
  ticketCount(): number;
  followUpCount(): number;
  report(trackingId: string): Report;
  /** Moves a ticket as an officer would. */
  move(trackingId: string, status: Status, message: string): void;
  /** Makes every call fail until the function it returns is called. */
  takeAway(): () => void;
  stop(): Promise<void>;
}

export interface TrackerHarness<Config> {
  readonly adapter: TrackerAdapter<Config>;
  /** A `tracker:` block and the keys in it that are wrong. */
  readonly bad: { readonly raw: unknown; readonly paths: readonly string[] };
  start(): Promise<TrackerPeer<Config>>;
}

const never = new AbortController().signal;

/** What the port promises, for every adapter. */
export function describeTrackerConformance<Config>(harness: TrackerHarness<Config>): void {
  describe(`tracker conformance: ${harness.adapter.name}`, () => {
    let peer: TrackerPeer<Config>;
    let tracker: Tracker;
    let log: RecordingLog;

    beforeEach(async () => {
      peer = await harness.start();
      log = new RecordingLog();
      tracker = harness.adapter.create(peer.config, { log });
    });

    afterEach(async () => {
      await tracker.close();
      await peer.stop();
      expectNothingPrivate(log, harness.adapter.secrets(peer.config));
    });

    async function file(report: Report = sampleReport()): Promise<string> {
      const filed = await tracker.submit(report, never);
      if (filed.kind !== 'filed') throw new Error(`not filed: ${JSON.stringify(filed)}`);
      return filed.trackingId;
    }

    describe('submit', () => {
      it('files a report whole and says under which tracking id', async () => {
        const report = sampleReport({ text: 'Pungli di kelurahan 🙏 “resmi”' });
        const trackingId = await file(report);
        expect(trackingId).to.match(/^\S{1,64}$/);
        expect(peer.report(trackingId)).to.deep.equal(report);
      });

      it('gives the same ticket when a report is submitted again', async () => {
        const report = sampleReport();
        expect(await file(report)).to.equal(await file(report));
        expect(peer.ticketCount()).to.equal(1);
      });

      it('gives the same ticket to submits of one report at the same time', async () => {
        const report = sampleReport();
        const trackingIds = await Promise.all(Array.from({ length: 20 }, () => file(report)));
        expect(new Set(trackingIds).size).to.equal(1);
        expect(peer.ticketCount()).to.equal(1);
      });

      it('keeps two equal texts apart', async () => {
        expect(await file(sampleReport())).not.to.equal(await file(sampleReport()));
      });

      it('files many at once, each under its own tracking id', async () => {
        const reports = Array.from({ length: 200 }, () => sampleReport());
        const trackingIds = await Promise.all(reports.map((report) => file(report)));
        expect(trackingIds.map((trackingId) => peer.report(trackingId).id)).to.deep.equal(reports.map(({ id }) => id));
      });
    });

    describe('followUp', () => {
      const followUps: readonly FollowUp[] = [
        sampleFollowUp(),
        sampleFollowUp({ kind: 'answer' }),
        sampleFollowUp({ kind: 'not_resolved' }),
        sampleFollowUp({ kind: 'rating', rating: 5 }),
        sampleFollowUp({ kind: 'withdrawal' }),
      ];
      for (const followUp of followUps) {
        it(`files one of kind ${followUp.kind}, once however often it is sent`, async () => {
          const trackingId = await file();
          expect(await tracker.followUp(trackingId, followUp, never)).to.deep.equal({ kind: 'filed' });
          expect(await tracker.followUp(trackingId, followUp, never)).to.deep.equal({ kind: 'filed' });
          expect(peer.followUpCount()).to.equal(1);
        });
      }

      it('is refused for a ticket that is not there', async () => {
        expect(await tracker.followUp('404404404', sampleFollowUp(), never)).to.include({ kind: 'refused' });
      });
    });

    describe('status', () => {
      it('says where a ticket stands', async () => {
        const trackingId = await file();
        expect(await tracker.status(trackingId, never)).to.include({ kind: 'found', trackingId, status: 'received' });
        peer.move(trackingId, 'responded', 'Sudah diperbaiki');
        const view = await tracker.status(trackingId, never);
        expect(view).to.include({ kind: 'found', trackingId, status: 'responded', message: 'Sudah diperbaiki' });
      });

      for (const trackingId of ['404404404', 'tidak-ada', '../reports', '0', '']) {
        it(`refuses a ticket that is not there: ${JSON.stringify(trackingId)}`, async () => {
          expect(await tracker.status(trackingId, never)).to.include({ kind: 'refused' });
        });
      }
    });

    describe('status events', () => {
      let stop: AbortController;
      let running: Promise<void>;

      function run(sink: RecordingSink): void {
        stop = new AbortController();
        running = tracker.run(sink, stop.signal);
      }

      afterEach(async () => {
        stop.abort();
        await running;
      });

      it('come in once, in order, with a sequence that grows', async () => {
        const trackingId = await file();
        const sink = new RecordingSink();
        run(sink);
        peer.move(trackingId, 'verified', 'Lengkap');
        await sink.until(({ committed }) => committed.length === 1);
        peer.move(trackingId, 'in_progress', 'Tim berangkat');
        await sink.until(({ committed }) => committed.length === 2);
        const data = sink.committed.map(({ event }) => event.data);
        expect(data.map(({ status }) => status)).to.deep.equal(['verified', 'in_progress']);
        expect(data.map(({ message }) => message)).to.deep.equal(['Lengkap', 'Tim berangkat']);
        expect(data[0]).to.include({ trackingId, reportId: peer.report(trackingId).id });
        expect(data[1]?.sequence).to.be.greaterThan(data[0]?.sequence ?? Number.NaN);
      });

      it('go on after the committed cursor when the gateway starts anew', async () => {
        const trackingId = await file();
        const before = new RecordingSink();
        peer.move(trackingId, 'verified', '');
        run(before);
        await before.until(({ committed }) => committed.length === 1);
        stop.abort();
        await running;
        peer.move(trackingId, 'closed', '');
        const after = new RecordingSink(await before.cursor());
        run(after);
        await after.until(({ committed }) => committed.length > 0);
        expect(after.committed.map(({ event }) => event.data.status)).to.deep.equal(['closed']);
      });

      it('come again when the sink could not commit them', async () => {
        const trackingId = await file();
        peer.move(trackingId, 'verified', '');
        const sink = new RecordingSink();
        sink.failNext(2);
        run(sink);
        await sink.until(({ committed }) => committed.length > 0);
        expect(sink.rejected).to.equal(2);
        expect(sink.committed.map(({ event }) => event.data.status)).to.deep.equal(['verified']);
      });
    });

    describe('faults', () => {
      it('are to be retried while the tracker is away, and mend by themselves', async () => {
        const report = sampleReport();
        const trackingId = await file();
        const bringBack = peer.takeAway();
        expect(await tracker.submit(report, never)).to.include({ kind: 'retry', unavailable: true });
        const followedUp = await tracker.followUp(trackingId, sampleFollowUp(), never);
        expect(followedUp).to.include({ kind: 'retry', unavailable: true });
        bringBack();
        expect(await tracker.submit(report, never)).to.include({ kind: 'filed' });
        expect(peer.ticketCount()).to.equal(2);
      });

      const calls: readonly [string, (signal: AbortSignal) => Promise<unknown>][] = [
        ['submit', (signal) => tracker.submit(sampleReport(), signal)],
        ['followUp', (signal) => tracker.followUp('1000001', sampleFollowUp(), signal)],
        ['status', (signal) => tracker.status('1000001', signal)],
      ];
      for (const [name, call] of calls) {
        it(`say nothing about the tracker when ${name} was stopped`, async () => {
          expect(await call(AbortSignal.abort())).to.include({ kind: 'retry', unavailable: false });
        });

        it(`are to be retried when ${name} comes after close`, async () => {
          await tracker.close();
          expect(await call(never)).to.include({ kind: 'retry' });
        });
      }

      it('resolves `run` at once when stopped already', async () => {
        await tracker.run(new RecordingSink(), AbortSignal.abort());
      });
    });

    it('names every bad key of its config at once', () => {
      const parsed = harness.adapter.parseConfig(harness.bad.raw);
      if (parsed.ok) throw new Error('took a bad config');
      const paths = parsed.faults.map(({ path }) => path.join('.'));
      expect([...new Set(paths)].sort()).to.deep.equal([...harness.bad.paths].sort());
    });
  });
}

/** Secrets and citizens' words have no place in a log, whatever went wrong. */
function expectNothingPrivate(log: RecordingLog, secrets: readonly string[]): void {
  const { text, title } = sampleReport();
  for (const line of log.lines) {
    for (const privateText of [...secrets, text, title]) expect(line).not.to.include(privateText);
  }
}

import { expect } from 'chai';
import { httpTracker } from '../../../../adapters/trackers/http/index.js';
import type { Tracker } from '../../../../src/ports/tracker.js';
import { RecordingLog, RecordingSink } from '../recording.js';
import { sampleReport } from '../samples.js';
import { PeerTracker } from './peer.js';

const never = new AbortController().signal;

describe('http tracker: polled events', () => {
  let peer: PeerTracker;
  let tracker: Tracker;
  let log: RecordingLog;
  let stop: AbortController;
  let running: Promise<void>;

  beforeEach(async () => {
    peer = new PeerTracker();
    log = new RecordingLog();
    stop = new AbortController();
    running = Promise.resolve();
    const parsed = httpTracker.parseConfig({ url: await peer.start(), poll: { everySeconds: 1 }, timeoutSeconds: 2 });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    tracker = httpTracker.create({ ...parsed.config, poll: { everySeconds: 0.02 } }, { log });
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await tracker.close();
    await peer.stop();
  });

  async function movedTicket(): Promise<string> {
    const filed = await tracker.submit(sampleReport(), never);
    if (filed.kind !== 'filed') throw new Error('not filed');
    peer.move(filed.trackingId, 'verified', 'Lengkap');
    return filed.trackingId;
  }

  it('passes over a bad event, says where it was, and brings the rest', async () => {
    peer.events.push({ type: 'report.status_changed', data: { message: 'isi aduan' } }, 'bukan kejadian');
    peer.events.push({ type: 'report.merged' });
    await movedTicket();
    const sink = new RecordingSink();
    running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 1);
    expect(sink.cursors).to.deep.equal(['4']);
    const passedOver = log.lines.filter((line) => line.includes('passed over'));
    expect(passedOver).to.have.length(2);
    expect(passedOver[0]).to.include('"index":0').and.include('timestamp');
    expect(log.lines.join('\n')).not.to.include('isi aduan');
  });

  it('asks after the committed cursor, escaped', async () => {
    await movedTicket();
    const sink = new RecordingSink('0&after=9');
    peer.script({ status: 200, body: JSON.stringify({ events: [], cursor: '0' }) });
    running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 1);
    const asked = peer.seen.filter(({ method }) => method === 'GET').map(({ url }) => url);
    expect(asked.slice(0, 2)).to.deep.equal(['/events?after=0%26after%3D9', '/events?after=0']);
  });

  const faults = [
    { label: '500', answer: { status: 500 } },
    { label: 'a cut connection', answer: 'reset' },
    { label: '403', answer: { status: 403 } },
    { label: 'a page that does not fit', answer: { status: 200, body: '{"events":{}}' } },
    { label: 'no JSON', answer: { status: 200, body: 'halo' } },
  ] as const;
  for (const { label, answer } of faults) {
    it(`goes on by itself after ${label}`, async () => {
      await movedTicket();
      peer.script(answer, answer);
      const sink = new RecordingSink();
      running = tracker.run(sink, stop.signal);
      await sink.until(({ committed }) => committed.length === 1);
      expect(log.lines.filter((line) => line.includes('could not take in'))).to.have.length(2);
    });
  }

  it('waits as long as Retry-After says', async () => {
    await movedTicket();
    peer.script({ status: 429, headers: { 'retry-after': '1' } });
    const sink = new RecordingSink();
    running = tracker.run(sink, stop.signal);
    await sink.until(({ committed }) => committed.length === 1);
    expect(log.lines.join('\n')).to.include('"waitMs":1000');
  });

  it('stops at once while it waits for an answer', async () => {
    peer.always('hang');
    running = tracker.run(new RecordingSink(), stop.signal);
    const startedAtMs = Date.now();
    stop.abort();
    await running;
    expect(Date.now() - startedAtMs).to.be.lessThan(1_000);
  });
});

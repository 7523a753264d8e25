import { expect } from 'chai';
import { httpTracker } from '../../../../adapters/trackers/http/index.js';
import type { Filed, Tracker, TrackerFault } from '../../../../src/ports/tracker.js';
import { RecordingLog } from '../recording.js';
import { sampleFollowUp, sampleReport } from '../samples.js';
import { PeerTracker, type Scripted } from './peer.js';

const never = new AbortController().signal;

function json(status: number, body: unknown, headers: Record<string, string> = {}): Scripted {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

const filed = { trackingId: '9165816', status: 'received' };
const plainFiled: Filed = { kind: 'filed', trackingId: '9165816', status: 'received', dueAt: null, publicUrl: null };

/** `cause` and `message` are matched in part: their wording is for people. */
const submits: readonly { label: string; answer: Scripted; expected: Filed | TrackerFault }[] = [
  { label: '201', answer: json(201, filed), expected: plainFiled },
  { label: '200 for one that it knows', answer: json(200, filed), expected: plainFiled },
  {
    label: '201 with all that a tracker may say, and more',
    answer: json(201, {
      ...filed,
      status: 'verified',
      dueAt: '2026-11-24T17:00:00+07:00',
      publicUrl: 'https://www.lapor.go.id/9165816',
      desk: 7,
    }),
    expected: {
      kind: 'filed',
      trackingId: '9165816',
      status: 'verified',
      dueAt: '2026-11-24T17:00:00+07:00',
      publicUrl: 'https://www.lapor.go.id/9165816',
    },
  },
  {
    label: '201 without a tracking id',
    answer: json(201, { status: 'received' }),
    expected: { kind: 'retry', unavailable: false, cause: 'trackingId' },
  },
  {
    label: '201 with an unknown status',
    answer: json(201, { ...filed, status: 'diterima' }),
    expected: { kind: 'retry', unavailable: false, cause: 'status' },
  },
  {
    label: '200 with a page of HTML',
    answer: { status: 200, body: '<html>Selamat datang</html>' },
    expected: { kind: 'retry', unavailable: false, cause: 'no JSON' },
  },
  { label: '204', answer: { status: 204 }, expected: { kind: 'retry', unavailable: false, cause: '204' } },
  {
    label: 'a redirect',
    answer: { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    expected: { kind: 'retry', unavailable: true, cause: 'tracker.url' },
  },
  { label: '408', answer: { status: 408 }, expected: { kind: 'retry', unavailable: false, cause: '408' } },
  { label: '425', answer: { status: 425 }, expected: { kind: 'retry', unavailable: false, cause: '425' } },
  {
    label: '429 with Retry-After in seconds',
    answer: { status: 429, headers: { 'retry-after': '7' } },
    expected: { kind: 'retry', unavailable: true, afterMs: 7_000, cause: '429' },
  },
  {
    label: '429 with Retry-After in capitals, after a field as long',
    answer: { status: 429, headers: { 'X-Elevenlet': '9', 'RETRY-AFTER': '7' } },
    expected: { kind: 'retry', unavailable: true, afterMs: 7_000, cause: '429' },
  },
  {
    label: '503 with a Retry-After long past',
    answer: { status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    expected: { kind: 'retry', unavailable: true, afterMs: 0, cause: '503' },
  },
  {
    label: '503 with a Retry-After of ages, taken as a day',
    answer: { status: 503, headers: { 'retry-after': '99999999' } },
    expected: { kind: 'retry', unavailable: true, afterMs: 86_400_000, cause: '503' },
  },
  {
    label: '503 with a Retry-After that says nothing',
    answer: { status: 503, headers: { 'retry-after': 'nanti' } },
    expected: { kind: 'retry', unavailable: true, cause: '503' },
  },
  { label: '500', answer: { status: 500 }, expected: { kind: 'retry', unavailable: true, cause: '500' } },
  { label: '599', answer: { status: 599 }, expected: { kind: 'retry', unavailable: true, cause: '599' } },
  {
    label: '422 with its code',
    answer: json(422, { code: 'out_of_area', message: 'bukan wilayah kami' }),
    expected: { kind: 'refused', code: 'out_of_area', message: 'bukan wilayah kami' },
  },
  {
    label: '400 without a body',
    answer: { status: 400 },
    expected: { kind: 'refused', code: 'http_400', message: '{ code, message }' },
  },
  {
    label: '401 without a body: a token that ran out is no report’s fault',
    answer: { status: 401 },
    expected: { kind: 'retry', unavailable: true, cause: 'tracker.token' },
  },
  {
    label: '401 in the words of the contract',
    answer: { status: 401, body: '{"code":"unauthorized","message":"no"}' },
    expected: { kind: 'refused', code: 'unauthorized', message: 'no' },
  },
  {
    label: '413 with a page of HTML',
    answer: { status: 413, body: '<html></html>' },
    expected: { kind: 'refused', code: 'http_413', message: '413' },
  },
  {
    label: 'a connection that is cut',
    answer: 'reset',
    expected: { kind: 'retry', unavailable: true, cause: 'UND_ERR_SOCKET' },
  },
  {
    label: 'no answer in time',
    answer: 'hang',
    expected: { kind: 'retry', unavailable: true, cause: 'no answer within' },
  },
  {
    label: 'an answer without end',
    answer: { status: 200, body: 'x'.repeat(70_000) },
    expected: { kind: 'retry', unavailable: true, cause: 'longer than' },
  },
];

describe('http tracker: what an answer means', () => {
  let peer: PeerTracker;
  let tracker: Tracker;
  let log: RecordingLog;
  let url: string;

  function create(changes: object = {}): Tracker {
    const parsed = httpTracker.parseConfig({ url, token: 'kunci-pelacak', timeoutSeconds: 0.3, ...changes });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    return httpTracker.create(parsed.config, { log });
  }

  beforeEach(async () => {
    peer = new PeerTracker();
    url = await peer.start();
    log = new RecordingLog();
    tracker = create();
  });

  afterEach(async () => {
    await tracker.close();
    await peer.stop();
  });

  for (const { label, answer, expected } of submits) {
    it(`submit: ${label} -> ${expected.kind}`, async () => {
      peer.script(answer);
      expectLike(await tracker.submit(sampleReport(), never), expected);
      expect(peer.seen).to.have.length(1);
    });
  }

  it('submit: nobody listens -> retry', async () => {
    await peer.stop();
    const expected = { kind: 'retry', unavailable: true, cause: 'ECONNREFUSED' } as const;
    expectLike(await tracker.submit(sampleReport(), never), expected);
    peer = new PeerTracker();
    await peer.start();
  });

  it('submit: stopped while under way -> retry, at once', async () => {
    peer.script('hang');
    const stop = new AbortController();
    const submitted = create({ timeoutSeconds: 300 }).submit(sampleReport(), stop.signal);
    stop.abort();
    expect(await submitted).to.include({ kind: 'retry', unavailable: false });
  });

  it('gives up what waits behind a hanging answer without losing what can still be sent', async () => {
    const narrow = create({ connections: 1, pipelining: 2 });
    peer.always('hang');
    const stop = new AbortController();
    const reports = Array.from({ length: 6 }, () => sampleReport());
    const stopped = reports.slice(0, 5).map((report) => narrow.submit(report, stop.signal));
    const late = narrow.submit(sampleReport(), never);
    stop.abort();
    for (const result of await Promise.all(stopped)) expect(result).to.include({ kind: 'retry' });
    expect(await late).to.include({ kind: 'retry' });
    peer.always(null);
    const again = await Promise.all(reports.map((report) => narrow.submit(report, never)));
    expect(again.map(({ kind }) => kind)).to.deep.equal(reports.map(() => 'filed'));
    await narrow.close();
  });

  it('has several reports under way on one connection', async () => {
    const narrow = create({ connections: 1, pipelining: 4, timeoutSeconds: 300 });
    peer.always('hang');
    const stop = new AbortController();
    const submitted = [1, 2, 3, 4].map(() => narrow.submit(sampleReport(), stop.signal));
    await peer.untilSeen(4);
    stop.abort();
    await Promise.all(submitted);
    await narrow.close();
  });

  it('follow-up: any success is one, whatever its body', async () => {
    for (const status of [200, 201, 202, 204]) {
      peer.script({ status });
      expect(await tracker.followUp('9165816', sampleFollowUp(), never)).to.deep.equal({ kind: 'filed' });
    }
  });

  it('status: a ticket that does not fit the schema is to be retried', async () => {
    peer.script(json(200, { trackingId: '9165816', status: 'received', updatedAt: 'kemarin' }));
    const expected = { kind: 'retry', unavailable: false, cause: 'updatedAt' } as const;
    expectLike(await tracker.status('9165816', never), expected);
  });

  it('sends what the contract says', async () => {
    const based = create({ url: `${url}/api/v1/` });
    const report = sampleReport({ id: '0193f0c4-7b1e-7a52-8c3d-1f2e3d4c5b6a' });
    const followUp = sampleFollowUp();
    await based.submit(report, never);
    await based.followUp('A/1 b', followUp, never);
    await based.status('A/1 b', never);
    await based.close();
    const [submit, followedUp, status] = peer.seen;
    expect(submit).to.include({ method: 'POST', url: '/api/v1/reports', body: JSON.stringify(report) });
    expect(submit?.headers).to.include({
      authorization: 'Bearer kunci-pelacak',
      'content-type': 'application/json',
      'idempotency-key': report.id,
      traceparent: '00-0193f0c47b1e7a528c3d1f2e3d4c5b6a-8c3d1f2e3d4c5b6a-01',
    });
    expect(followedUp).to.include({ method: 'POST', url: '/api/v1/reports/A%2F1%20b/follow-ups' });
    expect(followedUp?.headers).to.include({ 'idempotency-key': followUp.id });
    expect(status).to.include({ method: 'GET', url: '/api/v1/reports/A%2F1%20b' });
    expect(status?.headers).to.include({ authorization: 'Bearer kunci-pelacak' });
  });

  it('has no place for events where there is no secret to check them with', () => {
    expect(tracker.handleEvents).to.equal(undefined);
  });
});

function expectLike(actual: object, expected: object): void {
  const { cause = '', message = '', ...fixed } = expected as { cause?: string; message?: string };
  expect(actual).to.deep.include(fixed);
  const said = actual as { cause?: string; message?: string; afterMs?: number };
  expect(said.cause ?? '').to.include(cause);
  expect(said.message ?? '').to.include(message);
  expect('afterMs' in said).to.equal('afterMs' in fixed);
}

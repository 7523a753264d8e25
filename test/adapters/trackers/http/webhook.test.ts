import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { EventReceiver } from '../../../../adapters/trackers/http/webhook.js';
import type { WebhookRequest } from '../../../../src/ports/webhook.js';
import { RecordingLog, RecordingSink } from '../recording.js';

const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const otherKey = 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

const event = {
  type: 'report.status_changed',
  timestamp: '2026-11-22T08:00:00+07:00',
  data: {
    reportId: '0193f0c4-7b1e-7a52-8c3d-1f2e3d4c5b6a',
    trackingId: '9165816',
    sequence: 3,
    status: 'in_progress',
    agency: 'Dinas PU Buleleng',
    message: 'Tim akan ke lokasi besok 🛠',
  },
};

/** Signed by hand, not with the package under test: the published scheme is what counts. */
function signatureOf(body: string, id: string, timestamp: number | string, secret: string): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${timestamp}.${body}`);
  return `v1,${hmac.digest('base64')}`;
}

function requestOf(body: string, changes: Record<string, string | undefined> = {}, secret = key): WebhookRequest {
  const id = changes['webhook-id'] ?? 'msg_1';
  const timestamp = changes['webhook-timestamp'] ?? String(nowSeconds());
  const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  return {
    method: 'POST',
    url: '/tracker/events',
    query: new URLSearchParams(),
    headers: { ...signed, 'webhook-signature': signatureOf(body, id, timestamp, secret), ...changes },
    body: Buffer.from(body),
    remoteAddress: '127.0.0.1',
  };
}

const good = JSON.stringify(event);
const withData = (changes: object): string => JSON.stringify({ ...event, data: { ...event.data, ...changes } });

interface Case {
  readonly label: string;
  /** Made when the case runs: made before, it would be stale after five minutes of other tests. */
  readonly request: () => WebhookRequest;
  readonly status: number;
  readonly committed: number;
  readonly says?: string;
}

const cases: readonly Case[] = [
  { label: 'a signed event', request: () => requestOf(good), status: 202, committed: 1 },
  {
    label: 'one signed with the new of two secrets',
    request: () =>
      requestOf(good, {
        'webhook-signature': `${signatureOf(good, 'msg_1', nowSeconds(), otherKey)} ${signatureOf(good, 'msg_1', nowSeconds(), key)}`,
      }),
    status: 202,
    committed: 1,
  },
  { label: 'one from four minutes ago', request: () => at(-240), status: 202, committed: 1 },
  { label: 'one from six minutes ago', request: () => at(-360), status: 401, committed: 0, says: 'too old' },
  { label: 'one from six minutes ahead', request: () => at(360), status: 401, committed: 0, says: 'too new' },
  { label: 'one signed with another secret', request: () => requestOf(good, {}, otherKey), status: 401, committed: 0 },
  {
    label: 'one changed on its way',
    request: () => ({ ...requestOf(good), body: Buffer.from(withData({ status: 'closed' })) }),
    status: 401,
    committed: 0,
  },
  {
    label: 'one under another id',
    request: () => ({ ...requestOf(good), headers: { ...requestOf(good).headers, 'webhook-id': 'msg_2' } }),
    status: 401,
    committed: 0,
  },
  ...(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const).map((header) => ({
    label: `one without ${header}`,
    request: () => ({ ...requestOf(good), headers: { ...requestOf(good).headers, [header]: undefined } }),
    status: 401,
    committed: 0,
    says: 'missing',
  })),
  {
    label: 'one whose timestamp is a date',
    request: () => requestOf(good, { 'webhook-timestamp': '2026-11-22T08:00:00Z' }),
    status: 401,
    committed: 0,
    says: 'seconds since 1970',
  },
  {
    label: 'one of a type that is not ours',
    request: () => requestOf(JSON.stringify({ type: 'report.merged', data: {} })),
    status: 202,
    committed: 0,
  },
  { label: 'a signed body that is no JSON', request: () => requestOf('halo'), status: 422, committed: 0 },
  { label: 'a signed body without a type', request: () => requestOf('{}'), status: 422, committed: 0, says: 'type' },
  { label: 'an empty signed body', request: () => requestOf(''), status: 422, committed: 0 },
  {
    label: 'an unknown status',
    request: () => requestOf(withData({ status: 'selesai' })),
    status: 422,
    committed: 0,
    says: 'data.status',
  },
  {
    label: 'a sequence that is no number',
    request: () => requestOf(withData({ sequence: '3' })),
    status: 422,
    committed: 0,
    says: 'data.sequence',
  },
];

function at(offsetSeconds: number): WebhookRequest {
  return requestOf(good, { 'webhook-timestamp': String(nowSeconds() + offsetSeconds) });
}

describe('http tracker: pushed events', () => {
  let log: RecordingLog;
  let receiver: EventReceiver;

  beforeEach(() => {
    log = new RecordingLog();
    receiver = new EventReceiver(`whsec_${key}`, log);
  });

  afterEach(() => {
    for (const line of log.lines) {
      expect(line).not.to.include(key);
      expect(line).not.to.include(event.data.message);
    }
  });

  for (const { label, request, status, committed, says = '' } of cases) {
    it(`${label} -> ${status}`, async () => {
      const sink = new RecordingSink();
      const answer = await receiver.receive(request(), sink);
      expect(answer.status).to.equal(status);
      expect(answer.body ?? '').to.include(says);
      expect(sink.committed).to.have.length(committed);
    });
  }

  it('hands over the event and its delivery id', async () => {
    const sink = new RecordingSink();
    await receiver.receive(requestOf(good, { 'webhook-id': 'msg_77' }), sink);
    expect(sink.committed).to.deep.equal([{ deliveryId: 'msg_77', event }]);
    expect(sink.cursors).to.deep.equal([]);
  });

  it('answers 503 with Retry-After, and not 202, when the event was not committed', async () => {
    const sink = new RecordingSink();
    sink.failNext(1);
    const answer = await receiver.receive(requestOf(good), sink);
    expect(answer.status).to.equal(503);
    expect(answer.headers?.['retry-after']).to.match(/^\d+$/);
  });

  it('takes no forged request, whatever it looks like', async () => {
    const header = fc.option(fc.string(), { nil: undefined });
    const headers = fc.record({ 'webhook-id': header, 'webhook-timestamp': header, 'webhook-signature': header });
    await fc.assert(
      fc.asyncProperty(headers, fc.uint8Array(), async (forged, body) => {
        const sink = new RecordingSink();
        const answer = await receiver.receive({ ...requestOf(good), headers: forged, body: Buffer.from(body) }, sink);
        expect(answer.status).to.equal(401);
        expect(sink.committed).to.deep.equal([]);
      }),
    );
  });
});

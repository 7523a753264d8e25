import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import { closeHttp, listen, readBody } from '../../../../scripts/simulators/http.js';
import {
  type FailureInput,
  type RunningTracker,
  startTrackerSimulator,
  type TrackerSimulatorOptions,
} from '../../../../scripts/simulators/tracker/index.js';
import type { Report } from '../../../../src/domain/report.js';
import { statusEventSchema } from '../../../../src/domain/statusEvent.js';

const secret = `whsec_${Buffer.from('a secret for tests only').toString('base64')}`;
const reportId = '0193a5e0-0000-7000-8000-000000000001';
const otherId = '0193a5e0-0000-7000-8000-000000000002';

describe('simulated tracker', () => {
  let tracker: RunningTracker;

  async function start(options: TrackerSimulatorOptions = {}): Promise<void> {
    tracker = await startTrackerSimulator(options);
  }

  function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${tracker.port}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  function submit(id = reportId, headers: Record<string, string> = {}): Promise<Response> {
    return post('/reports', report(id), { 'idempotency-key': id, ...headers });
  }

  function control(method: string, path: string, body?: unknown): Promise<Response> {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    return fetch(`http://127.0.0.1:${tracker.controlPort}${path}`, init);
  }

  async function read(path: string): Promise<unknown> {
    return (await fetch(`http://127.0.0.1:${tracker.port}${path}`)).json();
  }

  afterEach(() => tracker.close());

  describe('POST /reports', () => {
    it('files a report once, whatever the number of submissions', async () => {
      await start({ firstTrackingId: 9165816 });
      const answers = [await submit(), await submit(), await submit(otherId)];
      expect(answers.map(({ status }) => status)).to.deep.equal([201, 200, 201]);
      const bodies = await Promise.all(answers.map((answer) => answer.json()));
      expect(bodies).to.deep.equal([
        { trackingId: '9165816', status: 'received' },
        { trackingId: '9165816', status: 'received' },
        { trackingId: '9165817', status: 'received' },
      ]);
      expect(await (await control('GET', '/reports')).json()).to.deep.include({
        submissions: 3,
        distinct: 2,
        keys: [
          { key: reportId, trackingId: '9165816', submissions: 2 },
          { key: otherId, trackingId: '9165817', submissions: 1 },
        ],
      });
    });

    const refused = [
      { label: 'no report', body: {}, key: reportId, status: 400, message: /version: .*; id: / },
      { label: 'an unknown field', body: { ...report(), phone: '0812' }, key: reportId, status: 400, message: /phone/ },
      { label: 'another idempotency key', body: report(), key: otherId, status: 400, message: /Idempotency-Key/ },
    ];
    for (const { label, body, key, status, message } of refused) {
      it(`refuses ${label}`, async () => {
        await start();
        const answer = await post('/reports', body, { 'idempotency-key': key });
        expect(answer.status).to.equal(status);
        expect(((await answer.json()) as { message: string }).message).to.match(message);
        expect(tracker.simulator.totals().distinct).to.equal(0);
      });
    }

    it('asks for the token', async () => {
      await start({ token: 't0ken' });
      const statuses = [
        (await submit()).status,
        (await submit(reportId, { authorization: 'Bearer other' })).status,
        (await submit(reportId, { authorization: 'Bearer t0ken' })).status,
      ];
      expect(statuses).to.deep.equal([401, 401, 201]);
    });

    it('refuses more tickets than it may hold, and still knows those it has', async () => {
      await start({ maxTickets: 1 });
      expect([(await submit()).status, (await submit(otherId)).status, (await submit()).status]).to.deep.equal([
        201, 507, 200,
      ]);
    });

    it('keeps every key, and the content of the newest only', async () => {
      await start({ keep: 1, firstTrackingId: 1 });
      await submit();
      await submit(otherId);
      const contents = await Promise.all(
        ['1', '2'].map(
          async (id) => ((await (await control('GET', `/reports/${id}`)).json()) as { report: unknown }).report,
        ),
      );
      expect(contents).to.deep.equal([null, report(otherId)]);
    });

    it('tells when so many reports are filed', async () => {
      await start();
      const two = tracker.simulator.filed(2, 15_000);
      await submit();
      await submit(otherId);
      expect(await two).to.equal(true);
    });
  });

  describe('tickets', () => {
    it('take follow-ups once, and show their status', async () => {
      await start({ firstTrackingId: 1 });
      await submit();
      const followUp = {
        id: otherId,
        kind: 'addition',
        text: 'dekat SDN 1',
        receivedAt: '2026-11-21T09:30:00.000Z',
        attachments: [],
      };
      const statuses = [
        (await post('/reports/1/follow-ups', followUp)).status,
        (await post('/reports/1/follow-ups', followUp)).status,
        (await post('/reports/2/follow-ups', followUp)).status,
        (await post('/reports/1/follow-ups', { ...followUp, kind: 'other' })).status,
      ];
      expect(statuses).to.deep.equal([201, 200, 404, 400]);
      const { followUps } = (await (await control('GET', '/reports/1')).json()) as { followUps: unknown[] };
      expect(followUps).to.deep.equal([followUp]);
      await control('POST', '/tickets/1/status', { status: 'forwarded', agency: 'Dinas PU' });
      expect(await read('/reports/1')).to.deep.include({ trackingId: '1', status: 'forwarded', agency: 'Dinas PU' });
      expect((await fetch(`http://127.0.0.1:${tracker.port}/reports/2`)).status).to.equal(404);
    });

    it('tell their events to whoever polls, page by page', async () => {
      await start({ firstTrackingId: 1 });
      await submit();
      for (const status of ['verified', 'forwarded']) await control('POST', '/tickets/1/status', { status });
      const all = (await read('/events')) as { events: unknown[]; cursor: string };
      expect(all.events.map((event) => statusEventSchema.parse(event).data)).to.deep.equal([
        { reportId, trackingId: '1', sequence: 1, status: 'verified' },
        { reportId, trackingId: '1', sequence: 2, status: 'forwarded' },
      ]);
      expect(await read(`/events?after=${all.cursor}`)).to.deep.equal({ events: [], cursor: all.cursor });
      await control('POST', '/tickets/1/status', { status: 'closed' });
      expect(((await read(`/events?after=${all.cursor}`)) as { events: unknown[] }).events).to.have.length(1);
    });
  });

  describe('failures', () => {
    interface FailureCase {
      readonly failure: FailureInput;
      /** Of four submissions: the status, or null where the connection broke. */
      readonly answers: ReadonlyArray<number | null>;
      readonly stored: number;
    }
    const cases: readonly FailureCase[] = [
      { failure: { status: 503, every: 2 }, answers: [201, 503, 200, 503], stored: 1 },
      { failure: { status: 400, count: 3 }, answers: [400, 400, 400, 201], stored: 1 },
      { failure: { dropConnection: true, count: 1 }, answers: [null, 201, 200, 200], stored: 1 },
      { failure: { dropConnection: true }, answers: [null, null, null, null], stored: 0 },
      { failure: { dropAfterStore: true, count: 1 }, answers: [null, 200, 200, 200], stored: 1 },
      { failure: { status: 503, on: 'follow-ups' }, answers: [201, 200, 200, 200], stored: 1 },
    ];
    for (const { failure, answers, stored } of cases) {
      it(JSON.stringify(failure), async () => {
        await start();
        expect((await control('PUT', '/failures', failure)).status).to.equal(200);
        const seen: Array<number | null> = [];
        for (let n = 0; n < answers.length; n += 1) {
          seen.push(
            await submit().then(
              ({ status }) => status,
              () => null,
            ),
          );
        }
        expect(seen).to.deep.equal(answers);
        expect(tracker.simulator.totals().distinct).to.equal(stored);
      });
    }

    it('carry Retry-After', async () => {
      await start();
      await control('PUT', '/failures', { status: 429, retryAfterSeconds: 7 });
      expect((await submit()).headers.get('retry-after')).to.equal('7');
      await control('DELETE', '/failures');
      expect((await submit()).status).to.equal(201);
    });

    it('delay, and hang', async () => {
      await start();
      await control('PUT', '/failures', { delayMs: 60 });
      const sentAtMs = performance.now();
      expect((await submit()).status).to.equal(201);
      expect(performance.now() - sentAtMs).to.be.greaterThan(55);
      await control('PUT', '/failures', { hang: true });
      const signal = AbortSignal.timeout(50);
      const hung = await fetch(`http://127.0.0.1:${tracker.port}/events`, { signal }).catch(
        (error: Error) => error.name,
      );
      expect(hung).to.equal('TimeoutError');
    });

    it('name what is wrong with them', async () => {
      await start();
      const answer = await control('PUT', '/failures', { every: 0, often: true });
      expect(answer.status).to.equal(400);
      const { message } = (await answer.json()) as { message: string };
      for (const part of ['every: Too small', 'often', 'expected at least one of status, hang']) {
        expect(message).to.include(part);
      }
    });
  });

  describe('pushed events', () => {
    interface Push {
      readonly headers: IncomingHttpHeaders;
      readonly body: string;
    }
    const pushes: Push[] = [];
    let gateway: Server;
    let answers: number[] = [];

    beforeEach(async () => {
      pushes.length = 0;
      answers = [];
      gateway = createServer((request, response) => {
        void readBody(request, 10_000).then((body) => {
          pushes.push({ headers: request.headers, body: body.toString() });
          response.writeHead(answers.shift() ?? 202).end();
        });
      });
      const port = await listen(gateway, '127.0.0.1', 0);
      const url = `http://127.0.0.1:${port}/tracker/events`;
      await start({ firstTrackingId: 1, events: { url, secret, retryDelaysMs: [1, 1] } });
      await submit();
    });

    afterEach(() => closeHttp(gateway));

    async function moved(body: object): Promise<readonly Push[]> {
      expect((await control('POST', '/tickets/1/status', body)).status).to.equal(202);
      expect(await tracker.simulator.eventsSettled(15_000)).to.equal(true);
      return pushes;
    }

    function verified({ headers, body }: Push): unknown {
      return new Webhook(secret).verify(body, headers as Record<string, string>);
    }

    it('are signed and fit the contract', async () => {
      const [push] = await moved({ status: 'in_progress', message: 'Sedang diperbaiki' });
      const event = statusEventSchema.parse(push && verified(push));
      expect(event.data).to.deep.equal({
        reportId,
        trackingId: '1',
        sequence: 1,
        status: 'in_progress',
        message: 'Sedang diperbaiki',
      });
    });

    it('are sent again until they are taken, under one webhook-id', async () => {
      answers = [500, 503];
      const sent = await moved({ status: 'verified' });
      expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).to.have.property('size', 1);
      expect(sent).to.have.length(3);
      expect(tracker.simulator.totals().events).to.include({ delivered: 1, givenUp: 0, lastAnswer: 202 });
    });

    it('are given up, and counted, when they are never taken', async () => {
      answers = [500, 500, 500];
      await moved({ status: 'verified' });
      expect(tracker.simulator.totals().events).to.include({ delivered: 0, givenUp: 1, attempts: 3 });
    });

    it('of one ticket come in order', async () => {
      answers = [500];
      for (const status of ['verified', 'closed'] as const) tracker.simulator.setStatus('1', { status });
      expect(await tracker.simulator.eventsSettled(15_000)).to.equal(true);
      const sequences = pushes.map((push) => statusEventSchema.parse(verified(push)).data.sequence);
      expect(sequences).to.deep.equal([1, 1, 2]);
    });

    it('come twice when asked', async () => {
      const [first, second] = await moved({ status: 'closed', delivery: 'twice' });
      expect(second?.headers['webhook-id']).to.equal(first?.headers['webhook-id']);
      expect(second?.body).to.equal(first?.body);
    });

    const faulty = [
      { delivery: 'bad-signature', message: 'No matching signature found' },
      { delivery: 'stale-timestamp', message: 'Message timestamp too old' },
    ];
    for (const { delivery, message } of faulty) {
      it(`come with a ${delivery} when asked`, async () => {
        const [push] = await moved({ status: 'closed', delivery });
        expect(() => push && verified(push)).to.throw(message);
      });
    }
  });
});

function report(id = reportId): Report {
  return {
    version: 1,
    id,
    receivedAt: '2026-11-21T09:30:00.000Z',
    channel: { id: 'telkomsel', kind: 'sms', address: '1708' },
    reporter: { ref: 's_1', visibility: 'open' },
    kind: 'complaint',
    title: 'Jalan rusak di depan kantor camat Sukasada',
    text: 'Jln rusak parah di depan kantor camat Sukasada',
    language: null,
    keyword: null,
    implied: null,
    possibleDuplicateOf: null,
    locations: [],
    point: null,
    attachments: [],
    flags: [],
    thread: { inReplyTo: null, publicUrl: null },
    source: { externalIds: [], parts: 1, encoding: 'gsm7' },
  };
}

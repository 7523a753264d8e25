import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { createHttpApp, type HttpDeps } from '../../src/http/app.js';
import { type HttpServer, startHttpServer } from '../../src/http/server.js';
import type { WebhookRequest } from '../../src/ports/webhook.js';
import { RecordingLog } from '../adapters/trackers/recording.js';
import { held } from '../fakes/facts.js';

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

describe('http app', () => {
  let server: HttpServer | null = null;
  let log: RecordingLog;
  let taken: WebhookRequest[];

  beforeEach(() => {
    log = new RecordingLog();
    taken = [];
  });

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function start(changes: Partial<HttpDeps> = {}): Promise<void> {
    const take = async (webhook: WebhookRequest) => {
      taken.push(webhook);
      return { status: 202, headers: { 'content-type': 'text/plain' }, body: 'ACK' };
    };
    const fail = async () => {
      throw new Error('the store is gone');
    };
    const app = createHttpApp({
      log,
      readiness: async () => ({ ready: true, checks: { store: { ok: true } } }),
      metrics: async () => 'parts_total 7\n',
      channels: new Map([
        ['aggregator', take],
        ['broken', fail],
        ['telkomsel', null],
      ]),
      trackerEvents: take,
      media: (_request, response) => response.end('a picture'),
      bodyMaxBytes: 1_000,
      ...changes,
    });
    server = await startHttpServer(app, { host: '127.0.0.1', port: 0, drainMs: 500 });
  }

  function ask({ method = 'GET', path, body, headers = {} }: Ask): Promise<Got> {
    return new Promise((resolve, reject) => {
      const port = server?.port ?? 0;
      const asked = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  const answers: readonly { label: string; ask: Ask; status: number; says?: string; headers?: object }[] = [
    { label: 'lives', ask: { path: '/healthz' }, status: 200, says: 'ok' },
    {
      label: 'is ready',
      ask: { path: '/readyz' },
      status: 200,
      says: '{"ready":true,"checks":{"store":{"ok":true}}}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
    {
      label: 'shows metrics',
      ask: { path: '/metrics' },
      status: 200,
      says: 'parts_total 7',
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    },
    {
      label: 'hands a webhook to its channel',
      ask: { method: 'POST', path: '/webhooks/aggregator', body: 'x' },
      status: 202,
      says: 'ACK',
      headers: { 'content-type': 'text/plain' },
    },
    { label: 'takes GET webhooks', ask: { path: '/webhooks/aggregator?text=a' }, status: 202 },
    { label: 'hands events to the tracker', ask: { method: 'POST', path: '/tracker/events', body: '{}' }, status: 202 },
    { label: 'knows no other channel', ask: { path: '/webhooks/xl' }, status: 404, says: 'unknown_channel' },
    { label: 'knows no prototype', ask: { path: '/webhooks/constructor' }, status: 404, says: 'unknown_channel' },
    {
      label: 'gives a channel without webhooks none',
      ask: { method: 'POST', path: '/webhooks/telkomsel', body: 'x' },
      status: 405,
      says: 'takes no webhooks',
      headers: { allow: '' },
    },
    {
      label: 'takes no other method',
      ask: { method: 'DELETE', path: '/webhooks/aggregator' },
      status: 405,
      headers: { allow: 'GET, POST' },
    },
    { label: 'takes events by POST only', ask: { path: '/tracker/events' }, status: 405, headers: { allow: 'POST' } },
    {
      label: 'takes no body over the limit',
      ask: { method: 'POST', path: '/webhooks/aggregator', body: 'x'.repeat(1_001) },
      status: 413,
      says: 'too_large',
    },
    {
      label: 'takes a body at the limit',
      ask: { method: 'POST', path: '/webhooks/aggregator', body: 'x'.repeat(1_000) },
      status: 202,
    },
    {
      label: 'unpacks nothing',
      ask: { method: 'POST', path: '/webhooks/aggregator', body: 'x', headers: { 'content-encoding': 'gzip' } },
      status: 415,
    },
    { label: 'survives a broken path', ask: { path: '/webhooks/%E0%A4%A' }, status: 404, says: 'unknown_channel' },
    { label: 'overlooks a slash at the end', ask: { path: '/webhooks/aggregator/?text=a' }, status: 202 },
    {
      label: 'asks to come again when a handler fails',
      ask: { method: 'POST', path: '/webhooks/broken', body: 'Jalan rusak' },
      status: 503,
      says: 'unavailable',
      headers: { 'retry-after': '10' },
    },
    { label: 'has nothing else', ask: { path: '/admin?q=Jalan+rusak' }, status: 404, says: 'not_found' },
  ];
  for (const { label, ask: asked, status, says = '', headers = {} } of answers) {
    it(`${label}: ${asked.method ?? 'GET'} ${asked.path} -> ${status}`, async () => {
      await start();
      const got = await ask(asked);
      expect(got.status).to.equal(status);
      expect(got.body).to.include(says);
      expect(got.headers).to.include(headers);
      expect(got.headers).not.to.have.any.keys('x-powered-by', 'etag');
      for (const leak of ['Jalan', 'gone', 'node_modules', 'Error']) expect(got.body).not.to.include(leak);
    });
  }

  it('keeps the body to the byte, the query and the headers', async () => {
    await start();
    const body = Buffer.from([0x00, 0xff, 0x0d, 0x0a, 0xc3]);
    const headers = { 'content-type': 'application/json', 'X-Signature': 'abc' };
    await ask({ method: 'POST', path: '/webhooks/aggregator?a=1&a=2&b=%2B62', body, headers });
    const [webhook] = taken;
    expect(webhook?.body).to.deep.equal(body);
    expect(webhook).to.include({ method: 'POST', url: '/webhooks/aggregator?a=1&a=2&b=%2B62' });
    expect(webhook?.query.getAll('a')).to.deep.equal(['1', '2']);
    expect(webhook?.query.get('b')).to.equal('+62');
    expect(webhook?.headers).to.include({ 'x-signature': 'abc' });
    expect(webhook?.remoteAddress).to.equal('127.0.0.1');
  });

  it('gives a request without a body an empty one', async () => {
    await start();
    await ask({ path: '/webhooks/aggregator' });
    expect(taken[0]?.body).to.deep.equal(Buffer.alloc(0));
  });

  const forwarded = [
    { label: 'not from anyone', trustedProxies: [], address: '127.0.0.1' },
    { label: 'from a trusted proxy', trustedProxies: ['127.0.0.0/8'], address: '203.0.113.9' },
  ];
  for (const { label, trustedProxies, address } of forwarded) {
    it(`believes X-Forwarded-For ${label}`, async () => {
      await start({ trustedProxies });
      await ask({ path: '/webhooks/aggregator', headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(taken[0]?.remoteAddress).to.equal(address);
    });
  }

  it('takes no body over the limit that comes in chunks of unknown length', async () => {
    await start();
    const got = await ask({
      method: 'POST',
      path: '/webhooks/aggregator',
      body: 'x'.repeat(5_000),
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(got.status).to.equal(413);
    expect(got.headers.connection).to.equal('close');
    expect(taken).to.deep.equal([]);
  });

  const forwardings = [
    {
      label: 'the last that no trusted proxy added',
      header: '192.0.2.66, 203.0.113.9, 127.0.0.5',
      address: '203.0.113.9',
    },
    { label: 'the first, where all are trusted proxies', header: '127.0.0.7, 127.0.0.5', address: '127.0.0.7' },
  ];
  for (const { label, header, address } of forwardings) {
    it(`believes of X-Forwarded-For ${label}`, async () => {
      await start({ trustedProxies: ['127.0.0.0/8'] });
      await ask({ path: '/webhooks/aggregator', headers: { 'x-forwarded-for': header } });
      expect(taken[0]?.remoteAddress).to.equal(address);
    });
  }

  it('outlives a peer that goes in the middle of its body', async () => {
    await start();
    const socket = connect(server?.port ?? 0, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST /webhooks/aggregator HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc');
    socket.destroy();
    expect((await ask({ path: '/webhooks/aggregator' })).status).to.equal(202);
    expect(taken).to.have.length(1);
  });

  it('turns a webhook away while as many as may be wait for the store', async () => {
    const arrived = held<void>();
    const commit = held<void>();
    const take = async () => {
      arrived.release();
      await commit.promise;
      return { status: 200 };
    };
    await start({ channels: new Map([['aggregator', take]]), webhooksUnderWayMax: 1 });
    const first = ask({ path: '/webhooks/aggregator' });
    await arrived.promise;
    const second = await ask({ path: '/webhooks/aggregator' });
    expect(second.status).to.equal(503);
    expect(second.headers).to.include({ 'retry-after': '10' });
    commit.release();
    expect((await first).status).to.equal(200);
    expect((await ask({ path: '/webhooks/aggregator' })).status).to.equal(200);
  });

  it('is not ready when it says so, and says why', async () => {
    const checks = { store: { ok: false, detail: 'read-only' }, 'channels.telkomsel': { ok: true } };
    await start({ readiness: async () => ({ ready: false, checks }) });
    const got = await ask({ path: '/readyz' });
    expect(got.status).to.equal(503);
    expect(JSON.parse(got.body)).to.deep.equal({ ready: false, checks });
    expect((await ask({ path: '/healthz' })).status).to.equal(200);
  });

  it('is not ready when it can’t tell', async () => {
    await start({ readiness: () => Promise.reject(new Error('no answer')) });
    expect((await ask({ path: '/readyz' })).status).to.equal(503);
  });

  it('has no /tracker/events where the tracker pushes nothing', async () => {
    await start({ trackerEvents: null });
    expect((await ask({ method: 'POST', path: '/tracker/events' })).status).to.equal(404);
  });

  it('keeps a handler’s fault for the log', async () => {
    await start();
    await ask({ path: '/webhooks/broken' });
    expect(log.lines.join('\n')).to.include('an HTTP handler failed').and.include('the store is gone');
  });
});

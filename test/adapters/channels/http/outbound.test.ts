import { expect } from 'chai';
import nock from 'nock';
import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { Channel, OutboundReply, Outcome } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { blockOf, configOf } from './preset.js';

const host = 'https://aggregator.example';
const own = {
  address: '1708',
  auth: { secret: { field: 'secret', value: 'rahasia17' } },
  username: 'lapor',
  password: 'sandi 1708&',
};
const reply: OutboundReply = {
  id: '0193c0de-0000-7000-8000-000000000001',
  to: '6281234567890',
  text: 'Laporan Anda kami terima.',
  kind: 'acknowledgement',
  inReplyTo: 'trx-7',
};

/** How the preset describes it: kannel's template, its statuses, its own id. */
const kannel = blockOf('kannel', { ...own, outbound: { url: `${host}/sendsms` } });
const callback = 'https://gateway.example.go.id/webhooks/tested';

describe('http channel: replies', () => {
  let stop: AbortController;
  let stopped: Promise<void>;

  function open(block: Readonly<Record<string, unknown>>): Channel {
    stop = new AbortController();
    const channel = httpAdapter.create(configOf(block), { id: 'tested', webhookUrl: callback, ...observers([]) });
    stopped = channel.run(new ScriptedInbox(), stop.signal);
    return channel;
  }

  afterEach(async () => {
    stop.abort();
    await stopped;
    const unasked = nock.pendingMocks();
    nock.cleanAll();
    expect(unasked, 'answers that nobody asked for').to.deep.equal([]);
  });

  const send = (channel: Channel, given: Partial<OutboundReply> = {}): Promise<Outcome> =>
    channel.send({ ...reply, ...given }, steadyNowMs() + 5_000);

  const id = reply.id;
  const answers: readonly {
    readonly label: string;
    readonly status: number;
    readonly body: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly outcome: Outcome;
  }[] = [
    {
      label: 'accepted',
      status: 202,
      body: '0: Accepted for delivery',
      outcome: { kind: 'accepted', externalIds: [id] },
    },
    {
      label: 'queued',
      status: 202,
      body: '3: Queued for later delivery',
      outcome: { kind: 'accepted', externalIds: [id] },
    },
    {
      label: 'a success with other words',
      status: 202,
      body: 'Sabar ya',
      outcome: { kind: 'unsent', cause: 'answered 202 with a body that `success.body` does not fit' },
    },
    {
      label: 'a refusal',
      status: 400,
      body: 'Rejected',
      outcome: { kind: 'rejected', code: 'http_400', cause: 'answered 400' },
    },
    {
      label: 'a wrong password',
      status: 403,
      body: 'Authorization failed',
      outcome: { kind: 'unsent', cause: 'answered 403' },
    },
    { label: 'a failure', status: 500, body: '', outcome: { kind: 'unsent', cause: 'answered 500' } },
    {
      label: 'a redirect, not followed',
      status: 302,
      body: '',
      headers: { location: 'https://elsewhere.example/' },
      outcome: { kind: 'unsent', cause: 'answered 302' },
    },
    {
      label: 'too many requests',
      status: 429,
      body: '',
      headers: { 'retry-after': '7' },
      outcome: { kind: 'unsent', cause: 'answered 429', retryAfterMs: 7_000 },
    },
    {
      label: 'a proxy that gave up: the reply may be sent',
      status: 504,
      body: '',
      outcome: { kind: 'uncertain', cause: 'answered 504', externalIds: [id] },
    },
  ];
  for (const { label, status, body, headers = {}, outcome } of answers) {
    it(`${outcome.kind}: ${label}`, async () => {
      nock(host).get('/sendsms').query(true).reply(status, body, headers);
      expect(await send(open(kannel))).to.deep.equal(outcome);
    });
  }

  it('asks Kannel as its guide says', async () => {
    const query = {
      username: 'lapor',
      password: 'sandi 1708&',
      from: '1708',
      to: '+6281234567890',
      text: reply.text,
      charset: 'UTF-8',
      coding: '0',
      'dlr-mask': '31',
      'dlr-url': `${callback}?secret=rahasia17&receipt=${id}&status=%d`,
    };
    nock(host).get('/sendsms').query(query).reply(202, '0: Accepted for delivery');
    expect((await send(open(kannel))).kind).to.equal('accepted');
  });

  it('says so when a text needs UCS-2', async () => {
    nock(host)
      .get('/sendsms')
      .query((query) => query.coding === '2' && query.text === 'Terima kasih 🙏')
      .reply(202, '0: Accepted for delivery');
    expect((await send(open(kannel), { text: 'Terima kasih 🙏' })).kind).to.equal('accepted');
  });

  it('fills no place within a citizen’s or an agency’s words', async () => {
    nock(host)
      .get('/sendsms')
      .query((query) => query.text === 'Kode {password} dan {nosuch}')
      .reply(202, '0: Accepted for delivery');
    expect((await send(open(kannel), { text: 'Kode {password} dan {nosuch}' })).kind).to.equal('accepted');
  });

  it('begins no other header with a text, and sends one that is cut within a sign', async () => {
    const outbound = { url: `${host}/sendsms`, query: {}, headers: { 'x-text': '{text}' } };
    nock(host, { reqheaders: { 'x-text': 'Baik x-admin: 1 %EF%BF%BD' }, badheaders: ['x-admin'] })
      .get('/sendsms')
      .query(true)
      .reply(202, '0: Accepted for delivery');
    const channel = open(blockOf('kannel', { ...own, outbound }));
    expect((await send(channel, { text: 'Baik\r\nx-admin: 1 \ud83d' })).kind).to.equal('accepted');
  });

  const shapes: readonly {
    readonly label: string;
    readonly outbound: object;
    readonly expected: () => nock.Interceptor;
    readonly told?: { body: string; headers?: Record<string, string> };
    readonly ids: readonly string[];
  }[] = [
    {
      label: 'a form, with its id in the answer’s words',
      outbound: {
        method: 'POST',
        form: { hp: '{to}', isi: '{text}', trx: '{inReplyTo}' },
        externalId: { body: 'ID=(\\w+)' },
      },
      expected: () => nock(host).post('/kirim', 'hp=6281234567890&isi=Laporan+Anda+kami+terima.&trx=trx-7'),
      told: { body: 'OK ID=x99 DONE' },
      ids: ['x99'],
    },
    {
      label: 'JSON, with its id in JSON',
      outbound: {
        method: 'POST',
        json: { messages: [{ to: '{to}', hex: '{textHex}', flash: false }] },
        externalId: { json: 'data.0.id' },
        headers: { 'X-Trx': '{replyId}' },
      },
      expected: () =>
        nock(host, { reqheaders: { 'x-trx': id, 'content-type': 'application/json' } }).post('/kirim', {
          messages: [
            {
              to: '6281234567890',
              hex: Buffer.from(reply.text, 'utf16le').swap16().toString('hex').toUpperCase(),
              flash: false,
            },
          ],
        }),
      told: { body: '{"data":[{"id":42}]}' },
      ids: ['42'],
    },
    {
      label: 'basic authentication, with its id in a header',
      outbound: { basic: { username: '{username}', password: '{password}' }, externalId: { header: 'X-Id' } },
      expected: () => nock(host).get('/kirim').basicAuth({ user: 'lapor', pass: 'sandi 1708&' }),
      told: { body: 'ok', headers: { 'x-id': 'h1' } },
      ids: ['h1'],
    },
    {
      label: 'an answer without the id that was awaited',
      outbound: { externalId: { json: 'data.id' } },
      expected: () => nock(host).get('/kirim'),
      told: { body: 'no JSON at all' },
      ids: [],
    },
  ];
  for (const { label, outbound, expected, told = { body: '' }, ids } of shapes) {
    it(`sends ${label}`, async () => {
      expected().reply(200, told.body, told.headers ?? {});
      const { inbound, receipts } = blockOf('telco-callback', {});
      const channel = open({ ...own, inbound, receipts, outbound: { url: `${host}/kirim`, ...outbound } });
      expect(await send(channel)).to.deep.equal({ kind: 'accepted', externalIds: ids });
    });
  }

  it('is unsent where nobody listens', async () => {
    const channel = open(blockOf('kannel', { ...own, outbound: { url: 'http://127.0.0.1:9/' } }));
    expect(await send(channel)).to.deep.equal({ kind: 'unsent', cause: 'ECONNREFUSED' });
    expect(channel.health()).to.have.property('state', 'degraded');
    expect(channel.health().links[0]).to.include({ name: '127.0.0.1:9', state: 'unreachable' });
  });

  for (const to of ['1708', '112', 'TELKOMSEL']) {
    it(`answers no ${to}`, async () => {
      expect(await send(open(kannel), { to })).to.have.property('code', 'unanswerable');
    });
  }

  it('waits for its turn, and is unsent where that comes too late', async () => {
    nock(host).get('/sendsms').query(true).reply(202, '0: Accepted for delivery');
    const channel = open(blockOf('kannel', { ...own, outbound: { url: `${host}/sendsms`, throughputPerSecond: 0.1 } }));
    expect((await send(channel)).kind).to.equal('accepted');
    expect(await send(channel)).to.deep.equal({ kind: 'unsent', cause: 'no turn before the deadline' });
  });
});

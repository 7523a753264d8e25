import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { type Asked, WebhookPeer } from '../webhookPeer.js';
import { blockOf, configOf } from './preset.js';

const key = 'kunci-rahasia';
const text = 'original=081234567890&sendto=1708&message=Jalan+rusak';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function signature(signed: string, algorithm = 'sha256', encoding: 'hex' | 'base64' = 'hex'): string {
  return createHmac(algorithm, key).update(signed).digest(encoding);
}

function secondsAgo(seconds: number): string {
  return String(Math.round(Date.now() / 1_000) - seconds);
}

function posted(body: string, headers: Readonly<Record<string, string>> = form): Asked {
  return { method: 'POST', body, headers };
}

function basic(credentials: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

describe('http channel: webhooks', () => {
  let peer: WebhookPeer;
  let inbox: ScriptedInbox;
  let observed: string[];
  let stop: AbortController;
  let stopped: Promise<void>;

  async function serve(block: Readonly<Record<string, unknown>>): Promise<void> {
    const config = configOf(
      blockOf('telco-callback', { address: '1708', auth: 'none', outbound: { url: 'http://127.0.0.1:9/' }, ...block }),
    );
    observed = [];
    inbox = new ScriptedInbox();
    stop = new AbortController();
    const channel = httpAdapter.create(config, { id: 'tested', webhookUrl: null, ...observers(observed) });
    stopped = channel.run(inbox, stop.signal);
    peer = await WebhookPeer.serve(channel, inbox);
  }

  afterEach(async () => {
    stop.abort();
    await stopped;
    await peer.close();
  });

  const auths: readonly { label: string; auth: object; asked: Asked | (() => Asked); status: number }[] = [
    ...[
      { label: 'in the query', asked: { query: `?${text}&kunci=${key}` }, status: 200 },
      { label: 'in a form', asked: posted(`${text}&kunci=${key}`), status: 200 },
      { label: 'that is wrong', asked: { query: `?${text}&kunci=${key}x` }, status: 401 },
      { label: 'that is missing', asked: { query: `?${text}` }, status: 401 },
    ].map((one) => ({ ...one, label: `a secret ${one.label}`, auth: { secret: { field: 'kunci', value: key } } })),
    ...[
      { label: 'right', asked: { query: `?${text}`, headers: { 'x-token': key } }, status: 200 },
      { label: 'wrong', asked: { query: `?${text}`, headers: { 'x-token': 'x' } }, status: 401 },
    ].map((one) => ({ ...one, label: `a header, ${one.label}`, auth: { secret: { header: 'X-Token', value: key } } })),
    ...[
      { label: 'over the body', over: text, status: 200 },
      { label: 'over something else', over: `${text}!`, status: 401 },
    ].map(({ label, over, status }) => ({
      label: `a signature ${label}`,
      auth: { hmac: { header: 'X-Signature', key, prefix: 'sha256=' } },
      asked: posted(text, { ...form, 'x-signature': `sha256=${signature(over)}` }),
      status,
    })),
    {
      label: 'a signature in capitals',
      auth: { hmac: { header: 'X-Signature', key } },
      asked: posted(text, { ...form, 'x-signature': signature(text).toUpperCase() }),
      status: 200,
    },
    {
      label: 'a signature over the query, SHA-1 in base64',
      auth: { hmac: { header: 'x-sig', key, algorithm: 'sha1', encoding: 'base64', over: 'query' } },
      asked: { query: `?${text}`, headers: { 'x-sig': signature(text, 'sha1', 'base64') } },
      status: 200,
    },
    ...[
      { label: 'of now', signed: () => secondsAgo(0), status: 200 },
      { label: 'of a clock a little ahead', signed: () => secondsAgo(-200), status: 200 },
      { label: 'in milliseconds', signed: () => String(Date.now()), status: 200 },
      { label: 'in words', signed: () => new Date().toUTCString(), status: 200 },
      { label: 'recorded an hour ago', signed: () => secondsAgo(3_600), status: 401 },
      { label: 'of tomorrow', signed: () => secondsAgo(-86_400), status: 401 },
      { label: 'that says another', signed: () => secondsAgo(3_600), said: () => secondsAgo(0), status: 401 },
      { label: 'that is none', signed: () => 'kemarin', status: 401 },
      { label: 'that is empty', signed: () => '', status: 401 },
    ].map(({ label, signed, said, status }) => ({
      label: `a signature with a time ${label}`,
      auth: { hmac: { header: 'x-sig', key, timestamp: { header: 'X-Timestamp' } } },
      asked: () => {
        const time = signed();
        const headers = { 'x-timestamp': said?.() ?? time, 'x-sig': signature(`${time}.${text}`) };
        return posted(text, { ...form, ...headers });
      },
      status,
    })),
    {
      label: 'a signature over the query and a time, as the aggregator joins them',
      auth: { hmac: { header: 'x-sig', key, over: 'query', timestamp: { header: 'x-time', separator: '' } } },
      asked: () => {
        const time = secondsAgo(0);
        return { query: `?${text}`, headers: { 'x-time': time, 'x-sig': signature(`${time}${text}`) } };
      },
      status: 200,
    },
    {
      label: 'no signature',
      auth: { hmac: { header: 'x-sig', key } },
      asked: posted(text),
      status: 401,
    },
    ...[
      { label: 'right', credentials: `telco:${key}`, status: 200 },
      { label: 'wrong', credentials: 'telco:x', status: 401 },
    ].map(({ label, credentials, status }) => ({
      label: `a password, ${label}`,
      auth: { basic: { username: 'telco', password: key } },
      asked: { query: `?${text}`, headers: basic(credentials) },
      status,
    })),
    {
      label: 'an address on the list',
      auth: { addresses: ['127.0.0.0/8'] },
      asked: { query: `?${text}` },
      status: 200,
    },
    { label: 'an address that is not', auth: { addresses: ['10.0.0.0/8'] }, asked: { query: `?${text}` }, status: 403 },
    {
      label: 'the right address without the secret',
      auth: { addresses: ['127.0.0.1'], secret: { field: 'kunci', value: key } },
      asked: { query: `?${text}` },
      status: 401,
    },
  ];
  for (const { label, auth, asked, status } of auths) {
    it(`${status === 200 ? 'lets in' : 'keeps out'} ${label}`, async () => {
      await serve({ auth });
      const got = await peer.ask(typeof asked === 'function' ? asked() : asked);
      expect(got.status).to.equal(status);
      expect(inbox.committed).to.have.length(status === 200 ? 1 : 0);
      expect(`${got.body}${observed.join('\n')}`).to.not.include(key);
    });
  }

  it('believes nothing beside what was signed', async () => {
    await serve({ auth: { hmac: { header: 'x-sig', key } } });
    const body = 'message=Jalan+rusak';
    const headers = { ...form, 'x-sig': signature(body) };
    const got = await peer.ask({ method: 'POST', query: '?original=081234567890', body, headers });
    expect(got.status).to.equal(400);
  });

  it('answers as the aggregator wants it', async () => {
    await serve({ inbound: { answer: { status: 202, contentType: 'application/json', body: '{"ok":1}' } } });
    const got = await peer.ask({ query: `?${text}` });
    expect(got).to.include({ status: 202, body: '{"ok":1}' });
    expect(got.headers['content-type']).to.equal('application/json');
  });

  const turnedAway: readonly {
    label: string;
    block?: Readonly<Record<string, unknown>>;
    asked: Asked;
    status: number;
    says: string;
  }[] = [
    {
      label: 'another method',
      block: { inbound: { methods: ['GET'] } },
      asked: posted(text),
      status: 405,
      says: 'takes GET',
    },
    {
      label: 'another type of body',
      asked: { method: 'POST', body: '<sms/>', headers: { 'content-type': 'text/xml' } },
      status: 415,
      says: 'application/json',
    },
    {
      label: 'JSON that is none',
      asked: { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } },
      status: 400,
      says: 'not the JSON',
    },
    { label: 'a request without a text', asked: { query: '?original=0812345678' }, status: 400, says: 'message' },
    { label: 'a receipt without an id', asked: { query: '?status=DELIVRD' }, status: 400, says: 'messageid' },
  ];
  for (const { label, block = {}, asked, status, says } of turnedAway) {
    it(`turns away ${label}, and says what is expected`, async () => {
      await serve(block);
      const got = await peer.ask(asked);
      expect(got.status).to.equal(status);
      expect(got.body).to.include(says);
      expect(inbox.committed).to.deep.equal([]);
    });
  }

  it('takes a status that the table lacks for news on the way', async () => {
    await serve({});
    await peer.ask({ query: '?messageid=7&status=BUFFERED' });
    expect(inbox.receipts).to.have.length(1);
    expect(inbox.receipts[0]).to.deep.include({ externalIds: ['7'], state: 'in_transit', code: 'BUFFERED' });
  });

  it('settles a text without an id when it would have come again', async () => {
    await serve({ inbound: { repeatSeconds: 0 } });
    await peer.ask({ query: `?${text}` });
    while (inbox.settled.length === 0) await inbox.settling();
    expect(inbox.settled).to.deep.equal(inbox.committed.map((part) => part.key));
  });

  it('has nothing to settle of a text with an id', async () => {
    await serve({ inbound: { repeatSeconds: 0 } });
    await peer.ask({ query: `?${text}&messageid=7` });
    await peer.ask({ query: `?${text}` });
    while (inbox.settled.length === 0) await inbox.settling();
    expect(inbox.settled.map((each) => each.by)).to.deep.equal(['content']);
  });
});

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { twilioAdapter } from '../../../../adapters/channels/twilio/index.js';
import { paramsOf, readWebhook } from '../../../../adapters/channels/twilio/webhook.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { type Asked, WebhookPeer } from '../webhookPeer.js';
import { accountSid, authToken, configOf, incoming, publicUrl, sidOf, signed } from './account.js';

const mediaUrl = (number: number, account = accountSid, host = 'https://api.twilio.com') =>
  `${host}/2010-04-01/Accounts/${account}/Messages/${sidOf('MM', 7)}/Media/${sidOf('ME', number)}`;

describe('twilio channel: webhooks', () => {
  let peer: WebhookPeer;
  let inbox: ScriptedInbox;
  let observed: string[];
  let stop: AbortController;
  let stopped: Promise<void>;

  beforeEach(async () => {
    observed = [];
    inbox = new ScriptedInbox();
    stop = new AbortController();
    const channel = twilioAdapter.create(configOf(), { id: 'tested', webhookUrl: publicUrl, ...observers(observed) });
    stopped = channel.run(inbox, stop.signal);
    peer = await WebhookPeer.serve(channel, inbox);
  });

  afterEach(async () => {
    stop.abort();
    await stopped;
    await peer.close();
    expect(observed.join('\n')).to.not.include(authToken).and.not.include('5557654321');
  });

  const { body, headers = {} } = signed(incoming());
  const { 'x-twilio-signature': signature = '', ...unsigned } = headers;
  const requests: readonly { readonly label: string; readonly asked: Asked; readonly status: number }[] = [
    { label: 'signed by Twilio’s library', asked: signed(incoming()), status: 200 },
    {
      label: 'signed over a query as well',
      asked: { ...signed(incoming(), `${publicUrl}?line=1&x=%20a`), query: '?line=1&x=%20a' },
      status: 200,
    },
    {
      label: 'signed with the port in the URL',
      asked: signed(incoming(), publicUrl.replace('.id/', '.id:443/')),
      status: 200,
    },
    {
      label: 'signed over the address behind the proxy',
      asked: signed(incoming(), 'http://127.0.0.1:1708/webhooks/tested'),
      status: 401,
    },
    { label: 'signed with another token', asked: signed(incoming(), publicUrl, 'another'), status: 401 },
    { label: 'with a query that was not signed', asked: { ...signed(incoming()), query: '?a=1' }, status: 401 },
    {
      label: 'with a parameter that was not signed',
      asked: { ...signed(incoming()), body: `${body}&More=1` },
      status: 401,
    },
    {
      label: 'with its parameters in another order',
      asked: { ...signed(incoming()), body: String(body).split('&').reverse().join('&') },
      status: 200,
    },
    {
      label: 'with a second value for a parameter',
      asked: { ...signed(incoming()), body: `From=%2B15550001111&${body}` },
      status: 401,
    },
    {
      label: 'with a parameter moved into the query',
      asked: { ...signed(incoming()), body: String(body).replace(/&Body=[^&]*/, ''), query: '?Body=Jalan+rusak' },
      status: 401,
    },
    {
      label: 'with another text',
      asked: { ...signed(incoming()), body: String(body).replace('rusak', 'bagus') },
      status: 401,
    },
    { label: 'without a signature', asked: { method: 'POST', body: body ?? '', headers: unsigned }, status: 401 },
    { label: 'by GET', asked: { query: `?${body}`, headers: { 'x-twilio-signature': signature } }, status: 405 },
    {
      label: 'in JSON',
      asked: { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
      status: 415,
    },
  ];
  for (const { label, asked, status } of requests) {
    it(`answers ${status} to a request ${label}`, async () => {
      expect((await peer.ask(asked)).status).to.equal(status);
      expect(inbox.committed).to.have.length(status === 200 ? 1 : 0);
    });
  }

  it('answers with empty TwiML', async () => {
    const got = await peer.ask(signed(incoming()));
    expect(got.headers['content-type']).to.equal('text/xml; charset=utf-8');
    expect(got.body).to.match(/<Response><\/Response>$/);
  });

  it('gives what comes twice one key', async () => {
    await peer.ask(signed(incoming()));
    await peer.ask(signed(incoming()));
    const [first, second] = inbox.committed.map(({ key }) => key);
    expect(first).to.deep.equal({ by: 'id', id: sidOf('SM', 1) });
    expect(second).to.deep.equal(first);
  });

  it('takes pictures of its own account as attachments, by path', async () => {
    const media = {
      NumMedia: '3',
      MediaUrl0: mediaUrl(1),
      MediaContentType0: 'image/jpeg',
      MediaUrl1: mediaUrl(2, sidOf('AC', 2)),
      MediaContentType1: 'image/jpeg',
      MediaUrl2: 'http://169.254.169.254/latest/meta-data',
      MediaContentType2: 'image/png',
    };
    await peer.ask(signed(incoming({ ...media, Body: '' })));
    expect(inbox.committed[0]?.text).to.equal('');
    expect(inbox.committed[0]?.extras?.attachments).to.deep.equal([
      { id: `${sidOf('MM', 7)}/Media/${sidOf('ME', 1)}`, contentType: 'image/jpeg', bytes: null, sha256: null },
    ]);
  });

  it('flags what Twilio took for an opt-out', async () => {
    await peer.ask(signed(incoming({ Body: 'STOP', OptOutType: 'STOP' })));
    expect(inbox.committed[0]?.extras?.flags).to.deep.equal(['opt_out']);
  });

  const statuses = [
    ...['accepted', 'queued', 'sending', 'sent', 'scheduled', 'somethingnew'].map((status) => ({
      status,
      state: 'in_transit',
    })),
    ...['delivered', 'read'].map((status) => ({ status, state: 'delivered' })),
    ...['undelivered', 'failed', 'canceled'].map((status) => ({ status, state: 'undelivered' })),
  ];
  for (const { status, state } of statuses) {
    it(`takes the status ${status} for ${state}`, async () => {
      await peer.ask(signed(incoming({ MessageStatus: status, SmsStatus: status })));
      expect(inbox.committed).to.deep.equal([]);
      expect(inbox.receipts[0]).to.include({ state, code: status });
      expect(inbox.receipts[0]?.externalIds).to.deep.equal([sidOf('SM', 1)]);
    });
  }

  it('keeps the error of what was not delivered, and whether it was for an opt-out', async () => {
    await peer.ask(signed(incoming({ MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '21610' })));
    await peer.ask(signed(incoming({ MessageStatus: 'undelivered', SmsStatus: 'undelivered', ErrorCode: '30003' })));
    expect(inbox.receipts.map(({ code, optedOut }) => [code, optedOut])).to.deep.equal([
      ['undelivered/21610', true],
      ['undelivered/30003', undefined],
    ]);
  });

  it('acknowledges what is signed and of no kind that it knows, and stores nothing', async () => {
    const got = await peer.ask(signed({ AccountSid: accountSid, EventType: 'onMessageAdded' }));
    expect(got.status).to.equal(200);
    expect(inbox.committed).to.deep.equal([]);
  });

  const points = [
    { label: 'as it is', Latitude: '-8.1', Longitude: '115.1', point: { lat: -8.1, lon: 115.1 } },
    { label: 'not where it is empty', Latitude: '', Longitude: '', point: undefined },
    { label: 'not where it is none on earth', Latitude: '91', Longitude: '0', point: undefined },
  ];
  for (const { label, point, ...given } of points) {
    it(`has the point that a citizen sent, ${label}`, () => {
      const read = readWebhook(paramsOf(String(new URLSearchParams(incoming(given)))), configOf(), 0);
      expect(read.kind === 'message' ? read.part.extras?.point : null).to.deep.equal(point);
    });
  }

  it('reads whatever form comes, and never throws', () => {
    const names = ['MessageSid', 'From', 'Body', 'NumMedia', 'MediaUrl0', 'SmsStatus', 'OptOutType', 'Latitude'];
    const pair = fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), fc.string());
    const form = fc.array(pair).map((pairs) => new URLSearchParams(pairs).toString());
    const prefix = `AccountSid=${accountSid}&MessageSid=${sidOf('SM', 1)}&`;
    fc.assert(
      fc.property(fc.oneof(form, fc.string()), (text) => {
        readWebhook(paramsOf(text), configOf(), 0);
        readWebhook(paramsOf(prefix + text), configOf(), 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs nothing where no Twilio channel runs: the package is not loaded with the adapter', async () => {
    const adapter = new URL('../../../../adapters/channels/twilio/index.js', import.meta.url);
    const script = `await import(${JSON.stringify(adapter.href)});
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('/twilio/lib/')).length);
      const started = performance.now();
      await import('twilio/lib/webhooks/webhooks.js');
      console.log(performance.now() - started);`;
    const cwd = fileURLToPath(new URL('../../../../../', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd });
    const [loaded, loadMs] = stdout.trim().split('\n').map(Number);
    expect(loaded).to.equal(0);
    expect(loadMs).to.be.lessThan(1_000);
  });
});

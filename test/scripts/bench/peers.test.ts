import { connect } from 'node:net';
import { expect } from 'chai';
import { parse } from 'yaml';
import { gatewayConfig } from '../../../scripts/bench/gateway/gatewayConfig.js';
import { kannelConfig } from '../../../scripts/bench/kannel/kannelConfig.js';
import { HttpPeer } from '../../../scripts/bench/tracker/httpPeer.js';

describe('bench: HTTP peer', () => {
  let peer: HttpPeer;
  let url: string;

  beforeEach(async () => {
    peer = new HttpPeer();
    url = `http://127.0.0.1:${await peer.listen()}`;
  });

  afterEach(() => peer.close());

  async function file(key: string): Promise<{ status: number; trackingId: string }> {
    const answer = await fetch(`${url}/reports`, { method: 'POST', headers: { 'idempotency-key': key }, body: '{}' });
    const { trackingId } = (await answer.json()) as { trackingId: string };
    return { status: answer.status, trackingId };
  }

  it('files a report once, however often it comes', async () => {
    const first = await file('one');
    const again = await file('one');
    const other = await file('two');
    expect([first.status, again.status, other.status]).to.deep.equal([201, 200, 201]);
    expect(again.trackingId).to.equal(first.trackingId);
    expect(other.trackingId).to.not.equal(first.trackingId);
    expect(peer.counts()).to.deep.equal({ reports: 2, repeats: 1, followUps: 0, replyTexts: 0 });
  });

  it('takes follow-ups', async () => {
    const answer = await fetch(`${url}/reports/1000000/follow-ups`, { method: 'POST', body: '{}' });
    expect(answer.status).to.equal(201);
    expect(peer.counts().followUps).to.equal(1);
  });

  it('gives Kannel a text that fits one SMS', async () => {
    const text = await (await fetch(`${url}/reply-text?from=62812&text=isi`)).text();
    expect(text).to.have.lengthOf.within(80, 160);
  });

  it('answers what is sent in one piece in its order, and ends after the last', async () => {
    const { port } = new URL(url);
    const one = 'POST /reports HTTP/1.1\r\nIdempotency-Key: one\r\nContent-Length: 2\r\n\r\n{}';
    const last = 'GET /reply-text HTTP/1.1\r\nConnection: close\r\n\r\n';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(one + one + last + one));
    const answers = Buffer.concat(await socket.toArray()).toString();
    expect(answers.match(/(?<=HTTP\/1.1 )\d+|(?<=").*(?=")|Terima/g)).to.deep.equal([
      '201',
      'trackingId":"1000000","status":"received',
      '200',
      'trackingId":"1000000","status":"received',
      '200',
      'Terima',
    ]);
    expect(peer.counts()).to.include({ reports: 1, repeats: 1, replyTexts: 1 });
  });

  it('refuses what it cannot follow', async () => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('halo\r\n\r\n'));
    expect(Buffer.concat(await socket.toArray()).toString()).to.match(/^HTTP\/1.1 400 /);
  });

  for (const path of ['/', '/reports/7']) {
    it(`knows no GET ${path}`, async () => {
      expect((await fetch(url + path)).status).to.equal(404);
    });
  }
});

describe('bench: configurations', () => {
  it('gives the gateway one channel for each telco, without limits on traffic', () => {
    const store = { storeUrl: 'sqlite:/data/gateway.db', controlSocket: '/data/control' };
    const text = gatewayConfig({ httpPort: 1, ...store, trackerPort: 2, smscPorts: [3, 4] });
    const config = parse(text) as { store: { url: string }; channels: Record<string, Record<string, unknown>> };
    expect(config.store.url).to.equal('sqlite:/data/gateway.db');
    expect(Object.values(config.channels).map((channel) => channel.port)).to.deep.equal([3, 4]);
    expect(config.channels.telco1).to.include({ adapter: 'smpp', address: '1708', throughputPerSecond: 100_000 });
  });

  it('gives Kannel one smsc group for each telco, as groups apart', () => {
    const text = kannelConfig({
      adminPort: 1,
      smsboxPort: 2,
      sendsmsPort: 3,
      smscPorts: [4, 5],
      store: { type: 'file', location: '/data/kannel.store' },
      replyUrl: 'http://127.0.0.1:6/reply-text',
    });
    const groups = text.split('\n\n').map((group) => group.split('\n')[0]);
    expect(groups).to.deep.equal(['core', 'smsc', 'smsc', 'smsbox', 'sms-service'].map((name) => `group = ${name}`));
    expect(text).to.include('store-location = /data/kannel.store').and.include('port = 5\n');
  });
});

import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { smppAdapter } from '../../../../adapters/channels/smpp/index.js';
import { type Certificate, CertificateMaker } from './certificates.js';
import { deliverSm } from './peer.js';
import { parse, type Rig, startRig } from './rig.js';

describe('SMPP over TLS', () => {
  let maker: CertificateMaker;
  let server: Certificate;
  let client: Certificate;
  let rig: Rig | null = null;

  before(async () => {
    maker = await CertificateMaker.create();
    [server, client] = await Promise.all([
      maker.issue('server', 'IP:127.0.0.1,DNS:smsc.example'),
      maker.issue('client', 'DNS:gateway.example'),
    ]);
  });
  after(() => maker.close());
  afterEach(async () => {
    await rig?.stop();
    rig = null;
  });

  const start = async (tls: unknown, peerTls: Readonly<Record<string, unknown>> = {}) => {
    const place = { tls: { cert: server.cert, key: server.key, ...peerTls } };
    rig = await startRig({ tls, connectTimeoutSeconds: 5 }, undefined, place);
    return rig;
  };

  /** Why the peer could not be bound to, as `health` tells it. */
  const trouble = async (tls: unknown, peerTls: Readonly<Record<string, unknown>> = {}) => {
    const { healthIs } = await start(tls, peerTls);
    const { links } = await healthIs(({ links: [link] }) => link?.state === 'backing_off');
    return links[0]?.detail ?? '';
  };

  it('takes messages and sends replies, its CA given as a file', async () => {
    const { peer, inbox, send } = await start({ ca: maker.ca.certFile });
    const link = await peer.nextBound();
    expect((await link.ask('deliver_sm', deliverSm('Jalan rusak'))).status).to.equal(0);
    expect(inbox.committed.map(({ text }) => text)).to.deep.equal(['Jalan rusak']);
    expect((await send()).kind).to.equal('accepted');
  });

  it('takes a burst larger than a TLS record, and stays in step', async () => {
    const { peer, inbox } = await start({ ca: maker.ca.certFile });
    const link = await peer.nextBound();
    const sequences = Array.from({ length: 500 }, (_, index) =>
      link.send('deliver_sm', deliverSm(`${index} ${'x'.repeat(140)}`)),
    );
    await Promise.all(sequences.map((sequence) => link.answerTo(sequence)));
    expect(inbox.committed).to.have.length(500);
  });

  it('shows its own certificate to a peer that wants one, from files or as text', async () => {
    const wanting = { requestCert: true, rejectUnauthorized: true, ca: maker.ca.cert };
    for (const tls of [
      { ca: [maker.ca.certFile], cert: client.certFile, key: client.keyFile },
      { ca: maker.ca.cert, cert: client.cert, key: client.key },
      {
        ca: maker.ca.certFile,
        cert: client.certFile,
        key: await maker.encryptedKey(client, 'sandi'),
        passphrase: 'sandi',
      },
    ]) {
      const { peer, stop } = await start(tls, wanting);
      await peer.nextBound();
      await stop();
    }
    rig = null;
  });

  it('reads its certificates for each connection, so that a renewed one needs no restart', async () => {
    const { peer } = await start({ ca: maker.ca.certFile, cert: client.certFile, key: client.keyFile });
    const link = await peer.nextBound();
    const next = peer.nextBound();
    link.socket.destroy();
    await next;
  });

  it('trusts no CA that it does not know', async () => {
    expect(await trouble(true)).to.match(/UNABLE_TO_VERIFY_LEAF_SIGNATURE: .*a CA that is not known here.*tls\.ca/);
  });

  it('tells an expired certificate', async () => {
    const { cert, key } = await maker.issue('expired', 'IP:127.0.0.1', -1);
    expect(await trouble({ ca: maker.ca.certFile }, { cert, key })).to.match(/CERT_HAS_EXPIRED: .*has expired/);
  });

  it('tells a certificate of another host', async () => {
    const { cert, key } = await maker.issue('other', 'DNS:other.example');
    expect(await trouble({ ca: maker.ca.certFile }, { cert, key })).to.match(/another name.*tls\.serverName/);
  });

  it('takes the name that the config gives for the certificate of the host', async () => {
    const { cert, key } = await maker.issue('named', 'DNS:smsc.example');
    const { peer } = await start({ ca: maker.ca.certFile, serverName: 'smsc.example' }, { cert, key });
    await peer.nextBound();
  });

  it('tells that the peer wants a client certificate', async () => {
    const wanting = { requestCert: true, rejectUnauthorized: true, ca: maker.ca.cert };
    expect(await trouble({ ca: maker.ca.certFile }, wanting)).to.match(/wants a client certificate/);
  });

  it('tells that the peer does not know the CA of our certificate', async () => {
    const other = await CertificateMaker.create();
    const stranger = await other.issue('stranger', 'DNS:gateway.example');
    const wanting = { requestCert: true, rejectUnauthorized: true, ca: maker.ca.cert };
    const detail = await trouble({ ca: maker.ca.certFile, cert: stranger.certFile, key: stranger.keyFile }, wanting);
    await other.close();
    // OpenSSL's server side breaks the connection with or without an alert that arrives in time.
    expect(detail).to.match(/does not know the CA of our certificate|ECONNRESET|closed the connection/);
  });

  it('tells a peer that is too old', async () => {
    const old = { maxVersion: 'TLSv1.2' };
    expect(await trouble({ ca: maker.ca.certFile, minVersion: 'TLSv1.3' }, old)).to.match(
      /speaks no TLS version from tls\.minVersion/,
    );
  });

  it('tells a file that is not there, by its key', async () => {
    expect(await trouble({ ca: '/nowhere/ca.pem' })).to.match(/tls\.ca: cannot read \/nowhere\/ca\.pem \(ENOENT\)/);
  });

  it('tells a key that is not the certificate’s', async () => {
    const detail = await trouble({ ca: maker.ca.certFile, cert: client.certFile, key: server.keyFile });
    expect(detail).to.match(/tls\.key is not the key of tls\.cert/);
  });

  it('verifies nothing where the config says so', async () => {
    const { peer } = await start({ verify: false });
    await peer.nextBound();
  });

  it('tells a peer that speaks no TLS', async () => {
    const plain = await listen((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    rig = await startRig({ tls: true, port: portOf(plain) });
    const { links } = await rig.healthIs(({ links: [link] }) => link?.state === 'backing_off');
    expect(links[0]?.detail).to.match(/does not speak TLS on this port/);
    plain.close();
  });

  it('gives up a peer that takes the connection and says nothing, within connectTimeoutSeconds', async () => {
    const sockets: Socket[] = [];
    const silent = await listen((socket) => sockets.push(socket));
    rig = await startRig({ tls: true, port: portOf(silent), connectTimeoutSeconds: 0.1 });
    await rig.healthIs(({ links: [link] }) => link?.state === 'connecting');
    const { links } = await rig.healthIs(({ links: [link] }) => link?.state === 'backing_off');
    expect(links[0]?.detail).to.match(/no TLS handshake within 100 ms/);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('is off unless asked for, and checks its keys', () => {
    expect(parse().tls).to.equal(null);
    expect(parse({ tls: false }).tls).to.equal(null);
    expect(parse({ tls: true }).tls).to.deep.equal({ minVersion: 'TLSv1.2', verify: true });
    expect(parse({ tls: { ca: 'a.pem' } }).tls).to.deep.include({ ca: ['a.pem'] });
  });

  const faults = [
    { label: 'a certificate without its key', tls: { cert: 'a.pem' }, message: /tls","key.*belong together/ },
    { label: 'an unknown key', tls: { certificate: 'a.pem' }, message: /unknown key `certificate`/ },
    { label: 'an old version', tls: { minVersion: 'TLSv1' }, message: /TLSv1\.2 or TLSv1\.3/ },
    { label: 'a word', tls: 'yes', message: /tls/ },
  ];
  for (const { label, tls, message } of faults) {
    it(`faults ${label}`, () => expect(() => parse({ tls })).to.throw(message));
  }

  it('keeps its passphrase and a key given as text secret', () => {
    const config = parse({ tls: { cert: client.cert, key: client.key, passphrase: 'sandi' } });
    expect(smppAdapter.secrets(config)).to.deep.equal(['rahasia1', 'sandi', client.key]);
  });
});

async function listen(onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

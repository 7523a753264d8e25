import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { expect } from 'chai';
import { listen } from '../../../../../scripts/simulators/http.js';
import { tempFolder } from '../../../../config/tempFolder.js';
import { Peer } from '../peer.js';
import { brief, Surgery, told } from './surgery.js';

/** A server that does with each connection what a test says; closed after it. */
class Servers {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  async open(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    return listen(server, '127.0.0.1', 0);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

describe('doctor: on the way to the telco', () => {
  const surgery = new Surgery();
  const servers = new Servers();

  afterEach(async () => {
    await surgery.close();
    await servers.close();
  });

  it('tells name, connection, bind and enquire_link, with who answered and in what time', async () => {
    await surgery.start();
    const stages = await surgery.stages({ host: 'localhost' });
    expect(brief(stages)).to.deep.equal(['dns passed', 'tcp passed', 'bind passed', 'enquire_link passed']);
    expect(stages[0]?.facts.addresses).to.contain('127.0.0.1');
    expect(stages[2]?.facts).to.deep.equal({ role: 'transceiver', peer: 'telkomsel', version: '3.4' });
    for (const { elapsedMs } of stages) expect(elapsedMs).to.be.within(0, 5_000);
  });

  it('gives the bind back, so that the next client is not refused', async () => {
    await surgery.start();
    expect(brief(await surgery.stages()).at(-1)).to.equal('enquire_link passed');
    expect(brief(await surgery.stages()).at(-1)).to.equal('enquire_link passed');
    expect(surgery.telco.counts).to.include({ binds: 2, refusedBinds: 0 });
  });

  it('binds a receiver and a transmitter where the channel does', async () => {
    await surgery.start({}, { telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'secret', maxBinds: 2 }] });
    const stages = await surgery.stages({ bind: 'separate' });
    expect(stages.filter(({ name }) => name === 'bind').map(({ facts }) => facts.role)).to.deep.equal([
      'receiver',
      'transmitter',
    ]);
    expect(brief(stages)).to.have.lengthOf(5);
  });

  it('tells a name that nobody knows', async () => {
    expect(brief(await told({ host: 'smsc.invalid' }))[0]).to.match(/^dns failed dns\.(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('tells a closed port', async () => {
    const port = await servers.open(createServer());
    await servers.close();
    expect(brief(await told({ port }))).to.deep.equal(['tcp failed tcp.ECONNREFUSED']);
  });

  it('goes on to the next host, each with its own stages', async () => {
    await surgery.start();
    const stages = await surgery.stages({ host: undefined, hosts: ['smsc.invalid', '127.0.0.1'] });
    expect(brief(stages)).to.have.lengthOf(4);
    expect(brief(stages).at(-1)).to.equal('enquire_link passed');
  });

  const greetings: ReadonlyArray<{ label: string; greet: (socket: Socket) => void; reason: string }> = [
    { label: 'that hangs up', greet: (socket) => socket.destroy(), reason: 'bind.closed' },
    { label: 'that says nothing', greet: () => undefined, reason: 'bind.silent' },
    {
      label: 'that speaks another protocol',
      greet: (socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
      reason: 'bind.not_smpp',
    },
    {
      label: 'that sends a command_length of 8',
      greet: (socket) => socket.once('data', () => socket.write(Buffer.from([0, 0, 0, 8, 0, 0, 0, 0]))),
      reason: 'bind.not_smpp',
    },
    {
      label: 'that answers with a sequence number of its own',
      greet: (socket) => socket.once('data', () => socket.write(bindResponse(77))),
      reason: 'bind.mismatched',
    },
  ];
  for (const c of greetings) {
    it(`tells a peer ${c.label}`, async () => {
      const port = await servers.open(createServer((socket) => c.greet(socket)));
      const stages = await told({ port, responseTimeoutSeconds: 0.2 });
      expect(brief(stages)).to.deep.equal(['tcp passed', `bind failed ${c.reason}`]);
    });
  }

  it('takes a bind_resp without a body', async () => {
    const port = await servers.open(
      createServer((socket) =>
        socket.on('data', (chunk: Buffer) => socket.write(bindResponse(chunk.readUInt32BE(12)))),
      ),
    );
    const stages = await told({ port, responseTimeoutSeconds: 1 });
    expect(stages.find(({ name }) => name === 'bind')).to.deep.include({
      result: 'passed',
      facts: { role: 'transceiver', peer: '-', version: '-' },
    });
  });

  it('tells a peer that binds and then says nothing', async () => {
    const peer = await Peer.listen();
    peer.script.answersEnquireLink = false;
    peer.script.answersUnbind = false;
    try {
      const stages = await told({ port: peer.port, responseTimeoutSeconds: 0.1 });
      expect(brief(stages).at(-1)).to.equal('enquire_link failed enquire_link.silent');
    } finally {
      await peer.close();
    }
  });

  describe('over TLS', () => {
    const folder = tempFolder();

    before(() => {
      const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
      for (const name of ['smsc.example', '127.0.0.1']) {
        const subject = [
          '-subj',
          `/CN=${name}`,
          '-addext',
          `subjectAltName=${name === '127.0.0.1' ? 'IP' : 'DNS'}:${name}`,
        ];
        const files = ['-keyout', folder.path(`${name}.key`), '-out', folder.path(`${name}.pem`)];
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', ...subject, ...files);
      }
    });

    /** Ends TLS before the simulated telco, as a proxy at a telco does. */
    async function proxied(name: string): Promise<number> {
      await surgery.start();
      const server = createTlsServer(
        { key: readFileSync(folder.path(`${name}.key`)), cert: readFileSync(folder.path(`${name}.pem`)) },
        (outside) => {
          const inside = connectTo(surgery.telco.port, '127.0.0.1');
          outside.on('error', () => inside.destroy());
          outside.pipe(inside).pipe(outside);
        },
      );
      server.on('tlsClientError', () => undefined);
      return servers.open(server);
    }

    const account = { systemId: 'lapor', password: 'secret' };

    it('tells the version, the certificate and how long it is good', async () => {
      const port = await proxied('127.0.0.1');
      const stages = await told({ port, ...account, tls: { ca: [folder.path('127.0.0.1.pem')] } });
      expect(brief(stages)).to.deep.equal(['tcp passed', 'tls passed', 'bind passed', 'enquire_link passed']);
      expect(stages[1]?.facts).to.deep.equal({
        protocol: 'TLSv1.3',
        subject: '127.0.0.1',
        issuer: '127.0.0.1',
        daysLeft: 89,
      });
    });

    const failures = [
      { label: 'an authority that is not known', name: '127.0.0.1', ca: [], reason: 'tls.DEPTH_ZERO_SELF_SIGNED_CERT' },
      {
        label: 'another name',
        name: 'smsc.example',
        ca: ['smsc.example.pem'],
        reason: 'tls.ERR_TLS_CERT_ALTNAME_INVALID',
      },
      { label: 'a file that is gone', name: '127.0.0.1', ca: ['gone.pem'], reason: 'tls.file' },
    ];
    for (const c of failures) {
      it(`tells ${c.label}`, async () => {
        const port = await proxied(c.name);
        const ca = c.ca.map((file) => folder.path(file));
        const stages = await told({ port, ...account, tls: ca.length === 0 ? {} : { ca } });
        expect(brief(stages)).to.deep.equal(['tcp passed', `tls failed ${c.reason}`]);
      });
    }

    it('tells a port that speaks plain SMPP', async () => {
      await surgery.start();
      const stages = await surgery.stages({ tls: {}, connectTimeoutSeconds: 2 });
      expect(brief(stages)[1]).to.match(
        /^tls failed tls\.(ERR_SSL_WRONG_VERSION_NUMBER|closed|ECONNRESET|timeout|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
      );
    });
  });
});

/** A bind_transceiver_resp that is a header alone. */
function bindResponse(sequenceNumber: number): Buffer {
  const octets = Buffer.alloc(16);
  octets.writeUInt32BE(16, 0);
  octets.writeUInt32BE(0x8000_0009, 4);
  octets.writeUInt32BE(sequenceNumber, 12);
  return octets;
}

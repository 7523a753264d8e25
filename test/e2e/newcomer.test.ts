import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { freePort } from '../../scripts/bench/freePort.js';
import { fact } from '../../scripts/chaos/fact.js';
import { GatewayProcess, mainFile } from '../../scripts/chaos/gatewayProcess.js';
import { packagedFile } from '../../src/config/env.js';
import { lapor } from './command.js';

/** What the README promises to somebody who has just cloned this: typed as they would, into the built binary. */

interface Demonstration {
  server: { port: number };
  channels: Record<string, { port?: number; apiUrl?: string }>;
  simulators?: {
    smsc: { controlPort: number; telcos: Record<string, { port: number }> };
    x: { port: number; controlPort: number };
  };
}

const limitMs = 15_000;
const complaint = 'Jln rusak di depan kantor camat Sukasada kab Buleleng';

describe("a newcomer's first minutes", function () {
  this.timeout(60_000);
  let folder: string;
  const gateways: GatewayProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lapor-newcomer-'));
  });

  after(async () => {
    for (const gateway of gateways) await gateway.kill();
    await rm(folder, { recursive: true, force: true });
  });

  /** config/default.yaml on ports that are free. @returns where the control APIs of the simulators listen. */
  async function demonstration(file: string, change: (config: Demonstration) => void = () => undefined) {
    const config = parse(await readFile(packagedFile('config', 'default.yaml'), 'utf8')) as Demonstration;
    const { smsc, x } = config.simulators ?? {};
    if (smsc === undefined || x === undefined)
      throw new Error('config/default.yaml has no simulators: there is no demonstration');
    config.server.port = await freePort();
    smsc.controlPort = await freePort();
    for (const [name, telco] of Object.entries(smsc.telcos)) {
      telco.port = await freePort();
      Object.assign(config.channels[name] ?? {}, { port: telco.port });
    }
    Object.assign(x, { port: await freePort(), controlPort: await freePort() });
    Object.assign(config.channels.twitter ?? {}, { apiUrl: `http://127.0.0.1:${x.port}` });
    change(config);
    await writeFile(join(folder, file), stringify(config));
    return { httpPort: config.server.port, controlPorts: [smsc.controlPort, x.controlPort] };
  }

  function started(file: string): GatewayProcess {
    const gateway = new GatewayProcess(join(folder, file), folder);
    gateways.push(gateway);
    return gateway;
  }

  async function untilSimulatorsAreGone(controlPorts: readonly number[]): Promise<void> {
    for (const controlPort of controlPorts) {
      const look = () =>
        fetch(`http://127.0.0.1:${controlPort}/healthz`).then(
          () => undefined,
          () => true,
        );
      await fact('the simulator is gone', look, limitMs);
    }
  }

  it('`npx lapor-gateway` may be run as the program it is', async () => {
    // npx sets the mode only when it links the package for the first time, so each build has to set it.
    const { stdout } = await promisify(execFile)(mainFile, ['--version']);
    expect(stdout).to.match(/^\d+\.\d+\.\d+/);
  });

  describe('one after the other', () => {
    let gateway: GatewayProcess;
    let ports: Awaited<ReturnType<typeof demonstration>>;
    let trackingId: string;
    const asked = (...argv: string[]) => lapor(folder, ...argv, '--config', 'gateway.yaml');

    it('`start` says what is up and what to type next', async () => {
      ports = await demonstration('gateway.yaml');
      gateway = started('gateway.yaml');
      await gateway.printed(/Ctrl-C stops it/, limitMs);
      expect(gateway.output).to.include('telkomsel up, indosat up, three up, twitter up');
      expect(gateway.output).to.include('lapor-gateway text "Jln').and.include('lapor-gateway tweet "lampu');
      expect((await fetch(`http://127.0.0.1:${ports.httpPort}/readyz`)).status).to.equal(200);
    });

    it('`text` shows the SMS that comes back, with the tracking id', async () => {
      const { code, out, error } = await asked('text', complaint, '--from', '081234567890');
      expect({ code, error }).to.deep.equal({ code: 0, error: '' });
      expect(out).to.match(/081234567890 by telkomsel.*1708 to 081234567890/s);
      trackingId = /#(\d+)/.exec(out)?.[1] ?? '';
      expect(trackingId, out).to.not.equal('');
    });

    it('`tracker list` shows the ticket', async () => {
      const { code, out } = await asked('tracker', 'list');
      expect(code).to.equal(0);
      expect(out).to.include(trackingId).and.include('Jln rusak di depan kantor camat Sukasada');
    });

    it('`tracker set` sends the citizen an SMS, and `text --inbox` shows it', async () => {
      const { code } = await asked('tracker', 'set', trackingId, 'in_progress', '--message', 'Tim PU ke lokasi besok');
      expect(code).to.equal(0);
      const inbox = await fact(
        'the status is in the inbox',
        async () => {
          const { out } = await asked('text', '--inbox', '--from', '081234567890');
          return out.includes('Tim PU ke lokasi besok') ? out : undefined;
        },
        limitMs,
      );
      expect(inbox).to.include(`#${trackingId}: Ditindaklanjuti`);
    });

    it('`trace` tells its story in order', async () => {
      const { code, out } = await asked('trace', trackingId);
      expect(code).to.equal(0);
      const story = ['received', 'accepted', 'forwarded', 'reply queued', 'reply accepted', 'status'];
      const places = story.map((word) => out.indexOf(` ${word} `));
      expect(places, out).to.deep.equal([...places].sort((one, other) => one - other));
      expect(places, out).to.not.include(-1);
      expect(out, 'an address').to.not.include('81234567890');
    });

    it('`tweet` shows the thread with the tracking id, and later what became of it', async () => {
      const { code, out, error } = await asked('tweet', 'lampu jalan mati di Kota Semarang', '--from', 'warga');
      expect({ code, error }).to.deep.equal({ code: 0, error: '' });
      const [, post, id] = /^@warga \((\d+)\).*^@lapor1708 \(\d+, answers \1\).*#(\d+)/ms.exec(out) ?? [];
      expect(id, out).to.be.a('string');
      await asked('tracker', 'set', String(id), 'in_progress', '--message', 'Petugas PLN berangkat');
      await fact(
        'the status is in the thread',
        async () => {
          const thread = await asked('tweet', '--thread', String(post));
          return thread.out.includes('Petugas PLN berangkat') ? true : undefined;
        },
        limitMs,
      );
    });

    it('`dead-letters list` has nothing for a person', async () => {
      expect(await asked('dead-letters', 'list')).to.include({
        code: 0,
        out: 'No dead letters: nothing waits for a person.\n',
      });
    });

    it('a second gateway on the same store is told to go elsewhere', async () => {
      await demonstration('second.yaml', (config) => {
        delete config.simulators;
      });
      const { code, error } = await lapor(folder, 'start', '--config', 'second.yaml');
      expect(code).to.equal(1);
      expect(error).to.match(/^another gateway runs on data\/gateway\.db: stop it first.*store\.url/m);
      expect(error, 'a stack trace').to.not.match(/^\s+at /m);
    });

    it('the same once more is told whose ports are taken', async () => {
      const { code, error } = await asked('start');
      expect(code).to.equal(1);
      expect(error).to.match(/Port \d+ on 127\.0\.0\.1 is taken/);
      expect(error, 'a stack trace').to.not.match(/^\s+at /m);
    });

    it('SIGTERM ends it with 0, and its simulators with it', async () => {
      expect(await gateway.stop()).to.deep.equal({ code: 0, signal: null });
      await untilSimulatorsAreGone(ports.controlPorts);
    });

    it('`text` without a gateway says what to start', async () => {
      const { code, error } = await asked('text', complaint);
      expect(code).to.equal(1);
      expect(error).to.match(/No simulated telco .*npm start/);
    });

    it('`tweet` without a gateway says what to start', async () => {
      const { code, error } = await asked('tweet', complaint);
      expect(code).to.equal(1);
      expect(error).to.match(/No simulated X .*npm start/);
    });
  });

  it('a kill leaves no simulator behind', async () => {
    const { controlPorts } = await demonstration('killed.yaml');
    const gateway = started('killed.yaml');
    await gateway.printed(/lapor-gateway is up/, limitMs);
    await gateway.kill();
    await untilSimulatorsAreGone(controlPorts);
  });

  describe('a mistake in the config', () => {
    const mistakes: readonly { label: string; from: string; to: string; told: (line: number) => RegExp }[] = [
      {
        label: 'a slip in a key',
        from: 'address:',
        to: 'adress:',
        told: (line) => RegExp(`^mistake\\.yaml:${line}:5 +channels\\.telkomsel\\.adress +.*did you mean`, 'm'),
      },
      {
        label: 'no adapter of that name',
        from: 'adapter: smpp',
        to: 'adapter: smmp',
        told: (line) => RegExp(`^mistake\\.yaml:${line}:\\d+ +channels\\.telkomsel\\.adapter `, 'm'),
      },
      { label: 'no YAML', from: 'server:', to: 'server: [', told: () => /^mistake\.yaml:\d+:\d+ / },
    ];
    for (const { label, from, to, told } of mistakes) {
      it(`is named by file, line and key: ${label}`, async () => {
        const text = await readFile(packagedFile('config', 'default.yaml'), 'utf8');
        await writeFile(join(folder, 'mistake.yaml'), text.replace(from, to));
        const line = text.slice(0, text.indexOf(from)).split('\n').length;
        for (const command of ['check', 'start']) {
          const { code, error } = await lapor(folder, command, '--config', 'mistake.yaml');
          expect(code, command).to.equal(2);
          expect(error, command).to.match(told(line));
        }
      });
    }
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Esme, within } from './smsc/esme.js';

/** The simulators as processes, started the way that `lapor-gateway simulate` and `npm start` start them. */

const simulate = fileURLToPath(new URL('./simulate.js', import.meta.url));

interface Ready {
  readonly ready: true;
  readonly control: number;
  readonly port?: number;
  readonly telcos?: Readonly<Record<string, number>>;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await within('the exit', exit);
}

describe('simulator processes', () => {
  const children: ChildProcess[] = [];
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulators-'));
  });

  after(() => rm(folder, { recursive: true }));

  // SIGTERM and not SIGKILL: `simulate` passes it on, where SIGKILL would leave the simulator behind.
  afterEach(() => Promise.all(children.splice(0).map(stopped)));

  function started(...argv: string[]): ChildProcess {
    const child = spawn(process.execPath, [simulate, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  }

  async function ready(child: ChildProcess): Promise<Ready> {
    const [line] = (await within('the ready line', once(child.stdout as NodeJS.ReadableStream, 'data'))) as [Buffer];
    return JSON.parse(line.toString()) as Ready;
  }

  async function ended(child: ChildProcess): Promise<{ code: unknown; out: string; error: string }> {
    const [out, error, [code]] = await within(
      'the exit',
      Promise.all([
        text(child.stdout as NodeJS.ReadableStream),
        text(child.stderr as NodeJS.ReadableStream),
        once(child, 'exit'),
      ]),
    );
    return { code, out, error };
  }

  it('smsc: tells its ports, takes binds, unbinds on SIGTERM and exits 0', async () => {
    const child = started(
      'smsc',
      '--quiet',
      '--telco',
      'name=a,systemId=lapor,password=secret',
      '--telco',
      'name=b,systemId=x,password=y',
    );
    const { telcos, control } = await ready(child);
    expect(Object.keys(telcos ?? {})).to.deep.equal(['a', 'b']);
    expect((await fetch(`http://127.0.0.1:${control}/healthz`)).status).to.equal(200);
    const esme = await Esme.bound(telcos?.a ?? 0);
    const unbind = new Promise((resolve) => {
      esme.session.on('unbind', resolve);
    });
    child.kill('SIGTERM');
    await within('unbind', unbind);
    expect((await ended(child)).code).to.equal(0);
  });

  it('smsc: reads its telcos from a file', async () => {
    const file = join(folder, 'telcos.json');
    const telco = {
      name: 'three',
      systemId: 'lapor',
      password: 'secret',
      address: '1708',
      switches: { silent: 'submit_sm' },
    };
    await writeFile(file, JSON.stringify({ telcos: [telco] }));
    const { control } = await ready(started('smsc', '--quiet', '--config', file));
    const { telcos } = (await (await fetch(`http://127.0.0.1:${control}/telcos`)).json()) as {
      telcos: Array<{ name: string; switches: { silent: string } }>;
    };
    expect(telcos.map(({ name, switches }) => [name, switches.silent])).to.deep.equal([['three', 'submit_sm']]);
  });

  it('tracker: tells its ports, serves, and exits 0 when its standard input ends', async () => {
    const child = started('tracker', '--port', '0', '--stop-on-stdin-end');
    const { port } = await ready(child);
    expect((await fetch(`http://127.0.0.1:${port}/events`)).status).to.equal(200);
    child.stdin?.end();
    expect((await ended(child)).code).to.equal(0);
  });

  it('x: tells its ports, serves, and exits 0 when its standard input ends', async () => {
    const child = started('x', '--port', '0', '--handle', 'lapor_uji', '--wording', 'post', '--stop-on-stdin-end');
    const { port, control } = await ready(child);
    const state = (await (await fetch(`http://127.0.0.1:${control}/state`)).json()) as {
      service: { username: string };
      switches: { wording: string };
      credentials: { bearerToken: string };
    };
    expect([state.service.username, state.switches.wording]).to.deep.equal(['lapor_uji', 'post']);
    const authorization = `Bearer ${state.credentials.bearerToken}`;
    const path = '/2/users/by/username/lapor_uji';
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } })).status).to.equal(200);
    child.stdin?.end();
    expect((await ended(child)).code).to.equal(0);
  });

  it('goes when `simulate` is told to go', async () => {
    const child = started('tracker', '--port', '0');
    const { port } = await ready(child);
    await stopped(child);
    const answer = await fetch(`http://127.0.0.1:${port}/events`).catch(() => 'gone');
    expect([child.exitCode, answer]).to.deep.equal([0, 'gone']);
  });

  const help = [
    { name: 'smsc', teaches: ['--telco', 'telcos/telkomsel/switches'] },
    { name: 'tracker', teaches: ['--events-url', '/failures'] },
    { name: 'x', teaches: ['--window-seconds', '/bursts'] },
  ];
  for (const { name, teaches } of help) {
    it(`${name}: --help is the simulator's own`, async () => {
      const { code, out } = await ended(started(name, '--help'));
      expect(code).to.equal(0);
      for (const lesson of teaches) expect(out).to.include(lesson);
    });
  }

  const faults = [
    { label: 'a bad port', argv: ['smsc', '--port', 'x'], error: 'Expected a port' },
    {
      label: 'a telco without a password',
      argv: ['smsc', '--telco', 'name=a,systemId=b'],
      error: 'password: Invalid input',
    },
    { label: 'no key=value', argv: ['smsc', '--telco', 'telkomsel'], error: '"telkomsel": expected key=value' },
    {
      label: 'two telcos of one name',
      argv: ['smsc', ...['1', '2'].flatMap((id) => ['--telco', `name=a,systemId=${id},password=x`])],
      error: 'a name of its own',
    },
    {
      label: 'no file',
      argv: ['smsc', '--config', '/nonexistent/telcos.json'],
      error: '/nonexistent/telcos.json: ENOENT',
    },
    { label: 'a wording that X never had', argv: ['x', '--wording', 'toot'], error: 'Allowed choices are tweet, post' },
    {
      label: 'events without a secret',
      argv: ['tracker', '--port', '0', '--events-url', 'http://127.0.0.1:1'],
      error: 'go together',
    },
  ];
  for (const { label, argv, error } of faults) {
    it(`says what is wrong and exits 1: ${label}`, async () => {
      const result = await ended(started(...argv));
      expect(result.code).to.equal(1);
      expect(result.error).to.include(error);
    });
  }

  it('says which port is taken', async () => {
    const { port } = await ready(started('tracker', '--port', '0'));
    const { code, error } = await ended(started('tracker', '--port', String(port)));
    expect(code).to.equal(1);
    expect(error).to.include(`Port ${port} on 127.0.0.1 is taken`);
  });
});

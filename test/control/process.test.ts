import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { packagedFile } from '../../src/config/env.js';
import type { ChannelReport } from '../../src/control/protocol.js';
import { channelPortVersion } from '../../src/ports/channel.js';
import type { Act } from '../../src/ports/operations.js';
import { tempFolder } from '../config/tempFolder.js';

const command = packagedFile('dist', 'src', 'cli', 'main.js');

/** The gateway and its commands as processes, for what only they have: signals, a kill, an exit code. */
describe('live control of a gateway process', () => {
  const folder = tempFolder();
  let smsc: Smsc;
  let gateway: ChildProcess;
  let lines: string[];
  let file = '';
  let onLine: () => void = () => undefined;

  before(async () => {
    smsc = await startSmsc({ telcos: [{ name: 'telkomsel', systemId: 'lapor', password: 'sandi-1' }] });
  });

  after(async () => {
    if (gateway.exitCode === null && gateway.signalCode === null) gateway.kill('SIGKILL');
    await smsc.close();
  });

  function write(changes: { window?: number; store?: string; address?: string } = {}): void {
    const { window = 10, store = 'g.db', address = '1708' } = changes;
    file = folder.write(
      'gateway.yaml',
      `server: { port: 0 }
store: { url: "sqlite:${folder.path(store)}" }
tracker: { adapter: embedded, file: "${folder.path('t.db')}" }
channels:
  telkomsel: { adapter: smpp, host: 127.0.0.1, port: ${smsc.telco('telkomsel').port}, systemId: lapor, password: sandi-1, address: "${address}", window: ${window} }
`,
    );
  }

  /** Starts the gateway, and waits until it says that it is there. */
  async function start(): Promise<void> {
    gateway = spawn(process.execPath, [command, 'start', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    lines = [];
    createInterface({ input: gateway.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      onLine();
    });
    await said('started');
  }

  async function said(words: string): Promise<void> {
    while (!lines.some((line) => line.includes(words))) {
      await new Promise<void>((resolve) => {
        onLine = resolve;
      });
    }
  }

  async function run<Row>(...words: string[]): Promise<{ code: number; rows: Row[]; err: string }> {
    const child = spawn(process.execPath, [command, ...words, '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const rows = words.includes('--json') ? out.trimEnd().split('\n').filter(Boolean) : [];
    return { code: Number(code), rows: rows.map((row) => JSON.parse(row) as Row), err };
  }

  it('reloads on SIGHUP, keeps holds through a kill, and leaves no socket behind', async () => {
    write();
    await start();
    expect(await smsc.bound('telkomsel')).to.equal(true);

    write({ store: 'other.db' });
    gateway.kill('SIGHUP');
    await said('`store` differs from what runs');
    write({ window: 5 });
    gateway.kill('SIGHUP');
    await said('restarted telkomsel');
    // The answer to a reload does not wait for the telco's answer to the new bind for ever.
    while ((smsc.telco('telkomsel').counts.binds ?? 0) < 2) await setImmediate();
    expect(smsc.telco('telkomsel').counts.binds).to.equal(2);

    expect((await run('channel', 'pause', 'telkomsel')).code).to.equal(0);
    gateway.kill('SIGKILL');
    await once(gateway, 'exit');
    const alone = await run('channel', 'list');
    expect([alone.code, alone.err]).to.deep.equal([
      1,
      `no gateway runs on this store: ${folder.path('g.db.control')} is left over from one that died. Start it first\n`,
    ]);

    await start();
    const { rows } = await run<ChannelReport>('channel', 'list', '--json');
    expect(rows[0]?.hold?.hold).to.equal('paused');
    gateway.kill('SIGTERM');
    expect(await once(gateway, 'exit')).to.deep.equal([0, null]);
    expect(existsSync(folder.path('g.db.control'))).to.equal(false);

    // At night, in the middle of a change: what reads the store alone needs no more of the config than where it is.
    file = folder.write(
      'gateway.yaml',
      `store: { url: "sqlite:${folder.path('g.db')}" }\nchannels: { three: { windw: 3 } }\n`,
    );
    expect((await run('dead-letters', 'list')).code).to.equal(0);
    const acts = (await run<Act>('audit', '--json')).rows.map(({ actor, act, end }) => [actor, act, end?.result]);
    expect(acts.slice(1)).to.deep.equal([
      ['SIGHUP', 'reload', 'done'],
      ['SIGHUP', 'reload', 'refused'],
    ]);
    expect(acts[0]?.slice(1)).to.deep.equal(['channel pause', 'done']);
  }).timeout(60_000);

  it('says at the start which channel its adapter could not make', async () => {
    mkdirSync(folder.path('node_modules/broken'), { recursive: true });
    folder.write('node_modules/broken/package.json', '{ "name": "broken", "type": "module", "exports": "./index.js" }');
    folder.write(
      'node_modules/broken/index.js',
      `export const portVersion = ${channelPortVersion};
       export const channelAdapter = { name: 'line', medium: 'line', parseConfig: (config) => ({ ok: true, config }),
         secrets: () => [], address: () => 'x', create() { throw new Error('no key pair'); } };`,
    );
    file = folder.write(
      'broken.yaml',
      `store: { url: "sqlite:${folder.path('broken.db')}" }\nserver: { port: 0 }\ntracker: { adapter: embedded }
channels: { citizens: { adapter: "npm:broken" } }\n`,
    );
    const { code, err } = await run('start');
    expect(code).to.equal(1);
    expect(err).to.include('channels.citizens could not be made by its adapter line: no key pair');
  }).timeout(60_000);

  it('says at the start what `check` warns of', async () => {
    write({ store: 'warned.db', address: '6281100001708' });
    await start();
    const warnings = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ key }) => key !== undefined);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.include({ level: 'warn', file, line: 5, key: 'channels.telkomsel.address' });
    expect(warnings[0]?.msg).to.include('short code');
    gateway.kill('SIGTERM');
    expect(await once(gateway, 'exit')).to.deep.equal([0, null]);
  }).timeout(60_000);
});

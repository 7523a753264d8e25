import type { Socket } from 'node:net';
import { Client, type ClientBase, type ClientConfig } from 'pg';
import { messageOf } from '../../../src/domain/messageOf.js';
import { isReadOnly } from './faults.js';
import { TurnSocket } from './turnSocket.js';

/**
 * The servers of which one is the primary, as the URL names them; mostly one. New connections go to the one that took the
 * last. Where it takes none, or no writes, the next is asked: nobody tells when a standby is promoted, so whoever needs a
 * connection finds out.
 */
export class Servers {
  #chosen = 0;
  /** The open connections of each. */
  readonly #sockets: readonly Set<Socket>[];
  readonly #refusals = new WeakSet<object>();

  constructor(private readonly urls: readonly string[]) {
    this.#sockets = urls.map(() => new Set<Socket>());
  }

  /** A client for the server that is chosen now: what a pool makes its clients by. */
  readonly makeClient = (config: ClientConfig): Client => {
    const server = this.#chosen;
    const socket = this.#socket(server);
    const ofServer = { ...config, connectionString: this.urls[server], stream: () => socket };
    return new ServerClient(server, socket, ofServer, (error) => this.#refused(server, error));
  };

  /** A pool hands out connections that ended this moment, too. */
  isOpen(client: ClientBase): boolean {
    return !(client instanceof ServerClient && client.socket.destroyed);
  }

  /** Asks one server after the other, each once. @throws what the one said, or what all of them said. */
  async first<Connection>(connect: () => Promise<Connection>): Promise<Connection> {
    const refusals: unknown[] = [];
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (!this.#isRefusal(error) || this.urls.length === 1) throw error;
        refusals.push(error);
        if (refusals.length < this.urls.length) continue;
        throw new Error(`no server takes writes: ${refusals.map(messageOf).join('; ')}`, { cause: error });
      }
    }
  }

  /**
   * To be asked of each new connection, for a standby takes connections, too.
   * @throws when the server takes no writes.
   */
  async requireWritable(client: ClientBase): Promise<void> {
    const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
    if (rows[0]?.transaction_read_only === 'off') return;
    const error = new Error('the database server takes no writes: it is a standby, or was made read-only');
    if (client instanceof ServerClient) this.#refused(client.server, error);
    throw error;
  }

  /**
   * Heeds what a statement failed with. A server that takes no writes any more takes none by its other connections either:
   * they end as if it had died, rather than that each of them fails somebody's work first.
   */
  heed(client: ClientBase, error: unknown): void {
    if (!isReadOnly(error) || !(client instanceof ServerClient)) return;
    this.#leave(client.server);
    for (const socket of this.#sockets[client.server] ?? []) socket.destroy();
  }

  #socket(server: number): Socket {
    const socket = new TurnSocket();
    const open = this.#sockets[server];
    open?.add(socket);
    socket.once('close', () => open?.delete(socket));
    return socket;
  }

  #refused(server: number, error: Error): void {
    this.#refusals.add(error);
    this.#leave(server);
  }

  /** The pool wraps what came of a connection that took too long. */
  #isRefusal(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    return this.#refusals.has(error) || (error.cause instanceof Error && this.#refusals.has(error.cause));
  }

  /** Unless somebody has left it before. */
  #leave(server: number): void {
    if (this.#chosen === server) this.#chosen = (server + 1) % this.urls.length;
  }
}

/** A client that tells when it could not connect. */
class ServerClient extends Client {
  constructor(
    readonly server: number,
    readonly socket: Socket,
    config: ClientConfig,
    private readonly refused: (error: Error) => void,
  ) {
    super(config);
  }

  override connect(): Promise<Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<Client> | undefined {
    if (callback === undefined) {
      return new Promise((resolve, reject) => {
        this.connect((error?: Error) => (error ? reject(error) : resolve(this)));
      });
    }
    super.connect((error?: Error) => {
      if (error) this.refused(error);
      callback(error as Error);
    });
    return undefined;
  }
}

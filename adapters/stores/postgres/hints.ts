import type { Client } from 'pg';
import { steadyNowMs } from '../../../src/domain/clock.js';
import { messageOf } from '../../../src/domain/messageOf.js';
import type { Log } from '../../../src/ports/log.js';
import type { Database } from './database.js';
import { isRefused } from './faults.js';

/** All that is queued within so long is one hint: a busy node says little more than an idle one. */
const gatherMs = 20;
const listenAgainMs = 2_000;

/** Of its schema: several gateways may share a database. */
const channelName = `'lapor ' || current_schema()`;

/**
 * Tells other nodes that there are replies to send, by LISTEN and NOTIFY: a node without a bound session of a channel
 * queues what another one sends. A hint and no more. It is sent after the commit and by itself, for a transaction that
 * notifies holds a lock of the whole database while it commits; it may be lost, and then the next look at the queue finds
 * the work.
 */
export class Hints {
  #toldMs = 0;
  #telling: NodeJS.Timeout | null = null;
  #client: Client | null = null;
  #again: NodeJS.Timeout | null = null;
  #closed = false;
  /** The database has no LISTEN or no NOTIFY: each node looks at the queue by itself, and finds the work a little later. */
  #isRefused = false;

  /** @param node whose own hints are not told back to it. */
  constructor(
    private readonly database: Database,
    private readonly node: number,
    private readonly isAlone: () => boolean,
    private readonly log: Log | undefined,
  ) {}

  /** There are replies to send. Costs nothing where there is no other node. */
  tell(): void {
    if (this.#closed || this.#isRefused || this.#telling !== null || this.isAlone()) return;
    const waitMs = Math.max(0, this.#toldMs + gatherMs - steadyNowMs());
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#toldMs = steadyNowMs();
      this.database.query(`SELECT pg_notify(${channelName}, $1)`, [String(this.node)]).catch((error: unknown) => {
        if (isRefused(error)) this.#refuse(error);
      });
    }, waitMs);
  }

  /** @param wake called for each hint of another node, and after hints may have been missed. */
  async listen(wake: () => void): Promise<void> {
    if (this.#closed || this.#isRefused) return;
    const client = await this.database.connectApart().catch(() => null);
    if (client === null) return this.#listenLater(wake);
    if (this.#closed) return void client.end().catch(() => {});
    this.#client = client;
    const lost = (): void => this.#lost(client, wake);
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => {
      if (payload !== String(this.node)) wake();
    });
    try {
      const { rows } = await client.query<{ name: string }>(`SELECT ${channelName} AS name`);
      await client.query(`LISTEN ${client.escapeIdentifier(rows[0]?.name ?? '')}`);
      wake();
    } catch (error) {
      if (isRefused(error)) this.#refuse(error);
      lost();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#telling !== null) clearTimeout(this.#telling);
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#client?.end().catch(() => {});
  }

  #refuse(error: unknown): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.log?.warn(
      { cause: messageOf(error) },
      'the database tells nodes nothing (LISTEN, NOTIFY): each looks for replies to send by itself, once a second',
    );
  }

  #lost(client: Client, wake: () => void): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch(() => {});
    this.#listenLater(wake);
  }

  #listenLater(wake: () => void): void {
    if (this.#closed || this.#isRefused) return;
    this.#again = setTimeout(() => void this.listen(wake), listenAgainMs);
  }
}

import { type Client, type ClientBase, type ClientConfig, Pool, type PoolClient, type PoolConfig, types } from 'pg';
import { StoreUnavailable } from '../../../src/ports/store.js';
import { CommitInDoubt, isCut, isRepeatable, unavailable } from './faults.js';
import { Servers } from './servers.js';

/** Reads the numbers that a store keeps: milliseconds, sequence numbers and counts stay far below 2^53. */
const int8Oid = 20;

const repeatsMax = 8;

/**
 * What a session sets. Each statement has its index, so what the planner thinks of a table that was empty when it last
 * looked must not decide: a backlog of a million rows arrives faster than statistics do. Names that a database does not
 * know are left out, for not all that speak PostgreSQL's protocol have them.
 */
const sessionSettings: Readonly<Record<string, string>> = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  // Each reads little: to start another process for a part of it takes longer.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  // Whoever waited for a row then sees it as it is now: what the statements count on, whatever a server's default is.
  default_transaction_isolation: 'read committed',
};

export interface Connecting {
  /** Of one server, or of a primary and those that may become it. */
  readonly urls: readonly string[];
  readonly poolMax: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** A pool of connections, and transactions on them. */
export class Database {
  readonly #servers: Servers;
  readonly #pool: Pool;
  /** A statement is prepared once on each connection, under one name everywhere. */
  readonly #names = new Map<string, string>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(private readonly connecting: Connecting) {
    this.#servers = new Servers(connecting.urls);
    this.#pool = new Pool(poolConfig(connecting, this.#servers));
    // An idle connection that is cut tells it here. The next query opens another; whoever needs one is told then.
    this.#pool.on('error', () => {});
  }

  /** A connection outside of transactions, for opening. */
  async withClient<Value>(work: (client: PoolClient) => Promise<Value>): Promise<Value> {
    const client = await this.#connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  }

  /** A connection beside the pool, such as one that listens: still to be ended by whoever asked for it. */
  async connectApart(): Promise<Client> {
    return this.#servers.first(async () => {
      const client = this.#servers.makeClient(clientConfig(this.connecting));
      client.on('error', () => {});
      try {
        await client.connect();
        await this.#servers.requireWritable(client);
        return client;
      } catch (error) {
        client.end().catch(() => {});
        throw error;
      }
    });
  }

  /** One statement, which is a transaction of its own. @throws StoreUnavailable */
  query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#track(() => repeatedly(() => this.#queryOnce<Row>(sql, values)));
  }

  /**
   * Runs `work` in a transaction. May run it again, when it got in the way of another one: so it changes nothing but the
   * database, and what it learns for later it leaves with `tx.afterCommit`.
   * @throws StoreUnavailable; CommitInDoubt when it is perhaps done.
   */
  transaction<Value>(work: (tx: Tx) => Promise<Value>): Promise<Value> {
    return this.#track(() => repeatedly(() => this.#transactionOnce(work)));
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    await this.#pool.end();
  }

  nameOf(sql: string): string {
    const known = this.#names.get(sql);
    if (known !== undefined) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(sql, name);
    return name;
  }

  async #queryOnce<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const client = await this.#connect();
    try {
      const { rows } = await client.query({ name: this.nameOf(sql), text: sql, values: [...values] });
      client.release();
      return rows as Row[];
    } catch (error) {
      client.release(isCut(error));
      this.#servers.heed(client, error);
      throw error;
    }
  }

  async #transactionOnce<Value>(work: (tx: Tx) => Promise<Value>): Promise<Value> {
    const client = await this.#connect();
    const tx = new Tx(client, this);
    let broken = false;
    try {
      const value = await work(tx);
      await tx.commit();
      return value;
    } catch (error) {
      broken = isCut(error) || error instanceof CommitInDoubt || !(await tx.rollBack());
      this.#servers.heed(client, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  #connect(): Promise<PoolClient> {
    return this.#servers.first(async () => {
      for (;;) {
        const client = await this.#pool.connect();
        if (this.#servers.isOpen(client)) return client;
        client.release(true);
      }
    });
  }

  async #track<Value>(run: () => Promise<Value>): Promise<Value> {
    if (this.#closed) throw new StoreUnavailable('the store is closed');
    const running = run();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw unavailable(error);
    } finally {
      this.#underWay.delete(running);
    }
  }
}

/** What got in the way of another transaction left nothing behind. */
async function repeatedly<Value>(run: () => Promise<Value>): Promise<Value> {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isRepeatable(error) || repeats >= repeatsMax) throw error;
    }
  }
}

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * A transaction under way. Statements are sent as they are asked for and run in that order: who needs no answer does not
 * wait for one, and several travel together. It begins with the first answer that is waited for, or with its end: what
 * turns out to be one statement needs neither BEGIN nor COMMIT, for each statement is a transaction by itself.
 */
export class Tx {
  #begun = false;
  /** Asked for, and not yet sent: nobody has waited for an answer since. */
  #held: Statement[] = [];
  /** What the first statement that failed said; those after it only say that the transaction is aborted. */
  #failure: unknown = null;
  readonly #afterCommit: (() => void)[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly database: Database,
  ) {}

  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.#sendHeld();
    try {
      const { rows } = await this.client.query(this.#statement(sql, values));
      return rows as Row[];
    } catch (error) {
      this.#failure ??= error;
      throw this.#failure;
    }
  }

  /** For a statement whose answer nobody needs: what goes wrong with it is told by whatever is waited for next. */
  send(sql: string, values: readonly unknown[] = []): void {
    this.#held.push(this.#statement(sql, values));
  }

  /** For what was learnt of rows that are there once this is committed. */
  afterCommit(learn: () => void): void {
    this.#afterCommit.push(learn);
  }

  async commit(): Promise<void> {
    const [first, ...others] = this.#held;
    const isAlone = !this.#begun && others.length === 0;
    if (first !== undefined && isAlone) await this.#finish(first);
    else if (first !== undefined || this.#begun) {
      this.#sendHeld();
      await this.#finish({ text: 'COMMIT' });
    }
    for (const learn of this.#afterCommit) learn();
  }

  /** @returns whether the connection can be used again. */
  async rollBack(): Promise<boolean> {
    if (!this.#begun) return true;
    return this.client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
  }

  /** With the answer to this the transaction is committed. */
  async #finish(last: Statement | { readonly text: string }): Promise<void> {
    try {
      await this.client.query(last);
    } catch (error) {
      // What travelled with it failed in the same moment.
      const cause = this.#failure ?? error;
      throw isCut(cause) ? new CommitInDoubt(cause) : cause;
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #sendHeld(): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#sendUnwatched({ text: 'BEGIN' });
    }
    for (const statement of this.#held.splice(0)) this.#sendUnwatched(statement);
  }

  #sendUnwatched(statement: Statement | { readonly text: string }): void {
    this.client.query(statement).catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  #statement(sql: string, values: readonly unknown[]): Statement {
    return { name: this.database.nameOf(sql), text: sql, values: [...values] };
  }
}

function poolConfig(connecting: Connecting, servers: Servers): PoolConfig {
  return {
    ...clientConfig(connecting),
    max: connecting.poolMax,
    pipeline: true,
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => parserOf(oid, format) },
    // The pool makes its clients by `new`, which takes what a function returns.
    Client: function make(config: ClientConfig) {
      return servers.makeClient(config);
    },
    onConnect: async (client: ClientBase) => {
      await setSession(client, connecting.statementTimeoutMs);
      await servers.requireWritable(client);
    },
  } as unknown as PoolConfig;
}

/** Of any connection, but for where it goes. */
function clientConfig({ connectTimeoutMs, statementTimeoutMs }: Connecting): ClientConfig {
  return {
    keepAlive: true,
    application_name: 'lapor-gateway',
    connectionTimeoutMillis: connectTimeoutMs,
    // A server that is gone without a word, behind a firewall that drops packets.
    query_timeout: statementTimeoutMs * 2,
  };
}

function parserOf(oid: number, format: 'text' | 'binary' = 'text') {
  return oid === int8Oid ? Number : types.getTypeParser(oid, format as 'text');
}

/**
 * By statements and not by what a connection begins with: PgBouncer refuses to be told settings then. Also for whoever
 * explains what the store's statements do.
 * @param statementTimeoutMs 0: none.
 */
export async function setSession(client: ClientBase, statementTimeoutMs: number): Promise<void> {
  // A connection that is cut says so twice: to the query under way, which tells whoever asked, and here.
  client.on('error', () => {});
  const settings = {
    ...sessionSettings,
    statement_timeout: `${statementTimeoutMs}ms`,
    // A node that is frozen in the middle of a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: `${statementTimeoutMs}ms`,
  };
  await client.query(
    `SELECT set_config(s.name, g.setting, false)
     FROM unnest($1::text[], $2::text[]) AS g (name, setting) JOIN pg_settings s ON s.name = g.name`,
    [Object.keys(settings), Object.values(settings)],
  );
}

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { familyOf } from '../bench/procfs.js';
import { PostgresServer } from '../postgres/server.js';
import { fillPostgres } from './fill/postgres.js';
import type { Filling } from './fill/recipe.js';
import { fillSqlite } from './fill/sqlite.js';
import { type FullStoreOptions, fewestMessages, type StoreKind } from './options.js';
import type { PlanVerdict } from './plans/judging.js';
import { judgePostgres, walkPostgres } from './plans/postgres.js';
import { judgeSqlite, overhearSqlite } from './plans/sqlite.js';
import { type WholeWay, walkWholeWay } from './plans/wholeWay.js';

/** What was found out about the statements of a filled store. */
export interface Walked extends WholeWay {
  readonly verdict: PlanVerdict;
}

/** Where the stores of one kind are: a full one, and empty ones beside it. */
export interface Place {
  readonly kind: StoreKind;
  /** Fills the full store; where one was left from a run before it is taken as it is. */
  fill(filling: Filling, tell: (messages: number) => void): Promise<'filled' | 'found'>;
  /** Leads through all that the full store does, and explains each statement. */
  walk(nowMs: number, slices: number): Promise<Walked>;
  fullUrl(): string;
  /** Of a new empty store. */
  emptyUrl(): Promise<string>;
  /** The database's own processes, which work for the gateway. */
  pids(): readonly number[];
  remove(): Promise<void>;
}

export function placeOf(kind: StoreKind, options: FullStoreOptions, folder: string): Promise<Place> {
  return kind === 'sqlite' ? sqlitePlace(options, folder) : postgresPlace(options);
}

async function sqlitePlace({ messages, keep, ...options }: FullStoreOptions, folder: string): Promise<Place> {
  const full = resolve(options.folder, `full-store-${messages}.db`);
  const removeFull = (): void => {
    for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(`${full}${suffix}`, { force: true });
  };
  let empties = 0;
  return {
    kind: 'sqlite',
    fill: async (filling, tell) => {
      if (keep && existsSync(full)) return 'found';
      removeFull();
      fillSqlite(full, filling, tell);
      return 'filled';
    },
    walk: async (nowMs, slices) => {
      const overheard = overhearSqlite(full);
      try {
        const way = await walkWholeWay(overheard.store, nowMs, slices);
        return { ...way, verdict: judgeSqlite(overheard) };
      } finally {
        await overheard.store.close();
      }
    },
    fullUrl: () => `sqlite:${full}`,
    emptyUrl: async () => {
      empties += 1;
      return `sqlite:${join(folder, `empty-${empties}.db`)}`;
    },
    pids: () => [],
    remove: async () => {
      if (!keep) removeFull();
    },
  };
}

/** Room for a year's store, beside a gateway and the load: a quarter of the memory would be the rule of a machine of its own. */
const settings = { shared_buffers: '1GB', max_wal_size: '4GB', maintenance_work_mem: '256MB' };
const emptyName = 'lapor_empty_store';
const smallName = 'lapor_small_store';

async function postgresPlace(options: FullStoreOptions): Promise<Place> {
  const own =
    options.postgresUrl === null
      ? await PostgresServer.start({ parentFolder: resolve(options.folder), settings })
      : null;
  const fullName = `lapor_full_store_${options.messages}`;
  const serverUrl = own?.url() ?? options.postgresUrl ?? '';
  const urlOf = (name: string): string => Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const isThere = async (name: string): Promise<boolean> =>
    (await ask(serverUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [name])) > 0;
  const makeNew = async (name: string): Promise<void> => {
    await ask(serverUrl, `DROP DATABASE IF EXISTS ${name}`);
    await ask(serverUrl, `CREATE DATABASE ${name}`);
  };
  return {
    kind: 'postgres',
    fill: async (filling, tell) => {
      if (options.keep && (await isThere(fullName))) return 'found';
      await makeNew(fullName);
      await fillPostgres(urlOf(fullName), filling, tell);
      return 'filled';
    },
    walk: async (nowMs, slices) => {
      const { way, heard } = await walkPostgres(urlOf(fullName), nowMs, slices);
      // Retention comes to the end of a small store, and so to statements that a year's store is too large for.
      await makeNew(smallName);
      await fillPostgres(urlOf(smallName), { messages: fewestMessages, nowMs }, () => {});
      const small = await walkPostgres(urlOf(smallName), nowMs, fewestMessages);
      await ask(serverUrl, `DROP DATABASE ${smallName}`);
      return { ...way, verdict: await judgePostgres(urlOf(fullName), new Map([...small.heard, ...heard])) };
    },
    fullUrl: () => urlOf(fullName),
    emptyUrl: async () => {
      await makeNew(emptyName);
      return urlOf(emptyName);
    },
    pids: () => (own === null ? [] : familyOf(own.pid)),
    remove: async () => {
      if (own !== null) return own.stop();
      await ask(serverUrl, `DROP DATABASE IF EXISTS ${emptyName}`);
      if (!options.keep) await ask(serverUrl, `DROP DATABASE IF EXISTS ${fullName}`);
    },
  };
}

/** @returns how many rows there were. */
async function ask(url: string, sql: string, values: readonly unknown[] = []): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, [...values])).rowCount ?? 0;
  } finally {
    await client.end();
  }
}

import { Client } from 'pg';
import { openPostgresStore } from '../../../adapters/stores/postgres/index.js';
import { joinParts } from '../../../src/intake/joinParts.js';
import type { Dialect } from './dialect.js';
import {
  type Filling,
  filledChannels,
  messageRows,
  openRows,
  type Rows,
  replyRows,
  senderRows,
  sendersOf,
  ticketRows,
} from './recipe.js';

const hex = (number: string, digits: number): string => `lpad(to_hex(${number}), ${digits}, '0')`;

const dialect: Dialect = {
  uuid: (ms, counter, random) => `(${hex(ms, 12)} || '7' || ${hex(counter, 3)} || '8000' || ${hex(random, 12)})::uuid`,
  octets: (text) => `convert_to(${text}, 'UTF8')`,
};

/** As in the SQLite store: rows of all tables side by side. */
const chunk = 50_000;

/** Of each table whose numbers the database gives, or takes from a sequence of that name. */
const numbered: readonly (readonly [table: string, key: string, sequence: string | null])[] = [
  ['senders', 'id', null],
  ['channels', 'id', null],
  ['parts', 'id', 'part_numbers'],
  ['part_sets', 'id', 'set_numbers'],
  ['reports', 'seq', 'report_numbers'],
  ['notices', 'id', null],
  ['replies', 'seq', null],
  ['dead_letters', 'id', null],
  ['journal', 'id', null],
  ['acts', 'id', null],
];

function insert({ table, columns, where = 'TRUE' }: Rows, from: number, to: number): string {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  return `INSERT INTO ${table} (${names.join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${values.join(', ')}
    FROM generate_series(${from}::bigint, ${to}::bigint) AS n (i) WHERE ${where}`;
}

/** Fills a new database. @param tell is told how many messages are stored. */
export async function fillPostgres(url: string, filling: Filling, tell: (messages: number) => void): Promise<void> {
  await makeSchema(url);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // Nobody relies on what is not yet filled.
    await client.query('SET synchronous_commit = off');
    for (const { id, name, medium } of filledChannels) {
      const values = [id, name, medium];
      await client.query('INSERT INTO channels (id, name, medium) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3)', values);
    }
    await writeMessages(client, filling, tell);
    for (const { from, to, table, columns, where } of openRows(filling, dialect)) {
      const rows = table.endsWith('_queue') ? { table, columns: { ...columns, followed: 'TRUE' } } : { table, columns };
      await client.query(insert(where === undefined ? rows : { ...rows, where }, Math.max(1, from), to));
    }
    for (const [table, key, sequence] of numbered) {
      const name = sequence === null ? `pg_get_serial_sequence('${table}', '${key}')` : `'${sequence}'`;
      await client.query(`SELECT setval(${name}::regclass, (SELECT coalesce(max(${key}), 0) + 1 FROM ${table}))`);
    }
    // As autovacuum does in a year, which is the only one who looks after a store.
    const { rows } = await client.query<{ name: string }>(
      'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
    );
    await client.query(`VACUUM (ANALYZE) ${rows.map(({ name }) => name).join(', ')}`);
  } finally {
    await client.end();
  }
}

async function writeMessages(client: Client, filling: Filling, tell: (messages: number) => void): Promise<void> {
  const { messages } = filling;
  const senders = sendersOf(messages);
  const segment = { heard_ms: `${filling.nowMs}` };
  for (let from = 1; from <= messages; from += chunk) {
    const to = Math.min(messages, from + chunk - 1);
    const share = (upTo: number) => Math.ceil((senders * upTo) / messages);
    const write = async (rows: readonly Rows[], first: number, last: number): Promise<void> => {
      for (const one of rows) if (first <= last) await client.query(insert(one, first, last));
    };
    await client.query('BEGIN');
    await write(senderRows(filling), share(from - 1) + 1, share(to));
    await write(messageRows(filling, dialect), from, to);
    await write(ticketRows(filling), from, to);
    await write(replyRows(filling, dialect, segment), from, to);
    await client.query('COMMIT');
    tell(to);
  }
}

/** As a gateway does at its first start. */
async function makeSchema(url: string): Promise<void> {
  const limits = { poolMax: 2, connectTimeoutMs: 10_000, statementTimeoutMs: 60_000 };
  const store = await openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway' });
  await store.close();
}

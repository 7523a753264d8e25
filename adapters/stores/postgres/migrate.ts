import type { ClientBase } from 'pg';
import { isRefused, isRepeatable } from './faults.js';
import { migrations } from './migrations/index.js';

/** PostgreSQL's code for a table that is not there. */
const undefinedTable = '42P01';

interface Version {
  readonly version: number;
  /** The oldest program that works on it, by the number of migrations that it knows. */
  readonly works_from: number;
}

const conflictsMax = 5;

const none: Version = { version: 0, works_from: 0 };

/**
 * Brings the schema up to date. Nodes that start together take turns by an advisory lock. Where the database has none, one
 * of them is the first and the others fail, in a transaction that leaves nothing: then the schema is newer than it was.
 * @throws when the schema is newer than this program can work with: an older program must not guess.
 */
export async function migrate(client: ClientBase): Promise<void> {
  for (let conflicts = 0; ; ) {
    const { version } = await checkedVersion(client);
    if (version >= migrations.length) return;
    try {
      await bringUpToDate(client);
    } catch (error) {
      // Older nodes are at work on the tables that a step changes, and may meet it the other way round.
      if (isRepeatable(error) && conflicts < conflictsMax) conflicts += 1;
      else if ((await checkedVersion(client)).version <= version) throw error;
    }
  }
}

async function bringUpToDate(client: ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    await takeTurn(client);
    await client.query(
      `CREATE TABLE IF NOT EXISTS schema_versions (
         version integer PRIMARY KEY, works_from integer NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const { version } = await checkedVersion(client);
    for (const [index, { sql, worksFrom }] of migrations.entries()) {
      if (index < version) continue;
      await client.query(sql);
      await client.query('INSERT INTO schema_versions (version, works_from) VALUES ($1, $2)', [index + 1, worksFrom]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Until the end of the transaction, if the database can do it. */
async function takeTurn(client: ClientBase): Promise<void> {
  await client.query('SAVEPOINT turn');
  try {
    await client.query(
      `SELECT pg_advisory_xact_lock(hashtext('lapor-gateway schema'), hashtext(current_schema()::text))`,
    );
  } catch (error) {
    if (!isRefused(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT turn');
  }
}

/**
 * For a command beside gateways that may run: migrates nothing under their feet.
 * @throws when there is no schema, or it does not fit this program.
 */
export async function requireSchema(client: ClientBase): Promise<void> {
  const { version } = await checkedVersion(client);
  if (version === 0) {
    throw new Error('the database has no store: start the gateway once, or point store.url at the one that it uses');
  }
  if (version < migrations.length) {
    throw new Error(
      `the store has schema ${version}, this program works with ${migrations.length}: restart the gateways with this version first, the first of them brings it up to date`,
    );
  }
}

async function checkedVersion(client: ClientBase): Promise<Version> {
  const found = await versionOf(client);
  if (found.version > migrations.length && found.works_from > migrations.length) {
    throw new Error(
      `the store has schema ${found.version}, this program knows up to ${migrations.length}: run the newer gateway on it, or restore a backup from before the upgrade`,
    );
  }
  return found;
}

async function versionOf(client: ClientBase): Promise<Version> {
  try {
    const { rows } = await client.query<Version>(
      // What one step asks for, no later one takes back.
      'SELECT coalesce(max(version), 0) AS version, coalesce(max(works_from), 0) AS works_from FROM schema_versions',
    );
    return rows[0] ?? none;
  } catch (error) {
    if ((error as { code?: string }).code === undefinedTable) return none;
    throw error;
  }
}

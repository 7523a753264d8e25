import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Database } from './database.js';

/** As servers count: 15.0. Those before it, and what speaks as they do, were not tried. */
const oldestVersion = 150_000;

/** What a database must be for the store to work on it. @throws what it is not, for whoever runs the gateway. */
export async function requireFitServer(database: Database): Promise<void> {
  await database.withClient(requireVersion);
  await requireSessions(database);
}

async function requireVersion(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `SELECT current_setting('server_version_num')::integer AS number, version() AS name`,
  );
  const [found] = rows;
  if (found === undefined || found.number >= oldestVersion) return;
  const [name] = found.name.split(' on ');
  throw new Error(
    `the database is ${name}, with what PostgreSQL ${Math.floor(found.number / 10_000)} has: 15 or later is needed`,
  );
}

/**
 * Statements are prepared, settings are made and notices are heard in a session, which a pooler in transaction mode
 * hands to another connection after each transaction. Then a mark that is left by one connection is met by another.
 */
async function requireSessions(database: Database): Promise<void> {
  const mark = randomUUID();
  const isShared = await database.withClient((one) =>
    database.withClient(async (other) => {
      await one.query(`SELECT set_config('lapor.mark', $1, false)`, [mark]);
      const { rows } = await other.query<{ met: string | null }>(`SELECT current_setting('lapor.mark', true) AS met`);
      return rows[0]?.met === mark;
    }),
  );
  if (!isShared) return;
  throw new Error(
    'there is a pooler in transaction mode before the database, so connections have no session of their own: let it pool by session (PgBouncer: pool_mode), or name the database itself in store.url',
  );
}

import { StoreUnavailable } from '../../../src/ports/store.js';
import type { Turn, TurnRequest } from '../../../src/ports/turns.js';
import type { Database, Tx } from './database.js';

/** By the database's clock, which all nodes share. */
const nowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

const take = `INSERT INTO turns AS t (name, owner, token, until_ms) VALUES ($1, $2, 1, ${nowMs} + $3)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms,
    token = CASE WHEN t.owner = excluded.owner THEN t.token ELSE t.token + 1 END
  WHERE t.owner = excluded.owner OR t.until_ms < ${nowMs}
  RETURNING token`;

export const turns = {
  async take(database: Database, { name, owner, leaseMs }: TurnRequest): Promise<number | null> {
    const [row] = await database.query<{ token: number }>(take, [name, owner, leaseMs]);
    return row?.token ?? null;
  },

  /** The row stays: its token must not begin anew. */
  async end(database: Database, name: string, owner: string): Promise<void> {
    await database.query(`UPDATE turns SET owner = '', until_ms = 0 WHERE name = $1 AND owner = $2`, [name, owner]);
  },

  /** Holds the turn until the transaction's end. @throws StoreUnavailable when another node has taken it. */
  async require(tx: Tx, { name, token }: Turn): Promise<void> {
    const rows = await tx.query('SELECT 1 FROM turns WHERE name = $1 AND token = $2 FOR SHARE', [name, token]);
    if (rows.length === 0) throw new StoreUnavailable(`another node has taken over: ${name}`);
  },
};

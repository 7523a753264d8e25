import { StoreUnavailable } from '../../../src/ports/store.js';
import type { Turn, TurnRequest } from '../../../src/ports/turns.js';
import type { Database, Tx } from './database.js';
import { sqlStateOf } from './faults.js';

/** By the database's clock, which all nodes share. */
const nowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

const take = `INSERT INTO turns AS t (name, owner, token, until_ms) VALUES ($1, $2, 1, ${nowMs} + $3)
  ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms,
    token = CASE WHEN t.owner = excluded.owner AND t.until_ms >= ${nowMs} THEN t.token ELSE t.token + 1 END
  WHERE t.owner = excluded.owner OR t.until_ms < ${nowMs}
  RETURNING token`;

const divisionByZero = '22012';

/**
 * 1, unless one of the turns is over: then a division by zero, so that it is the database that commits nothing, in whatever
 * moment this node was held up. It needs three values, from `$first` on.
 */
function heldSql(first: number): string {
  return `(SELECT 1 / (count(*) = cardinality($${first}::text[]))::int
    FROM unnest($${first}::text[], $${first + 1}::bigint[], $${first + 2}::bigint[]) AS g (name, token, left_ms)
    JOIN turns t ON t.name = g.name AND t.token = g.token AND t.until_ms - ${nowMs} >= g.left_ms)`;
}

function heldValues(given: readonly Turn[]): unknown[] {
  const each = [...new Map(given.map((turn) => [`${turn.token} ${turn.name}`, turn])).values()];
  return [each.map(({ name }) => name), each.map(({ token }) => token), each.map(({ leftMs }) => leftMs)];
}

const assertHeld = `SELECT ${heldSql(1)}`;

export const turns = {
  async take(database: Database, { name, owner, leaseMs }: TurnRequest): Promise<number | null> {
    const [row] = await database.query<{ token: number }>(take, [name, owner, leaseMs]);
    return row?.token ?? null;
  },

  /** The row stays: its token must not begin anew. */
  async end(database: Database, name: string, owner: string): Promise<void> {
    await database.query(`UPDATE turns SET owner = '', until_ms = 0 WHERE name = $1 AND owner = $2`, [name, owner]);
  },

  heldSql,
  heldValues,

  /**
   * Makes the commit fail where one of these turns is over. To be sent last: whoever takes a turn later finds what this
   * transaction wrote, and waits for it.
   */
  assertHeld(tx: Tx, given: readonly Turn[]): void {
    if (given.length > 0) tx.send(assertHeld, heldValues(given));
  },

  /** Whether this is what `heldSql` made of a turn that is over. */
  isOver(error: unknown): boolean {
    return sqlStateOf(error instanceof StoreUnavailable ? error.cause : error) === divisionByZero;
  },

  over(error: unknown): StoreUnavailable {
    const { cause } = error as { cause?: unknown };
    return new StoreUnavailable('the turn under which this came in is over: another node has it, or will', { cause });
  },

  /** Holds the turn until the transaction's end. @throws StoreUnavailable when another node has taken it. */
  async require(tx: Tx, { name, token }: Turn): Promise<void> {
    const rows = await tx.query('SELECT 1 FROM turns WHERE name = $1 AND token = $2 FOR SHARE', [name, token]);
    if (rows.length === 0) throw new StoreUnavailable(`another node has taken over: ${name}`);
  },
};

import { steadyNowMs } from '../../../src/domain/clock.js';
import type { Database, Tx } from './database.js';

/** How long a node counts as alive after its last sign, and how often it gives one. */
export const signs = { validMs: 15_000, everyMs: 4_000 } as const;

/** By the database's clock, which all nodes share. */
const nowMs = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** The gateways that run on a store. A lease of a node that is gone ends at once, not when its time is over. */
export class Nodes {
  constructor(private readonly database: Database) {}

  /** @returns the number of a new node. */
  async join(): Promise<number> {
    const [row] = await this.database.query<{ number: number }>(
      `INSERT INTO nodes (alive_until_ms) VALUES (${nowMs} + $1) RETURNING number`,
      [signs.validMs],
    );
    if (row === undefined) throw new Error('a node was given no number');
    return row.number;
  }

  /**
   * Gives the sign; also after others took this node for dead. Removes those who gave none.
   * @returns the time by the database's clock, and whether no other node gave one.
   */
  async sign(tx: Tx, number: number): Promise<{ nowMs: number; isAlone: boolean }> {
    tx.send(`DELETE FROM nodes WHERE number <> $1 AND alive_until_ms < ${nowMs}`, [number]);
    tx.send(
      `INSERT INTO nodes (number, alive_until_ms) OVERRIDING SYSTEM VALUE VALUES ($1, ${nowMs} + $2)
       ON CONFLICT (number) DO UPDATE SET alive_until_ms = excluded.alive_until_ms`,
      [number, signs.validMs],
    );
    const [row] = await tx.query<{ now_ms: number; is_alone: boolean }>(
      `SELECT ${nowMs} AS now_ms, NOT EXISTS (SELECT 1 FROM nodes WHERE number <> $1) AS is_alone`,
      [number],
    );
    return { nowMs: row?.now_ms ?? steadyNowMs(), isAlone: row?.is_alone ?? true };
  }

  async leave(number: number): Promise<void> {
    await this.database.query('DELETE FROM nodes WHERE number = $1', [number]);
  }
}

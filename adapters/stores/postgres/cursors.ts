import type { Cursor } from '../../../src/ports/channel.js';
import type { Database, Tx } from './database.js';
import { turns } from './turns.js';

/** Places in peers' streams. */
export const cursors = {
  /** Of several with one name the last counts. */
  async set(tx: Tx, given: readonly Cursor[]): Promise<void> {
    if (given.length === 0) return;
    for (const { turn } of given) if (turn !== undefined) await turns.require(tx, turn);
    const last = new Map(given.map(({ name, value }) => [name, value]));
    tx.send(
      `INSERT INTO cursors (name, value) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
      [[...last.keys()], [...last.values()]],
    );
  },

  async get(database: Database, name: string): Promise<string | null> {
    const [row] = await database.query<{ value: string }>('SELECT value FROM cursors WHERE name = $1', [name]);
    return row?.value ?? null;
  },
};

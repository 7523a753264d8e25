import type { Act, ActChoice, ActEnd, ChannelHold, NewAct } from '../../../src/ports/operations.js';
import { type ActRow, type HoldRow, toAct, toHolds } from '../actRows.js';
import { storable } from './bulk.js';
import type { Database, Tx } from './database.js';

const columns = 'SELECT id, at_ms, actor, act, subject, reason, ended_ms, result, detail FROM acts';

/** The audit trail, and the holds that its acts set. */
export const acts = {
  async begin(tx: Tx, { atMs, actor, act, subject, reason, hold }: NewAct): Promise<number> {
    const [row] = await tx.query<{ id: number }>(
      'INSERT INTO acts (at_ms, actor, act, subject, reason) VALUES ($1, $2, $3, $4, $5) RETURNING id',
      [atMs, ...[actor, act, subject, reason].map(storable)],
    );
    if (row === undefined) throw new Error('an act was given no number');
    if (hold === null) tx.send('DELETE FROM channel_holds WHERE channel = $1', [subject]);
    else if (hold !== undefined) {
      tx.send(
        `INSERT INTO channel_holds (channel, hold, act_id) VALUES ($1, $2, $3)
         ON CONFLICT (channel) DO UPDATE SET hold = excluded.hold, act_id = excluded.act_id`,
        [subject, hold, row.id],
      );
    }
    return row.id;
  },

  end(tx: Tx, id: number, { atMs, result, detail }: ActEnd): void {
    tx.send('UPDATE acts SET ended_ms = $2, result = $3, detail = $4 WHERE id = $1 AND ended_ms IS NULL', [
      id,
      atMs,
      result,
      storable(detail),
    ]);
  },

  async list(database: Database, { limit, subject }: ActChoice): Promise<Act[]> {
    const rows =
      subject === undefined
        ? await database.query<ActRow>(`${columns} ORDER BY id DESC LIMIT $1`, [limit])
        : await database.query<ActRow>(`${columns} WHERE subject = $2 ORDER BY id DESC LIMIT $1`, [limit, subject]);
    return rows.map(toAct);
  },

  async holds(database: Database): Promise<ReadonlyMap<string, ChannelHold>> {
    const rows = await database.query<HoldRow>(
      `SELECT h.channel, h.hold, a.at_ms, a.actor FROM channel_holds h JOIN acts a ON a.id = h.act_id ORDER BY h.channel`,
    );
    return toHolds(rows);
  },
};

import type { Act, ActChoice, ActEnd, ActResult, ChannelHold, Hold, NewAct } from '../../../src/ports/operations.js';
import { type ActRow, type HoldRow, toAct, toHolds } from '../actRows.js';
import type { Db } from './database.js';

/** The audit trail, and the holds that its acts set. Runs inside a transaction. */
export class Acts {
  readonly #begin;
  readonly #end;
  readonly #all;
  readonly #ofSubject;
  readonly #hold;
  readonly #lift;
  readonly #holds;

  constructor(db: Db) {
    this.#begin = db.prepare<[number, string, string, string, string | null]>(
      'INSERT INTO acts (at_ms, actor, act, subject, reason) VALUES (?, ?, ?, ?, ?)',
    );
    this.#end = db.prepare<[number, ActResult, string, number]>(
      'UPDATE acts SET ended_ms = ?, result = ?, detail = ? WHERE id = ? AND ended_ms IS NULL',
    );
    this.#all = db.prepare<[number], ActRow>('SELECT * FROM acts ORDER BY id DESC LIMIT ?');
    this.#ofSubject = db.prepare<[string, number], ActRow>(
      'SELECT * FROM acts WHERE subject = ? ORDER BY id DESC LIMIT ?',
    );
    this.#hold = db.prepare<[string, Hold, number]>(
      'INSERT OR REPLACE INTO channel_holds (channel, hold, act_id) VALUES (?, ?, ?)',
    );
    this.#lift = db.prepare<[string]>('DELETE FROM channel_holds WHERE channel = ?');
    this.#holds = db.prepare<[], HoldRow>(
      'SELECT h.channel, h.hold, a.at_ms, a.actor FROM channel_holds h JOIN acts a ON a.id = h.act_id',
    );
  }

  begin({ atMs, actor, act, subject, reason, hold }: NewAct): number {
    const id = Number(this.#begin.run(atMs, actor, act, subject, reason).lastInsertRowid);
    if (hold === null) this.#lift.run(subject);
    else if (hold !== undefined) this.#hold.run(subject, hold, id);
    return id;
  }

  end(id: number, { atMs, result, detail }: ActEnd): void {
    this.#end.run(atMs, result, detail, id);
  }

  list({ limit, subject }: ActChoice): Act[] {
    const rows = subject === undefined ? this.#all.all(limit) : this.#ofSubject.all(subject, limit);
    return rows.map(toAct);
  }

  holds(): ReadonlyMap<string, ChannelHold> {
    return toHolds(this.#holds.all());
  }
}

import type { Act, ActChoice, ActEnd, ActResult, ChannelHold, Hold, NewAct } from '../../../src/ports/operations.js';
import type { Db } from './database.js';

interface ActRow {
  readonly id: number;
  readonly at_ms: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly ended_ms: number | null;
  readonly result: ActResult | null;
  readonly detail: string | null;
}

interface HoldRow {
  readonly channel: string;
  readonly hold: Hold;
  readonly at_ms: number;
  readonly actor: string;
}

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
    return new Map(
      this.#holds.all().map(({ channel, hold, at_ms: sinceMs, actor }) => [channel, { hold, sinceMs, actor }]),
    );
  }
}

function toAct({ id, at_ms: atMs, actor, act, subject, reason, ended_ms: endedMs, result, detail }: ActRow): Act {
  const end = endedMs === null || result === null ? null : { atMs: endedMs, result, detail: detail ?? '' };
  return { id, atMs, actor, act, subject, reason, end };
}

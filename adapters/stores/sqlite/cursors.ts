import type { Cursor } from '../../../src/ports/channel.js';
import type { Db } from './database.js';

/** Places in peers' streams. */
export class Cursors {
  readonly #set;
  readonly #get;

  constructor(db: Db) {
    this.#set = db.prepare<[string, string]>(
      'INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.#get = db.prepare<[string], { value: string }>('SELECT value FROM cursors WHERE name = ?');
  }

  set(cursor: Cursor): void {
    this.#set.run(cursor.name, cursor.value);
  }

  get(name: string): string | null {
    return this.#get.get(name)?.value ?? null;
  }
}

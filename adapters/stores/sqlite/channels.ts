import type { Db } from './database.js';

/** Channel names to the small numbers that rows carry. */
export class Channels {
  readonly #ids = new Map<string, number>();
  readonly #find;
  readonly #add;

  constructor(db: Db) {
    this.#find = db.prepare<[string], { id: number }>('SELECT id FROM channels WHERE name = ?');
    this.#add = db.prepare<[string, string]>('INSERT INTO channels (name, medium) VALUES (?, ?)');
  }

  /** The channel's number, or null when nothing ever came by it. */
  find(name: string): number | null {
    return this.#ids.get(name) ?? this.#look(name);
  }

  idOf(name: string, medium: string): number {
    const known = this.find(name);
    if (known !== null) return known;
    const id = Number(this.#add.run(name, medium).lastInsertRowid);
    this.#ids.set(name, id);
    return id;
  }

  /** After a rollback some cached ids may never have been. */
  forget(): void {
    this.#ids.clear();
  }

  #look(name: string): number | null {
    const found = this.#find.get(name);
    if (found === undefined) return null;
    this.#ids.set(name, found.id);
    return found.id;
  }
}

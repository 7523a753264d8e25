import type { Tx } from './database.js';

/** Channel names to the small numbers that rows carry. Channels are never removed, so what is known stays true. */
export class Channels {
  readonly #ids = new Map<string, number>();

  /** The channel's number, or null when nothing ever came by it. */
  async find(tx: Tx, name: string): Promise<number | null> {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const [found] = await tx.query<{ id: number }>('SELECT id FROM channels WHERE name = $1', [name]);
    if (found === undefined) return null;
    this.#learn(tx, name, found.id);
    return found.id;
  }

  async idOf(tx: Tx, name: string, medium: string): Promise<number> {
    const known = await this.find(tx, name);
    if (known !== null) return known;
    // The update changes nothing and gives the row that another node made at the same time.
    const [row] = await tx.query<{ id: number }>(
      `INSERT INTO channels AS c (name, medium) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET medium = c.medium RETURNING id`,
      [name, medium],
    );
    if (row === undefined) throw new Error(`channel ${name} was given no number`);
    this.#learn(tx, name, row.id);
    return row.id;
  }

  #learn(tx: Tx, name: string, id: number): void {
    tx.afterCommit(() => this.#ids.set(name, id));
  }
}

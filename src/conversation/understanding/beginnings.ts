/** No more fit into the bits of a number. */
const mostTables = 32;

/**
 * The words with which the phrases of several tables begin. A text is asked of some 14 tables at nearly every word, and
 * nearly every word is in none of them: each table has a bit, each word the bits of the tables that know it (`Lexicon`),
 * and only what has a table's bit is looked up in it.
 */
export class Beginnings {
  readonly #tables = new Map<string, number>();
  #count = 0;

  /** Takes up a table by the words that it knows. @returns its bit. */
  enter(words: Iterable<string>): number {
    if (this.#count === mostTables) throw new Error(`there are bits for ${mostTables} tables only`);
    const bit = 1 << this.#count;
    this.#count += 1;
    for (const word of words) this.#tables.set(word, this.tablesOf(word) | bit);
    return bit;
  }

  /** The bits of the tables that know the word. */
  tablesOf(word: string): number {
    return this.#tables.get(word) ?? 0;
  }

  /** All words that any table knows. */
  words(): Iterable<string> {
    return this.#tables.keys();
  }
}

import type { Beginnings } from './beginnings.js';
import type { Word } from './words.js';

export interface PhraseMatch<Value> {
  readonly value: Value;
  /** How many words the phrase took; at least one. */
  readonly length: number;
}

/** What is known by the word with which phrases begin. */
interface Entry<Value> {
  /** The value of the word alone, in a list of one; empty where only longer phrases begin so. */
  readonly alone: readonly Value[];
  /** Words of the longest phrase that begins so. */
  readonly longest: number;
}

/** What single words and phrases stand for, looked up in a text word by word. Most words cost no look-up (`Beginnings`). */
export class PhraseTable<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #phrases: ReadonlyMap<string, Value>;
  readonly #bit: number;

  /** @param phrases in small letters, single blanks between words. A later one replaces an equal one. */
  constructor(phrases: Iterable<readonly [phrase: string, value: Value]>, beginnings: Beginnings) {
    this.#phrases = new Map(phrases);
    for (const [phrase, value] of this.#phrases) {
      const words = phrase.split(' ');
      // Shorthand may stand for two words (`mksh`), and is then looked up like one.
      this.#enter(phrase, { alone: [value], longest: 1 });
      this.#enter(words[0] ?? '', { alone: [], longest: words.length });
    }
    this.#bit = beginnings.enter(this.#entries.keys());
  }

  #enter(word: string, { alone, longest }: Entry<Value>): void {
    const known = this.#entries.get(word);
    const longestOfBoth = Math.max(longest, known?.longest ?? 0);
    this.#entries.set(word, { alone: alone.length > 0 ? alone : (known?.alone ?? []), longest: longestOfBoth });
  }

  /** The longest phrase that begins at `index`; of a single word also its stem: `rusaknya` finds `rusak`. */
  at(words: readonly Word[], index: number): PhraseMatch<Value> | null {
    const word = words[index];
    return word === undefined || !this.mayBeginWith(word) ? null : this.#known(words, index, word);
  }

  /** False where no phrase begins with the word. */
  mayBeginWith({ tables }: Word): boolean {
    return (tables & this.#bit) !== 0;
  }

  #known(words: readonly Word[], index: number, { text, meaning, stem }: Word): PhraseMatch<Value> | null {
    const entry = this.#entries.get(meaning);
    if (entry !== undefined && entry.longest > 1) {
      const phrase = this.#longerAt(words, index, entry.longest);
      if (phrase !== null) return phrase;
    }
    return (
      aloneIn(entry) ??
      (text === meaning ? null : aloneIn(this.#entries.get(text))) ??
      (stem === meaning ? null : aloneIn(this.#entries.get(stem)))
    );
  }

  #longerAt(words: readonly Word[], index: number, longest: number): PhraseMatch<Value> | null {
    for (let length = Math.min(longest, words.length - index); length > 1; length -= 1) {
      const value = this.#phrases.get(phraseOf(words, index, length));
      if (value !== undefined) return { value, length };
    }
    return null;
  }

  /** All phrases with their values. */
  entries(): Iterable<readonly [phrase: string, value: Value]> {
    return this.#phrases;
  }
}

function aloneIn<Value>(entry: Entry<Value> | undefined): PhraseMatch<Value> | null {
  const value = entry?.alone[0];
  return value === undefined ? null : { value, length: 1 };
}

function phraseOf(words: readonly Word[], index: number, length: number): string {
  let phrase = words[index]?.meaning ?? '';
  for (let offset = 1; offset < length; offset += 1) phrase += ` ${words[index + offset]?.meaning ?? ''}`;
  return phrase;
}

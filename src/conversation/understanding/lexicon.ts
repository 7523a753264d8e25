import type { Beginnings } from './beginnings.js';

/** What a word is, wherever it stands. */
export interface WordForm {
  /** As written, in small letters; letters of other typefaces (`𝐬𝐭𝐨𝐩`) as plain ones. */
  readonly text: string;
  /** What shorthand stands for (`jln` is `jalan`), else `text`. May be two words: `mksh` is `terima kasih`. */
  readonly meaning: string;
  /** The meaning without a particle at its end: `rusaknya` is `rusak`. */
  readonly stem: string;
  /** The bits of the tables that know its text, its meaning or its stem. */
  readonly tables: number;
}

/** Tells the form of a word. What shorthand and tables know is made ready, so that most words of a text cost one look-up. */
export class Lexicon {
  readonly #known = new Map<string, WordForm>();

  constructor(
    shorthand: ReadonlyMap<string, string>,
    private readonly beginnings: Beginnings,
  ) {
    for (const text of [...shorthand.keys(), ...beginnings.words()]) {
      // What would be read as another word is met in no text.
      if (inSmallLetters(text) !== text || text.replace(drawnOut, '$1') !== text) continue;
      const meaning = shorthand.get(text) ?? text;
      const stem = stemOf(meaning);
      const tables = beginnings.tablesOf(text) | beginnings.tablesOf(meaning) | beginnings.tablesOf(stem);
      this.#known.set(text, { text, meaning, stem, tables });
    }
  }

  /** @param written nothing in it separates words. The form's text is empty where there is nothing to see. */
  formOf(written: string): WordForm {
    const lower = inSmallLetters(written);
    return this.#known.get(lower) ?? this.#formOfStrange(lower);
  }

  #formOfStrange(lower: string): WordForm {
    const text = hasRunOfThree(lower) ? lower.replace(drawnOut, '$1') : lower;
    const known = text === lower ? undefined : this.#known.get(text);
    if (known !== undefined) return known;
    const stem = stemOf(text);
    return { text, meaning: text, stem, tables: stem === text ? 0 : this.beginnings.tablesOf(stem) };
  }
}

const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

function inSmallLetters(written: string): string {
  return (isAscii(written) ? written : written.normalize('NFKC').replace(unseen, '')).toLowerCase();
}

/** A loop over a word's few letters takes a fifth of what a regular expression does. */
function isAscii(word: string): boolean {
  for (let index = 0; index < word.length; index += 1) if (word.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** `statussss`, `helpppp`: no word of Indonesian or English has a letter three times in a row. */
const drawnOut = /(\p{L})\1\1+/gu;

/** The regular expression alone costs more than the rest of the word. */
function hasRunOfThree(word: string): boolean {
  for (let index = 2; index < word.length; index += 1) {
    const letter = word.charCodeAt(index);
    if (letter === word.charCodeAt(index - 1) && letter === word.charCodeAt(index - 2)) return true;
  }
  return false;
}

const clitics = ['nya', 'lah', 'kah', 'pun'] as const;
const cliticLetters = 3;
const shortestStem = 4;

function stemOf(word: string): string {
  if (word.length < shortestStem + cliticLetters) return word;
  return clitics.some((clitic) => word.endsWith(clitic)) ? word.slice(0, -cliticLetters) : word;
}

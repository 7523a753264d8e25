/** A word of a text as the rules see it. */
export interface Word {
  /** As written, in small letters; letters of other typefaces (`𝐬𝐭𝐨𝐩`) as plain ones. */
  readonly text: string;
  /** What shorthand stands for (`jln` is `jalan`), else `text`. May be two words: `mksh` is `terima kasih`. */
  readonly meaning: string;
  /** The meaning without a particle at its end: `rusaknya` is `rusak`. */
  readonly stem: string;
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export type Shorthand = ReadonlyMap<string, string>;

/**
 * Letters and digits are words of their own, so that `STATUS9165816` and `laporan2` come apart. What nobody sees within
 * a word, a soft hyphen or a blank without width, does not part it.
 */
const wordPattern = /[\p{L}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]+|\p{Nd}+/gu;

const unseen = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

const beyondAscii = /[^\p{ASCII}]/u;

/** `statussss`, `helpppp`: no word of Indonesian or English has a letter three times in a row. */
const drawnOut = /(\p{L})\1\1+/gu;

/**
 * The words of a text with their places. Whatever is no letter and no digit only separates.
 *
 * @param from the offset where to begin.
 * @param most how many words are wanted at most.
 */
export function wordsOf(text: string, shorthand: Shorthand, from = 0, most = Number.POSITIVE_INFINITY): Word[] {
  const words: Word[] = [];
  wordPattern.lastIndex = from;
  for (let match = wordPattern.exec(text); match !== null && words.length < most; match = wordPattern.exec(text)) {
    const written = plain(match[0]);
    if (written === '') continue;
    const meaning = shorthand.get(written) ?? written;
    words.push({
      text: written,
      meaning,
      stem: stemOf(meaning),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return words;
}

function plain(word: string): string {
  const lower = (beyondAscii.test(word) ? word.normalize('NFKC').replace(unseen, '') : word).toLowerCase();
  return hasRunOfThree(lower) ? lower.replace(drawnOut, '$1') : lower;
}

/** The regular expression alone costs more than the rest of the word. */
function hasRunOfThree(word: string): boolean {
  for (let index = 2; index < word.length; index += 1) {
    if (word[index] === word[index - 1] && word[index] === word[index - 2]) return true;
  }
  return false;
}

export function isNumber(word: Word): boolean {
  const first = word.text.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

const clitics = ['nya', 'lah', 'kah', 'pun'] as const;
const shortestStem = 4;

function stemOf(word: string): string {
  for (const clitic of clitics) {
    if (word.endsWith(clitic) && word.length - clitic.length >= shortestStem) return word.slice(0, -clitic.length);
  }
  return word;
}

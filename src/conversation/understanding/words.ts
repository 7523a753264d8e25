import type { Lexicon, WordForm } from './lexicon.js';

/** A word of a text as the rules see it. */
export interface Word extends WordForm {
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/**
 * Letters and digits are words of their own, so that `STATUS9165816` and `laporan2` come apart. What nobody sees within
 * a word, a soft hyphen or a blank without width, does not part it.
 */
const wordPattern = /[\p{L}\p{M}\u00ad\u200b-\u200d\u2060\ufeff]+|\p{Nd}+/gu;

/** What an ASCII character is: most words are found with it alone, in half the time of the pattern. */
const [separator, letter, digit, beyondAscii] = [0, 1, 2, 3] as const;
type Sort = typeof separator | typeof letter | typeof digit | typeof beyondAscii;
const sorts = Uint8Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[a-z]/i.test(character) ? letter : /\d/.test(character) ? digit : separator;
});

function sortAt(text: string, offset: number): Sort {
  return (sorts[text.charCodeAt(offset)] ?? beyondAscii) as Sort;
}

/**
 * The words of a text with their places. Whatever is no letter and no digit only separates.
 *
 * @param from the offset where to begin.
 * @param most how many words are wanted at most.
 */
export function wordsOf(text: string, lexicon: Lexicon, from = 0, most = Number.POSITIVE_INFINITY): Word[] {
  const words: Word[] = [];
  for (let start = startOfWord(text, from); start < text.length && words.length < most; ) {
    const end = endOfWord(text, start);
    const { text: plain, meaning, stem, tables } = lexicon.formOf(text.slice(start, end));
    if (plain !== '') words.push({ text: plain, meaning, stem, tables, start, end });
    start = startOfWord(text, end);
  }
  return words;
}

/** @returns the text's length where no word follows. */
function startOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && sortAt(text, at) === separator) at += 1;
  if (at >= text.length || sortAt(text, at) !== beyondAscii) return at;
  wordPattern.lastIndex = at;
  return wordPattern.exec(text)?.index ?? text.length;
}

function endOfWord(text: string, start: number): number {
  const sort = sortAt(text, start);
  let end = start;
  if (sort !== beyondAscii) while (end < text.length && sortAt(text, end) === sort) end += 1;
  if (end === text.length || sortAt(text, end) !== beyondAscii) return end;
  wordPattern.lastIndex = start;
  wordPattern.exec(text);
  return wordPattern.lastIndex;
}

export function isNumber(word: Word): boolean {
  const first = word.text.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

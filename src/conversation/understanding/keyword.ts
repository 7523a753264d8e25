import type { Keyword, KeywordRegistry } from './keywords.js';
import { isWithinOneSlip } from './oneSlip.js';
import { isSlipOf } from './slip.js';
import { isNumber, type Word } from './words.js';

/** What the keywords at the beginning of a text say, and the text without them. */
export interface KeywordReading {
  /** The one that says most: a topic or region before a service. */
  readonly keyword: Keyword | null;
  readonly modifiers: readonly Keyword[];
  /** The text from here on is the citizen's. */
  readonly textStart: number;
}

/** More than this at the beginning are no keywords but a text of them. */
const mostKeywords = 6;

/**
 * Reads keywords off the beginning. Nothing of the citizen's words is swallowed: only what is a keyword letter by
 * letter is taken off, what may be a slip of one stays, and so does everything where nothing else would be left.
 *
 * @param wordsFrom where the text proper begins, after `@lapor1708` and the like.
 */
export function readKeywords(
  text: string,
  words: readonly Word[],
  registry: KeywordRegistry,
  knownWords: ReadonlySet<string>,
): KeywordReading {
  const found: Keyword[] = [];
  let textStart = 0;
  let index = 0;
  while (index < words.length && found.length < mostKeywords && isNear(text, words, index)) {
    const match = keywordAt(text, words, index, registry, knownWords);
    if (match === null) break;
    found.push(match.keyword);
    if (match.end === null) break;
    textStart = match.end;
    if (match.glued) break;
    index += match.words;
  }
  const modifiers = found.filter((keyword) => keyword.type === 'modifier');
  const others = found.filter((keyword) => keyword.type !== 'modifier');
  const keyword = others.find(({ type }) => type !== 'service') ?? others[0] ?? null;
  return {
    keyword,
    modifiers,
    textStart: words.some((word) => word.end > textStart) ? startAfter(text, textStart) : 0,
  };
}

interface KeywordMatch {
  readonly keyword: Keyword;
  /** Where it ends in the text; null where it is not to be taken off. */
  readonly end: number | null;
  readonly words: number;
  readonly glued: boolean;
}

function keywordAt(
  text: string,
  words: readonly Word[],
  index: number,
  registry: KeywordRegistry,
  knownWords: ReadonlySet<string>,
): KeywordMatch | null {
  const word = words[index];
  if (word === undefined) return null;
  const exact = registry.bySpelling.get(word.text);
  if (exact !== undefined) {
    if (isSentence(exact, words, index + 1)) return null;
    const doubled = isDoubled(words, index);
    return { keyword: exact, end: word.end + (doubled ? 1 : 0), words: doubled ? 2 : 1, glued: false };
  }
  return (
    inTwoWords(text, words, index, registry) ??
    glued(text, word, registry, knownWords) ??
    mistyped(text, words, index, registry, knownWords)
  );
}

/** `lapor2`: a 2 says a word twice. */
function isDoubled(words: readonly Word[], index: number): boolean {
  const next = words[index + 1];
  return next?.text === '2' && next.start === words[index]?.end;
}

/** `rahasia umum kalau …` */
function isSentence(keyword: Keyword, words: readonly Word[], next: number): boolean {
  return keyword.notBefore.some((phrase) =>
    phrase.split(' ').every((part, offset) => words[next + offset]?.meaning === part),
  );
}

/** Shorter keywords in two halves are too likely two words. */
const shortestInTwoWords = 8;

/** `BANJAR BARU sampah menumpuk` */
function inTwoWords(
  text: string,
  words: readonly Word[],
  index: number,
  registry: KeywordRegistry,
): KeywordMatch | null {
  const [one, two] = [words[index], words[index + 1]];
  if (one === undefined || two === undefined || !/^[ -]$/.test(text.slice(one.end, two.start))) return null;
  const joined = one.text + two.text;
  if (joined.length < shortestInTwoWords) return null;
  const keyword = registry.bySpelling.get(joined);
  return keyword === undefined ? null : { keyword, end: two.end, words: 2, glued: false };
}

/**
 * `tangkabJalan`, `LAPORjalan`, `bbmlangka`. Where the case does not show the seam, what is left must be a word that we
 * know: `laporan` is no `LAPOR` with something glued to it.
 */
function glued(
  text: string,
  word: Word,
  registry: KeywordRegistry,
  knownWords: ReadonlySet<string>,
): KeywordMatch | null {
  if (isNumber(word) || knownWords.has(word.text)) return null;
  const written = text.slice(word.start, word.end);
  for (const [spelling, keyword] of registry.bySpelling) {
    const rest = word.text.slice(spelling.length);
    if (!word.text.startsWith(spelling) || written.length !== word.text.length || rest.length < 2) continue;
    const seam = hasSeam(written, spelling.length);
    if (seam || (rest.length >= 3 && knownWords.has(rest))) {
      return { keyword, end: word.start + spelling.length, words: 1, glued: true };
    }
  }
  return null;
}

/** `…rA…` or `…RA` + small letters: the writer began a new word. */
function hasSeam(written: string, at: number): boolean {
  const [before, after] = [written[at - 1] ?? '', written[at] ?? ''];
  const isUpper = (letter: string) => letter !== letter.toLowerCase();
  return isUpper(before) !== isUpper(after);
}

/**
 * `UBBM`, `TANGKAP jalan`. A short keyword must have been typed as one, in capitals and with a letter too many;
 * a long one must not be a word of its own.
 */
function mistyped(
  text: string,
  words: readonly Word[],
  index: number,
  registry: KeywordRegistry,
  knownWords: ReadonlySet<string>,
): KeywordMatch | null {
  const word = words[index];
  // A message of one word is more likely that word.
  if (word === undefined || words.length === 1) return null;
  const written = text.slice(word.start, word.end);
  for (const [spelling, keyword] of registry.bySpelling) {
    const isSlip = isSlipOf(word.text, spelling, knownWords) || isShortSlip(written, spelling, knownWords);
    if (isSlip && !isSentence(keyword, words, index + 1)) return { keyword, end: null, words: 1, glued: false };
  }
  return null;
}

function isShortSlip(written: string, spelling: string, knownWords: ReadonlySet<string>): boolean {
  if (written.length !== spelling.length + 1 || written !== written.toUpperCase()) return false;
  const typed = written.toLowerCase();
  return !knownWords.has(typed) && isWithinOneSlip(typed, spelling);
}

/** Only signs and the handle of a post may stand before a keyword, and few. */
function isNear(text: string, words: readonly Word[], index: number): boolean {
  const before = text.slice(words[index - 1]?.end ?? 0, words[index]?.start ?? 0);
  return before.length <= 4 && !/[?!]/.test(before);
}

/** What separates a keyword from the text: `TANGKAB: jalan`, `(RAHASIA) ada`. */
function startAfter(text: string, end: number): number {
  return end === 0 ? 0 : end + (/^[\s:;,.!)\]/=*_-]*/.exec(text.slice(end))?.[0].length ?? 0);
}

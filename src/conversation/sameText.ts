import { isWithinOneSlip } from './understanding/oneSlip.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import { isNumber, type Word, wordsOf } from './understanding/words.js';

/**
 * Whether two texts of one sender, minutes apart, are likely one complaint that was sent again: word by word the same
 * but for shorthand, courtesy and slips of the hand, or with a place corrected, a few words changed, an end added or cut.
 *
 * An answer of `true` is a hint for whoever reads both, so it must be rare between complaints that are two; what decides
 * is in the constants below. It takes some 10 µs for a pair of SMS.
 *
 * @param vocabulary its shorthand and courtesy do not count, its words of places tell where a name may change.
 */
export function isSameText(one: string, other: string, vocabulary: Vocabulary): boolean {
  const [typed, longer] = inOrderOfLength(comparedWords(one, vocabulary), comparedWords(other, vocabulary));
  if (typed.length === 0 || !haveMuchInCommon(typed, longer)) return false;
  const shorter = withoutSlips(typed, longer, vocabulary);
  const changes = changesBetween(shorter, longer);
  if (changes.length === 0) return true;
  if (shorter.length < fewestWords || haveOtherNumbers(changes)) return false;
  return isEndAdded(changes, shorter) || isEndCut(changes, shorter) || isWithinAllowance(changes, shorter, vocabulary);
}

/** Of shorter texts too little is left when a word of them has changed: `banjir di Bandung`, `banjir di Cimahi`. */
const fewestWords = 4;
/** A longer text is compared as far as this. */
const mostWords = 120;
/** Without so many words of the shorter text in the longer one, the rest is not looked at. */
const leastCommonShare = 0.6;

/** What may change, in words, for each word of the shorter text. */
const allowance = 0.15;
const addedWordCost = 0.5;
/** A house or a kilometre is corrected more often than it is another one. */
const changedNumberCost = 1;
/** Slips are forgiven before: this is another word, */
const changedWordCost = 2;
/** and where both are words that we know, it is another matter: `jalan` for `jembatan`. */
const otherMatterCost = 3;
/** A place has a name of so many words at most, and may be corrected on two levels: `kec … kab …`. */
const longestPlaceWords = 4;
const mostPlaces = 2;

function comparedWords(text: string, { lexicon, courtesy }: Vocabulary): Word[] {
  const words = wordsOf(text, lexicon, 0, mostWords);
  const compared: Word[] = [];
  for (let index = 0; index < words.length; ) {
    const passed = courtesy.at(words, index);
    const word = words[index];
    if (passed === null && word !== undefined) compared.push(word);
    index += passed?.length ?? 1;
  }
  return compared;
}

/** Of two that are equally long always the same one comes first, so that the answer is the same both ways. */
function inOrderOfLength(one: Word[], other: Word[]): [shorter: Word[], longer: Word[]] {
  const isInOrder = one.length === other.length ? joined(one) <= joined(other) : one.length < other.length;
  return isInOrder ? [one, other] : [other, one];
}

function haveMuchInCommon(shorter: readonly Word[], longer: readonly Word[]): boolean {
  const stems = new Set(longer.map(({ stem }) => stem));
  let common = 0;
  for (const { stem } of shorter) if (stems.has(stem)) common += 1;
  return common >= shorter.length * leastCommonShare;
}

/** Below this, one letter is too much of a word. */
const shortestForSlips = 4;

/** Words that the other text has but for a slip, as they stand there; so whole texts can be compared word by word. */
function withoutSlips(words: readonly Word[], others: readonly Word[], { knownWords }: Vocabulary): readonly Word[] {
  const [stems, otherStems] = [words, others].map((list) => new Set(list.map(({ stem }) => stem)));
  const strange = others.filter((word) => stems?.has(word.stem) === false && mayHaveSlip(word));
  if (strange.length === 0) return words;
  return words.map((word) => {
    if (otherStems?.has(word.stem) === true || !mayHaveSlip(word)) return word;
    const meant = strange.find((other) => isWithinOneSlip(word.text, other.text));
    const areTwoWords = meant !== undefined && knownWords.has(word.text) && knownWords.has(meant.text);
    return meant === undefined || areTwoWords ? word : meant;
  });
}

/** Another digit is another number. */
function mayHaveSlip(word: Word): boolean {
  return word.text.length >= shortestForSlips && !isNumber(word);
}

/** Words of the one that stand where those of the other do; one of both may be none. */
interface Change {
  readonly from: readonly Word[];
  readonly to: readonly Word[];
  /** The word before both, which is the same in both; null at the beginning. */
  readonly after: Word | null;
}

/** What remains when the longest common row of words is taken out. */
function changesBetween(from: readonly Word[], to: readonly Word[]): Change[] {
  const lengths = commonLengths(from, to);
  const changes: Change[] = [];
  let change: { from: Word[]; to: Word[]; after: Word | null } = { from: [], to: [], after: null };
  for (let [own, other] = [0, 0]; own < from.length || other < to.length; ) {
    const [word, otherWord] = [from[own], to[other]];
    if (word !== undefined && word.stem === otherWord?.stem) {
      changes.push(change);
      change = { from: [], to: [], after: word };
      own += 1;
      other += 1;
    } else if (
      otherWord === undefined ||
      (word !== undefined && left(lengths, own + 1, other) >= left(lengths, own, other + 1))
    ) {
      if (word !== undefined) change.from.push(word);
      own += 1;
    } else {
      change.to.push(otherWord);
      other += 1;
    }
  }
  return [...changes, change].filter(({ from: gone, to: come }) => joined(gone) !== joined(come));
}

/** For each pair of places, how many words both texts have in common from there on, in order. */
function commonLengths(own: readonly Word[], other: readonly Word[]): readonly Uint8Array[] {
  const rows = Array.from({ length: own.length + 1 }, () => new Uint8Array(other.length + 1));
  for (let row = own.length - 1; row >= 0; row -= 1) {
    const [current, below, stem] = [rows[row], rows[row + 1], own[row]?.stem];
    if (current === undefined || below === undefined) continue;
    for (let column = other.length - 1; column >= 0; column -= 1) {
      const isCommon = other[column]?.stem === stem;
      current[column] = isCommon
        ? (below[column + 1] ?? 0) + 1
        : Math.max(below[column] ?? 0, current[column + 1] ?? 0);
    }
  }
  return rows;
}

function left(lengths: readonly Uint8Array[], row: number, column: number): number {
  return lengths[row]?.[column] ?? 0;
}

/** `Tampaksiring` and `Tampak Siring` are one. */
function joined(words: readonly Word[]): string {
  return words.map(({ meaning }) => meaning).join('');
}

/** A number of a ticket, a customer, an amount: another one is another matter. A house or a kilometre may be corrected. */
const longNumberDigits = 5;

function haveOtherNumbers(changes: readonly Change[]): boolean {
  const isLong = (word: Word) => isNumber(word) && word.text.length >= longNumberDigits;
  return changes.some(({ from, to }) => from.some(isLong) && to.some(isLong));
}

/** The longer text is the shorter one with words before or behind it. */
function isEndAdded(changes: readonly Change[], shorter: readonly Word[]): boolean {
  const [only] = changes;
  if (only === undefined || changes.length > 1 || only.from.length > 0) return false;
  return only.after === null || only.after === shorter.at(-1);
}

/** `… kab Bule` of 160 characters, and then the whole: the network cut it within a word. */
function isEndCut(changes: readonly Change[], shorter: readonly Word[]): boolean {
  const [only] = changes;
  const [cut] = only?.from ?? [];
  if (cut === undefined || changes.length > 1 || only?.from.length !== 1 || cut !== shorter.at(-1)) return false;
  return only.to[0]?.text.startsWith(cut.text) === true;
}

function isWithinAllowance(changes: readonly Change[], shorter: readonly Word[], vocabulary: Vocabulary): boolean {
  let places = 0;
  let cost = 0;
  for (const change of changes) {
    if (places < mostPlaces && isPlaceCorrected(change, vocabulary)) places += 1;
    else if (negations(change.from, vocabulary) !== negations(change.to, vocabulary)) return false;
    else cost += costOf(change, vocabulary);
  }
  return cost <= shorter.length * allowance;
}

/** `belum` for `sudah` turns a complaint round. */
function negations(words: readonly Word[], { negators }: Vocabulary): number {
  return words.reduce((count, _, index) => count + (negators.at(words, index) === null ? 0 : 1), 0);
}

function costOf({ from, to }: Change, { knownWords }: Vocabulary): number {
  const [fewer, more] = [Math.min(from.length, to.length), Math.max(from.length, to.length)];
  const isKnown = ({ meaning, stem }: Word) => knownWords.has(meaning) || knownWords.has(stem);
  const areNumbers = [...from, ...to].every(isNumber);
  const areMatters = from.some(isKnown) && to.some(isKnown);
  const each = areNumbers ? changedNumberCost : areMatters ? otherMatterCost : changedWordCost;
  return fewer * each + (more - fewer) * addedWordCost;
}

/** One name for another after a word that leads to a place: `di`, `kec`, `jalan`; or that word was changed with it. */
function isPlaceCorrected({ from, to, after }: Change, vocabulary: Vocabulary): boolean {
  const { cues, surePrefixes, notAfter } = vocabulary.places;
  const isCue = (word: Word) =>
    cues.at([word], 0) !== null || surePrefixes.has(word.meaning) || notAfter.has(word.meaning);
  if (Math.max(from.length, to.length) > longestPlaceWords) return false;
  const leads = after !== null && isCue(after);
  const begins = (words: readonly Word[]) => words.length > 1 && words[0] !== undefined && isCue(words[0]);
  if (from.length === 0 || to.length === 0) return begins(from.length === 0 ? to : from);
  return leads || (begins(from) && begins(to));
}

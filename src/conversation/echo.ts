import type { Lexicon } from './understanding/lexicon.js';
import type { PhraseTable } from './understanding/phraseTable.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import { isNumber, type Word, wordsOf } from './understanding/words.js';
import type { Form } from './wording/template.js';
import type { ArgumentName } from './wording/texts.js';
import type { Wording } from './wording/wording.js';

/** What a text is that no person wrote to us: a reply of ours that came back, or what a machine answers by itself. */
export type Echo = 'own_reply' | 'auto_reply';

/**
 * Knows what came back without a person: an answer to it would be answered in turn, without end. It errs on the side of
 * the person, for an echo is kept but not passed on: who quotes us and adds a word is heard. What then still is answered
 * by a machine, the limit on answers ends.
 */
export class EchoGuard {
  /** By the first word, for most texts begin with none of them. */
  readonly #ownTexts = new Map<string, OwnText[]>();
  /** A text without any of these words is no machine's. */
  readonly #autoReplyWords: RegExp;

  constructor(
    wording: Wording,
    private readonly vocabulary: Vocabulary,
  ) {
    for (const form of wording.forms()) {
      const tokens = form.flatMap((piece) => tokensOf(piece, vocabulary));
      const [first] = tokens;
      // A text that begins with a number of a report, in the words of an operator: looked up under no word.
      const key = typeof first === 'string' ? first : anyWord;
      this.#ownTexts.set(key, [...(this.#ownTexts.get(key) ?? []), tokens]);
    }
    const phrases = Object.values(vocabulary.autoReplies).flatMap((table) => [...table.entries()]);
    const beginnings = new Set(phrases.map(([phrase]) => phrase.split(' ')[0]));
    this.#autoReplyWords = new RegExp(`(?<![\\p{L}\\p{M}])(?:${[...beginnings].join('|')})(?![\\p{L}\\p{M}])`, 'iu');
  }

  /** Null for what a person wrote, as far as one can tell. */
  echoOf(text: string): Echo | null {
    if (this.#isOwnReply(text)) return 'own_reply';
    const clauses = text.split(clauseEnd);
    if (!beginLikeAutoReply(clauses, this.vocabulary) || !this.#autoReplyWords.test(text)) return null;
    return isAutoReply(clauses, this.vocabulary) ? 'auto_reply' : null;
  }

  #isOwnReply(text: string): boolean {
    const start = endOfForwarding(text);
    const [first] = wordsOf(text, this.vocabulary.asWritten, start, 1);
    if (first === undefined) return false;
    const [named, unnamed] = [this.#ownTexts.get(first.text), this.#ownTexts.get(anyWord)];
    if (named === undefined && unnamed === undefined) return false;
    const candidates = [...(named ?? []), ...(unnamed ?? [])];
    const words = wordsOf(text, this.vocabulary.asWritten, start, mostWords);
    return words.length < mostWords && candidates.some((ownText) => isFormOf(ownText, words));
  }
}

/** More than two SMS of our own hold. */
const mostWords = 100;

/** The words of a reply, and between them what its arguments may be. */
type OwnText = readonly (string | ArgumentPattern)[];

const anyWord = '';

/** An argument takes so many words, each of a kind, and ends with a number: a word behind it is somebody's. */
interface ArgumentPattern {
  readonly mostWords: number;
  readonly word: RegExp;
}

const argumentPatterns: Readonly<Partial<Record<ArgumentName, ArgumentPattern>>> = {
  // `9165816`, `LPR-2026-17`
  trackingId: { mostWords: 5, word: /^(?:\d+|[a-z]{1,5})$/ },
  otherId: { mostWords: 5, word: /^(?:\d+|[a-z]{1,5})$/ },
  dueDate: { mostWords: 5, word: /^(?:\d{1,4}|\p{L}{1,12})$/u },
  rating: { mostWords: 1, word: /^[1-5]$/ },
};

function tokensOf(piece: Form[number], { asWritten }: Vocabulary): OwnText {
  if ('text' in piece) return wordsOf(piece.text, asWritten).map(({ text }) => text);
  const pattern = argumentPatterns[piece.argument];
  return pattern === undefined ? [] : [pattern];
}

/** `Fwd: …`, `RT @lapor1708: …`, `> …` */
const forwarding = /^(?:\s*(?:(?:re|fwd?|rt)\s*:|(?:rt\s+)?@\w+:?|>))+/i;

function endOfForwarding(text: string): number {
  return forwarding.exec(text)?.[0].length ?? 0;
}

/** A network may cut off the end of what comes back; less than this may be a person's. */
const fewestWordsOfCut = 8;

/** Whether the words are those of the reply, to the end; or to where they are cut off. */
function isFormOf(ownText: OwnText, words: readonly Word[], token = 0, index = 0): boolean {
  for (let at = index, next = token; ; at += 1, next += 1) {
    const expected = ownText[next];
    const word = words[at];
    if (expected === undefined) return word === undefined;
    if (word === undefined) return at >= fewestWordsOfCut;
    if (typeof expected !== 'string')
      return argumentEnds(expected, words, at).some((end) => isFormOf(ownText, words, next + 1, end));
    if (word.text === expected) continue;
    return at + 1 === words.length && at >= fewestWordsOfCut && expected.startsWith(word.text);
  }
}

/** Where an argument that begins at a word may end. */
function argumentEnds(
  { mostWords: most, word: pattern }: ArgumentPattern,
  words: readonly Word[],
  start: number,
): number[] {
  const ends: number[] = [];
  for (let index = start; index < start + most; index += 1) {
    const word = words[index];
    if (word === undefined || !pattern.test(word.text)) break;
    if (isNumber(word)) ends.push(index + 1);
  }
  return ends;
}

/** Where one sentence, title or bracket ends and another begins. A hyphen within a word does not. */
const clauseEnd = /[.!?:;\n\r()[\]{}|*"]+|\s[-\u2013\u2014]+\s/;

/**
 * Whether the first words of a text and of its last clause let it be a machine's: two words to look at, and few persons
 * begin so.
 */
function beginLikeAutoReply(clauses: readonly string[], { autoReplies, courtesy, asWritten }: Vocabulary): boolean {
  const { titles, sentences, signs } = autoReplies;
  const first = firstWordOf(clauses, asWritten);
  if (first === null) return false;
  if (titles.mayBeginWith(first) || sentences.mayBeginWith(first) || signs.mayBeginWith(first)) return true;
  if (courtesy.mayBeginWith(first)) return true;
  const last = clauses.length === 1 ? first : firstWordOf(clauses.toReversed(), asWritten);
  return last !== null && sentences.mayBeginWith(last);
}

function firstWordOf(clauses: readonly string[], lexicon: Lexicon): Word | null {
  for (const clause of clauses) {
    const [word] = wordsOf(clause, lexicon, 0, 1);
    if (word !== undefined) return word;
  }
  return null;
}

function isAutoReply(written: readonly string[], { autoReplies, courtesy, asWritten }: Vocabulary): boolean {
  const clauses = written.map((clause) => wordsOf(clause, asWritten)).filter((words) => words.length > 0);
  const first = clauses[0] ?? [];
  const last = clauses.at(-1) ?? [];
  if (autoReplies.titles.at(first, 0)?.length === first.length) return true;
  if ([first, last].some((clause) => autoReplies.sentences.at(clause, 0) !== null)) return true;
  return (
    autoReplies.signs.at(first, afterCourtesy(first, autoReplies.signs, courtesy)) !== null &&
    signsIn(clauses, autoReplies.signs) > 1
  );
}

/** `Halo, terima kasih telah menghubungi …`: a sign may begin with words of courtesy itself. */
function afterCourtesy(words: readonly Word[], signs: PhraseTable<true>, courtesy: PhraseTable<true>): number {
  let index = 0;
  while (signs.at(words, index) === null) {
    const passed = courtesy.at(words, index);
    if (passed === null) break;
    index += passed.length;
  }
  return index;
}

function signsIn(clauses: readonly (readonly Word[])[], signs: PhraseTable<true>): number {
  return clauses.reduce((sum, words) => {
    let found = 0;
    for (let index = 0; index < words.length; ) {
      const sign = signs.at(words, index);
      if (sign !== null) found += 1;
      index += sign?.length ?? 1;
    }
    return sum + found;
  }, 0);
}

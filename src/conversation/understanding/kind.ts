import type { Report } from '../../domain/report.js';
import { type CueKind, cueKinds } from './names.js';
import type { PhraseMatch } from './phraseTable.js';
import type { KindCue, Vocabulary } from './vocabulary.js';
import type { Word } from './words.js';

export interface KindReading {
  readonly kind: Report['kind'];
  /** The words that spoke for the kind, as in `rusak 3`. Empty where none did. */
  readonly evidence: readonly string[];
}

/** A single faint word decides nothing. */
const leastSum = 2;

/** A negation reaches this far: `supaya antrian di loket tidak panjang`. */
const purposeReachWords = 5;

/** Sums the weights of the words that speak for each kind. The highest sum wins; a tie goes to the first of `cueKinds`. */
export function kindOf(words: readonly Word[], text: string, vocabulary: Vocabulary): KindReading {
  const tally = new Tally();
  countOpening(words, vocabulary, tally);
  let purposeUntil = -1;
  for (let index = 0; index < words.length; ) {
    if (vocabulary.purposeWords.at(words, index) !== null) purposeUntil = index + purposeReachWords;
    index += countAt(words, index, purposeUntil, vocabulary, tally);
  }
  if (text.includes('?')) tally.add('information_request', 1, '?');
  return tally.verdict();
}

function countOpening(words: readonly Word[], { openings, courtesy }: Vocabulary, tally: Tally): void {
  for (let index = 0; index < words.length; ) {
    const opening = openings.at(words, index);
    if (opening !== null) {
      tally.add(opening.value.kind, opening.value.weight, phraseAt(words, index, opening.length));
      return;
    }
    const passed = courtesy.at(words, index);
    if (passed === null) return;
    index += passed.length;
  }
}

/** @returns how many words are settled. */
function countAt(
  words: readonly Word[],
  index: number,
  purposeUntil: number,
  vocabulary: Vocabulary,
  tally: Tally,
): number {
  const cue = vocabulary.kinds.at(words, index);
  if (cue !== null) {
    tally.add(cue.value.kind, cue.value.weight, phraseAt(words, index, cue.length));
    return cue.length;
  }
  const negator = vocabulary.negators.at(words, index);
  if (negator === null) return 1;
  return countNegated(words, index, negator, purposeUntil, vocabulary, tally);
}

/** `tidak bagus` and `tidak mengalir` complain; `tidak macet` does not, nor does a negation within a wish. */
function countNegated(
  words: readonly Word[],
  index: number,
  negator: PhraseMatch<true>,
  purposeUntil: number,
  { kinds, negatorWeight }: Vocabulary,
  tally: Tally,
): number {
  const next = index + negator.length;
  const cue = kinds.at(words, next);
  const length = negator.length + (cue?.length ?? 0);
  if (index > purposeUntil && !isSettledByNegation(cue)) {
    tally.add('complaint', negatorWeight, phraseAt(words, index, Math.max(length, negator.length + 1)));
  }
  // What was negated is settled, too; a question stays one: `tidak tahu kapan`.
  return cue?.value.kind === 'information_request' ? negator.length : length;
}

function isSettledByNegation(cue: PhraseMatch<KindCue> | null): boolean {
  return cue !== null && cue.value.kind === 'complaint' && cue.value.weight > 1;
}

function phraseAt(words: readonly Word[], index: number, length: number): string {
  let phrase = words[index]?.text ?? '';
  for (const word of words.slice(index + 1, index + length)) phrase += ` ${word.text}`;
  return phrase;
}

class Tally {
  readonly #sums: Record<CueKind, number> = { complaint: 0, aspiration: 0, information_request: 0 };
  readonly #evidence: Record<CueKind, string[]> = { complaint: [], aspiration: [], information_request: [] };

  add(kind: CueKind, weight: number, cue: string): void {
    this.#sums[kind] += weight;
    this.#evidence[kind].push(`${cue} ${weight}`);
  }

  verdict(): KindReading {
    let best: CueKind = cueKinds[0];
    for (const kind of cueKinds) if (this.#sums[kind] > this.#sums[best]) best = kind;
    return this.#sums[best] < leastSum
      ? { kind: 'unclassified', evidence: [] }
      : { kind: best, evidence: this.#evidence[best] };
  }
}

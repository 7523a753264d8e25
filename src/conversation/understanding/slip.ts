import { isWithinOneSlip } from './oneSlip.js';

/** Below this length too many words are one letter apart: `nilai` has hardly any neighbours, `cek` dozens. */
const shortestForSlips = 5;

/**
 * Whether a word may be a slip of another: one letter out of place in a word of five letters or more, and no word
 * in its own right.
 */
export function isSlipOf(typed: string, meant: string, knownWords: ReadonlySet<string>): boolean {
  if (typed.length < shortestForSlips || meant.length < shortestForSlips) return false;
  return isWithinOneSlip(typed, meant) && !knownWords.has(typed);
}

/** Finds what a word may be a slip of. One letter makes it one letter longer or shorter: only such words are compared. */
export class SlipFinder<Value> {
  /** By the length of what is typed, in the order in which they were given. */
  readonly #candidates = new Map<number, (readonly [meant: string, value: Value])[]>();

  constructor(
    entries: Iterable<readonly [meant: string, value: Value]>,
    private readonly knownWords: ReadonlySet<string>,
  ) {
    for (const entry of entries) {
      const { length } = entry[0];
      for (const typedLength of [length - 1, length, length + 1]) {
        const others = this.#candidates.get(typedLength);
        if (others === undefined) this.#candidates.set(typedLength, [entry]);
        else others.push(entry);
      }
    }
  }

  /** The value of the first whose slip the word may be. */
  meantBy(typed: string): Value | null {
    if (typed.length < shortestForSlips) return null;
    for (const [meant, value] of this.#candidates.get(typed.length) ?? []) {
      if (isSlipOf(typed, meant, this.knownWords)) return value;
    }
    return null;
  }
}

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

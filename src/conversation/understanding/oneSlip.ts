/**
 * Whether `typed` is `meant`, or one slip away from it: a letter left out, added, replaced, or swapped with its
 * neighbour (Damerau-Levenshtein distance of 1 at most). Linear, and without a table: it runs for many words.
 */
export function isWithinOneSlip(typed: string, meant: string): boolean {
  if (Math.abs(typed.length - meant.length) > 1) return false;
  const first = firstDifference(typed, meant);
  if (first === -1) return true;
  const typedRest = typed.slice(first);
  const meantRest = meant.slice(first);
  if (typed.length > meant.length) return typedRest.slice(1) === meantRest;
  if (typed.length < meant.length) return typedRest === meantRest.slice(1);
  if (typedRest.slice(1) === meantRest.slice(1)) return true;
  const swapped = typedRest[0] === meantRest[1] && typedRest[1] === meantRest[0];
  return swapped && typedRest.slice(2) === meantRest.slice(2);
}

function firstDifference(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one[index] !== other[index]) return index;
  return -1;
}

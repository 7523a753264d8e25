/**
 * Whether `typed` is `meant`, or one slip away from it: a letter left out, added, replaced, or swapped with its
 * neighbour (Damerau-Levenshtein distance of 1 at most). Linear, and without a copy of either: it runs for many words.
 */
export function isWithinOneSlip(typed: string, meant: string): boolean {
  if (Math.abs(typed.length - meant.length) > 1) return false;
  const first = firstDifference(typed, meant);
  if (first === -1) return true;
  if (typed.length > meant.length) return endAlike(typed, first + 1, meant, first);
  if (typed.length < meant.length) return endAlike(typed, first, meant, first + 1);
  if (endAlike(typed, first + 1, meant, first + 1)) return true;
  const swapped =
    typed.charCodeAt(first) === meant.charCodeAt(first + 1) && typed.charCodeAt(first + 1) === meant.charCodeAt(first);
  return swapped && endAlike(typed, first + 2, meant, first + 2);
}

function firstDifference(one: string, other: string): number {
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one.charCodeAt(index) !== other.charCodeAt(index)) return index;
  return -1;
}

/** Whether both are the same to the end, the one from here, the other from there; they have equally far to go. */
function endAlike(one: string, from: number, other: string, otherFrom: number): boolean {
  for (let offset = 0; from + offset < one.length; offset += 1) {
    if (one.charCodeAt(from + offset) !== other.charCodeAt(otherFrom + offset)) return false;
  }
  return true;
}

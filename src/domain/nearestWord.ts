/** Longer words are never compared: the distance costs the product of both lengths. */
const longestWord = 64;

/**
 * The candidate that `word` is most likely a slip of, or null when none is near. Near means that at most a
 * third of the letters differ, and at least one may: `prot` is near `port`, `a` is near nothing.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | null {
  let nearest: string | null = null;
  let leastEdits = Math.floor(Math.max(word.length, 3) / 3) + 1;
  for (const candidate of candidates) {
    if (word.length > longestWord || candidate.length > longestWord) continue;
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < leastEdits && edits < candidate.length && edits < word.length) {
      nearest = candidate;
      leastEdits = edits;
    }
  }
  return nearest;
}

/**
 * Letters to insert, drop, replace, or swap with their neighbour (optimal string alignment). Swaps count
 * once, because they are the commonest slip of a typing hand.
 */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
        swapped ? at(beforePrevious, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

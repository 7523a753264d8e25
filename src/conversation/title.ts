const titleMax = 80;
const clauseMin = 12;

/**
 * A full stop ends a clause only after a word of four letters or more, and before a space: texts are full of
 * `jl. Merdeka`, `kec. Sukasada`, `no. 5` and `Rp 1.500.000`.
 */
const clauseEnd = /(?<=[\p{L}\p{N}]{4})\.(?=\s|$)|[!?;\n]|,\s/gu;

/** The first clause of a text, tidy, cut at a word. Empty when the text is. */
export function titleOf(text: string): string {
  const tidy = text.replace(/[^\S\n]+/g, ' ').trim();
  const clause = firstClause(tidy).replaceAll('\n', ' ').trim();
  return clause.length <= titleMax ? clause : cutAtWord(clause);
}

/** "Pak, jalan rusak" has its first comma too early to say anything: look for the next end. */
function firstClause(text: string): string {
  for (const match of text.matchAll(clauseEnd)) {
    if (match.index >= clauseMin) return text.slice(0, match.index);
  }
  return text;
}

function cutAtWord(text: string): string {
  const cut = text.slice(0, titleMax - 1);
  const space = cut.lastIndexOf(' ');
  const whole = space > titleMax / 2 ? cut.slice(0, space) : cut;
  return `${whole.toWellFormed().replace(/\ufffd$/, '')}…`;
}

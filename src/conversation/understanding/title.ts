const titleMax = 80;
const clauseMin = 12;

/**
 * A full stop ends a clause only after a word of four letters or more, and before a space: texts are full of
 * `jl. Merdeka`, `kec. Sukasada`, `no. 5` and `Rp 1.500.000`. The look back comes after the stop, for it is made where one
 * stands only.
 */
const clauseEnd = /\.(?<=[\p{L}\p{N}]{4}\.)(?=\s|$)|[!?;\n]|,\s/gu;

/** What people say before they say it: greetings, and the handle of a post. */
const greeting =
  /^(?:(?:@\w+|#lapor\w*|yth|kepada|ass?alamu ?'?alaikum|ass?|wr|wb|halo|hallo|hai|selamat (?:pagi|siang|sore|malam)|pagi|siang|sore|malam|maaf|mohon maaf|min|admin|pak|bapak|bpk|bu|ibu|mas|mbak)(?![\p{L}\p{N}])[\s.,:!/]*)+/iu;

/** What is to become one blank; a blank alone is one. */
const untidyBlanks = /[^\S\n]{2,}|[^\S\n ]/g;

/** The first clause of a text, tidy, cut at a word. Empty when the text is. */
export function titleOf(text: string): string {
  const tidy = text.replace(untidyBlanks, ' ').trim();
  const clause = firstClause(withoutGreeting(tidy)).replaceAll('\n', ' ').trim();
  const title = clause.length <= titleMax ? clause : cutAtWord(clause);
  return capitalised(title);
}

/** Where there is nothing but a greeting, it is the title. */
function withoutGreeting(text: string): string {
  const rest = text.replace(greeting, '').replace(/^[\s\p{P}]+(?=[\p{L}\p{N}])/u, keepOpening);
  return /[\p{L}\p{N}]/u.test(rest) ? rest : text;
}

/** A bracket, a quotation mark or a `#` belongs to what follows it. */
function keepOpening(signs: string): string {
  return /[[("'#@]$/.exec(signs)?.[0] ?? '';
}

/** "Pak, jalan rusak" has its first comma too early to say anything: look for the next end. */
function firstClause(text: string): string {
  // One before, for a comma there takes the blank behind it with it.
  clauseEnd.lastIndex = clauseMin - 1;
  for (let match = clauseEnd.exec(text); match !== null; match = clauseEnd.exec(text)) {
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

function capitalised(title: string): string {
  const first = title.codePointAt(0);
  if (first === undefined) return title;
  const letter = String.fromCodePoint(first);
  return letter.toUpperCase() + title.slice(letter.length);
}

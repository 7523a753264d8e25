import { type CommandName, commandNames } from './names.js';
import type { Vocabulary } from './vocabulary.js';
import { isNumber, type Word, wordsOf } from './words.js';

export type IntentName = 'report' | CommandName | 'empty' | 'unclear';

/** What a citizen wants of the service. */
export interface Intent {
  readonly intent: IntentName;
  /** The ticket that is meant, without its `#`; null where none is named. Whose it is, is not asked here. */
  readonly trackingId: string | null;
  /** 1 to 5; null where none, or one out of range, is given. */
  readonly rating: number | null;
  /** What is said beyond command and number, as written; for a report the whole text. */
  readonly rest: string;
  /** The words that decided, as written. */
  readonly evidence: string;
}

/**
 * Reads what a text asks for. Total: every text has an intent, and what is not surely a command is a report.
 *
 * A command is sure in three forms only:
 * 1. It stands with a number, as in `STATUS 9165816`, and what follows is its text: `BELUM 9165816 air masih mati`.
 * 2. The whole text is command, number and words of courtesy: `mohon cek laporan saya pak`.
 * 3. The text begins with `#` and a number: an addition to that ticket, for our replies ask people to write so.
 *
 * @param textWords the words of the text, where they are known.
 */
export function parseIntent(
  text: string,
  vocabulary: Vocabulary,
  textWords: readonly Word[] = wordsOf(text, vocabulary.lexicon),
): Intent {
  if (text.trim() === '') return plainIntent('empty', '', '');
  const { words, marks } = markedOpening(text, textWords, vocabulary);
  if (words.length === 0) return plainIntent('unclear', text, '');
  return (
    wholeMessage(marks, words, text) ??
    commandWithNumber(marks, words, text) ??
    additionToTicket(marks, words, text) ??
    (saysNothing(marks, words) ? unclear(marks, text) : plainIntent('report', text, ''))
  );
}

/** Most texts show by their first words that they are reports: no form looks at the rest of them. */
const glanceWords = 12;

function markedOpening(
  text: string,
  textWords: readonly Word[],
  vocabulary: Vocabulary,
): { words: readonly Word[]; marks: readonly Mark[] } {
  const opening = endOfOpening(text, vocabulary);
  const words = opening === 0 ? textWords : wordsOf(text, vocabulary.lexicon, opening);
  const glance = words.slice(0, glanceWords);
  const marks = markWords(glance, text, vocabulary);
  const last = marks.at(-1);
  if (words.length === glance.length || (last?.is === 'other' && last.last < glanceWords / 2)) {
    return { words, marks };
  }
  return { words, marks: markWords(words, text, vocabulary) };
}

function plainIntent(intent: 'report' | 'unclear' | 'empty', rest: string, evidence: string): Intent {
  return { intent, trackingId: null, rating: null, rest, evidence };
}

/** `5`, `bintang 4`: it may rate something. */
function unclear(marks: readonly Mark[], text: string): Intent {
  const ratings = marks.filter((mark) => mark.is === 'rating');
  return { ...plainIntent('unclear', text, ''), rating: ratings.length === 1 ? ratingOf(ratings[0]) : null };
}

/** Where a text begins, a handle or a hashtag. */
const openingPattern = /\s*(?:@\w+|#[\p{L}_]\w*)(?=[\s:,.]|$)/uy;

/** `@lapor1708 #lapor status …`: whom a post addresses is no part of what it says. `#batal 9165816` says something. */
function endOfOpening(text: string, { lexicon, commands }: Vocabulary): number {
  let end = 0;
  for (;;) {
    openingPattern.lastIndex = end;
    const opening = openingPattern.exec(text)?.[0] ?? '';
    if (opening === '' || commands.at(wordsOf(opening, lexicon), 0) !== null) return end;
    end += opening.length;
  }
}

/** What a word, or a run of them, is in a command. `other` is what makes a text a report. */
interface Mark {
  readonly is: 'command' | 'ticket' | 'rating' | 'courtesy' | 'noun' | 'other';
  readonly command: CommandName | null;
  /** The ticket's or the rating's number. */
  readonly value: string;
  /** Indexes of words. */
  readonly first: number;
  readonly last: number;
}

/** Up to the first word that is no part of a command: no form looks beyond it, and most texts begin with one. */
function markWords(words: readonly Word[], text: string, vocabulary: Vocabulary): Mark[] {
  const marks: Mark[] = [];
  for (let index = 0; index < words.length; ) {
    const mark = markAt(words, index, text, vocabulary);
    marks.push(mark);
    if (mark.is === 'other') break;
    index = mark.last + 1;
  }
  return marks;
}

function markAt(words: readonly Word[], index: number, text: string, vocabulary: Vocabulary): Mark {
  const word = words[index];
  const before = word === undefined ? '' : text[word.start - 1];
  if (word === undefined || before === '@' || before === '+') return markOf('other', index, 1);
  const ticket = ticketAt(words, index, text);
  if (ticket !== null) return ticket;
  const rating = isNumber(word) ? word.text : vocabulary.ratingWords.get(word.text)?.toString();
  if (rating !== undefined && rating.length <= 2) return { ...markOf('rating', index, 1), value: rating };
  const command = vocabulary.commands.at(words, index);
  if (command !== null) return { ...markOf('command', index, command.length), command: command.value };
  const courtesy = vocabulary.courtesy.at(words, index);
  if (courtesy !== null) return markOf('courtesy', index, courtesy.length);
  const noun = vocabulary.reportNouns.at(words, index) ?? vocabulary.ratingUnits.at(words, index);
  if (noun !== null) return markOf('noun', index, noun.length);
  const slip = vocabulary.commandSlips.meantBy(word.text);
  return slip === null ? markOf('other', index, 1) : { ...markOf('command', index, 1), command: slip };
}

function markOf(is: Mark['is'], first: number, length: number): Mark {
  return { is, command: null, value: '', first, last: first + length - 1 };
}

/** Trackers give numbers of their own length; shorter ones are too likely an amount or a house. */
const ticketDigits = { min: 4, max: 15 } as const;

/** Where the citizen's own words follow, a number without `#` must be longer than a year, and no `250000`. */
const ticketBeforeText = /^(?!\d{1,3}0{3,}$)\d{6,15}$/;

/** How a phone's number begins; no tracking id begins so. */
const phonePrefix = /^(?:0|628\d{6}|8\d{9})/;
const markedTicket = /[0-9A-Za-z](?:[0-9A-Za-z-]{0,18}[0-9A-Za-z])?/y;

/** `9165816`, `#9165816`, `# LPR-2026-17`, and `916 5816` or `9.165.816` as some read it off their screen. */
function ticketAt(words: readonly Word[], index: number, text: string): Mark | null {
  const word = words[index];
  if (word === undefined) return null;
  if (isMarked(word.start, text)) return markedTicketAt(words, index, text);
  if (!isNumber(word)) return null;
  let value = word.text;
  let last = index;
  for (let next = words[last + 1]; next !== undefined && isNumber(next); next = words[last + 1]) {
    const between = text.slice(words[last]?.end, next.start);
    if (next.text.length !== 3 && next.text.length !== 4) break;
    if (word.text.length > 4 || !/^[ .-]$/.test(between)) break;
    value += next.text;
    last += 1;
  }
  if (value.length < ticketDigits.min || value.length > ticketDigits.max || phonePrefix.test(value)) return null;
  return { ...markOf('ticket', index, last - index + 1), value };
}

function markedTicketAt(words: readonly Word[], index: number, text: string): Mark | null {
  const start = words[index]?.start ?? 0;
  markedTicket.lastIndex = start;
  let id = markedTicket.exec(text)?.[0] ?? '';
  // `#9165816lokasinya`: an id of digits ends with them; one of letters and digits has a hyphen.
  if (/^\d/.test(id) && !id.includes('-')) id = /^\d+/.exec(id)?.[0] ?? id;
  if (!/\d/.test(id)) return null;
  let last = index;
  while (last + 1 < words.length && (words[last + 1]?.start ?? 0) < start + id.length) last += 1;
  return { ...markOf('ticket', index, last - index + 1), value: id };
}

/** Form 2. A ticket's number alone asks how it stands; a command of two kinds at once is no command. */
function wholeMessage(marks: readonly Mark[], words: readonly Word[], text: string): Intent | null {
  if (marks.some((mark) => mark.is === 'other')) return null;
  const tickets = marks.filter((mark) => mark.is === 'ticket');
  const ratings = withoutScale(
    marks.filter((mark) => mark.is === 'rating'),
    words,
    text,
  );
  if (tickets.length > 1 || ratings.length > 1) return null;
  const ticket = tickets[0]?.value ?? null;
  const command = commandOf(marks, ticket, text);
  if (command === null || (ratings.length > 0 && command !== 'rating')) return null;
  const deciding = marks.filter((mark) => mark.is === 'command' || mark.is === 'ticket');
  const evidence = deciding.map((mark) => written(mark, words, text)).join(' ');
  return { intent: command, trackingId: ticket, rating: ratingOf(ratings[0]), rest: '', evidence };
}

function commandOf(marks: readonly Mark[], ticket: string | null, text: string): CommandName | null {
  const named = new Set(marks.flatMap((mark) => (mark.command === null ? [] : [mark.command])));
  const asks = text.includes('?');
  if (named.size === 0) return ticket !== null && ticket.length >= shortestBareTicket ? 'status' : null;
  // `sudah selesai belum?` asks; `cek laporan saya sudah selesai` does so without its question mark.
  if ((asks && isSubset(named, verdicts)) || (named.has('status') && isSubset(named, statusWords))) return 'status';
  if (named.size === 1) {
    const [only = null] = named;
    return only === 'help' && ticket !== null ? 'status' : only;
  }
  return named.size === 2 && named.has('not_resolved') && named.has('resolved') ? 'not_resolved' : null;
}

const verdicts: ReadonlySet<CommandName> = new Set(['resolved', 'not_resolved']);
const statusWords: ReadonlySet<CommandName> = new Set(['status', 'help', ...verdicts]);

function isSubset<Value>(some: ReadonlySet<Value>, all: ReadonlySet<Value>): boolean {
  return [...some].every((value) => all.has(value));
}

/** A shorter number without a command is rather the answer to a question: a house, a year, a postcode. */
const shortestBareTicket = 6;

/** `4/5`, `4 dari 5`: of how many it is told, too. */
function withoutScale(ratings: readonly Mark[], words: readonly Word[], text: string): readonly Mark[] {
  const [given, scale] = ratings;
  if (given === undefined || scale?.value !== '5' || ratings.length > 2) return ratings;
  const between = text.slice(words[given.last]?.end, words[scale.first]?.start);
  return /^\s*(?:\/|\p{L}+)\s*$/u.test(between) ? [given] : ratings;
}

/** Commands that are followed by a text of the citizen. */
const withText: ReadonlySet<CommandName> = new Set(
  commandNames.filter((name) => !['help', 'stop', 'start'].includes(name)),
);

/** Form 1: the command first, then the number with nothing but nouns between; or the number first. */
function commandWithNumber(marks: readonly Mark[], words: readonly Word[], text: string): Intent | null {
  const begin = marks.findIndex((mark) => mark.is !== 'courtesy' && mark.is !== 'noun');
  const first = marks[begin];
  if (first === undefined) return null;
  if (first.is === 'ticket') return numberBeforeCommand(marks, begin, words, text);
  if (first.command === null || !withText.has(first.command)) return null;
  let at = begin + 1;
  let rating: Mark | undefined;
  for (let mark = marks[at]; mark !== undefined && mark.is !== 'ticket'; mark = marks[at]) {
    const rates = mark.is === 'rating' && first.command === 'rating' && rating === undefined;
    const goesOn = mark.is === 'noun' || (mark.is === 'command' && follows(first.command, mark.command));
    if (!rates && !goesOn) return null;
    if (rates) rating = mark;
    at += 1;
  }
  const ticket = marks[at];
  if (ticket === undefined || !isSureTicket(ticket, words, text)) return null;
  return followedByText(
    { command: first.command, ticket, rating, from: at + 1, words: [first, ticket] },
    marks,
    words,
    text,
  );
}

/** `cek status`, `belum selesai`: two words for one command. */
function follows(first: CommandName, next: CommandName | null): boolean {
  if (next === first || next === 'help' || first === 'status') return next !== null;
  return first === 'not_resolved' && next === 'resolved';
}

/** `9165816 BELUM air masih mati`. A slip is no command here: the text may simply begin with a number. */
function numberBeforeCommand(
  marks: readonly Mark[],
  begin: number,
  words: readonly Word[],
  text: string,
): Intent | null {
  const [ticket, command] = [marks[begin], marks[begin + 1]];
  if (ticket === undefined || command?.command === undefined || command.command === null) return null;
  if (!withText.has(command.command) || !isSureTicket(ticket, words, text)) return null;
  const from = negatesNext(command, words, text) ? begin + 1 : begin + 2;
  const found = { command: command.command, ticket, rating: undefined, from, words: [ticket, command] };
  return followedByText(found, marks, words, text);
}

/** `9165816 belum ditindaklanjuti`: without its first word the text would say the contrary. After a comma it would not. */
function negatesNext({ command, last }: Mark, words: readonly Word[], text: string): boolean {
  const next = words[last + 1];
  return command === 'not_resolved' && next !== undefined && text.slice(words[last]?.end, next.start).trim() === '';
}

interface Found {
  readonly command: CommandName;
  readonly ticket: Mark;
  readonly rating: Mark | undefined;
  /** The mark where the citizen's text begins. */
  readonly from: number;
  readonly words: readonly Mark[];
}

function followedByText(found: Found, marks: readonly Mark[], words: readonly Word[], text: string): Intent {
  const next = marks[found.from];
  const ratesNext = found.command === 'rating' && found.rating === undefined && next?.is === 'rating';
  const rating = ratesNext ? next : found.rating;
  const previous = marks[ratesNext ? found.from : found.from - 1];
  const restStart = words[previous?.last ?? 0]?.end ?? text.length;
  return {
    intent: found.command,
    trackingId: found.ticket.value,
    rating: ratingOf(rating),
    rest: text
      .slice(restStart)
      .replace(/^[\s:,.;/-]+/, '')
      .trimEnd(),
    evidence: found.words.map((mark) => written(mark, words, text)).join(' '),
  };
}

function isSureTicket(ticket: Mark, words: readonly Word[], text: string): boolean {
  return ticketBeforeText.test(ticket.value) || isMarked(words[ticket.first]?.start ?? 0, text);
}

/** Whether `#` stands before. */
function isMarked(start: number, text: string): boolean {
  return text[start - 1] === '#' || (text[start - 2] === '#' && text[start - 1]?.trim() === '');
}

/** Form 3. */
function additionToTicket(marks: readonly Mark[], words: readonly Word[], text: string): Intent | null {
  const first = marks[0];
  const start = words[first?.first ?? 0]?.start ?? 0;
  if (first?.is !== 'ticket' || !isMarked(start, text)) return null;
  const found = { command: 'addition', ticket: first, rating: undefined, from: 1, words: [first] } as const;
  return followedByText(found, marks, words, text);
}

function ratingOf(mark: Mark | undefined): number | null {
  const rating = Number(mark?.value ?? Number.NaN);
  return rating >= 1 && rating <= 5 ? rating : null;
}

/** A greeting, a thank-you, a lone letter or number: nothing that an agency could act on. */
function saysNothing(marks: readonly Mark[], words: readonly Word[]): boolean {
  const letters = words.reduce((sum, word) => sum + (isNumber(word) ? 0 : word.text.length), 0);
  const saying = marks.filter((mark) => mark.is !== 'courtesy' && mark.is !== 'noun' && mark.is !== 'rating');
  return letters < 2 ? words.every((word) => word.text.length < 4) : saying.length === 0;
}

function written(mark: Mark, words: readonly Word[], text: string): string {
  return text.slice(words[mark.first]?.start, words[mark.last]?.end);
}

import type { Report } from '../../domain/report.js';
import { type Intent, parseIntent } from './intent.js';
import { type KeywordReading, readKeywords } from './keyword.js';
import type { Keyword } from './keywords.js';
import { type KindReading, kindOf } from './kind.js';
import type { Knowledge } from './knowledge.js';
import { type MaskedText, maskPersonalData } from './mask.js';
import type { Secrecy } from './names.js';
import type { Gazetteer } from './places/gazetteer.js';
import { type Location, locationsIn } from './places/locations.js';
import { isEmergency, isGreeting, isTest, secrecyAskedFor } from './signs.js';
import { titleOf } from './title.js';
import type { Vocabulary } from './vocabulary.js';
import { type Word, wordsOf } from './words.js';

/** What a text says, as a report needs it. */
export interface TextReading {
  /** The registered keyword that was used. */
  readonly keyword: Keyword | null;
  readonly visibility: Report['reporter']['visibility'];
  readonly kind: KindReading;
  readonly locations: readonly Location[];
  readonly flags: readonly string[];
  /** Without keyword, personal numbers masked. */
  readonly text: string;
  readonly title: string;
  /** What it asks for, personal numbers masked in what is said beyond that. Null: it is a report, or may be one. */
  readonly intent: Intent | null;
  /** The language of its command, where that tells one. Of the other words no language is guessed. */
  readonly language: string | null;
}

export interface ReadingAids extends Knowledge {
  readonly gazetteer: Gazetteer;
}

/** Reads a report's text. Pure and total. */
export function readText(text: string, { keywords, vocabulary, gazetteer }: ReadingAids): TextReading {
  const allWords = wordsOf(text, vocabulary.lexicon);
  const intent = parseIntent(text, vocabulary, allWords);
  const opening = readKeywords(text, allWords, keywords, vocabulary.knownWords);
  const body = opening.textStart === 0 ? text : text.slice(opening.textStart);
  const words = opening.textStart === 0 ? allWords : wordsOf(body, vocabulary.lexicon);
  const masked = maskPersonalData(body, vocabulary.personalNumbers);
  const secrecies = [...opening.modifiers.map(({ visibility }) => visibility), ...secrecyAskedFor(words, vocabulary)];
  return {
    keyword: opening.keyword,
    visibility: visibilityOf(secrecies),
    kind: kindOf(words, body, vocabulary),
    locations: withImplied(opening, locationsIn(words, body, vocabulary.places, gazetteer), gazetteer),
    flags: flagsOf(words, body, masked, secrecies, vocabulary),
    text: masked.text,
    title: titleOf(`${topicBefore(opening)}${masked.text}`),
    intent: intent.intent === 'report' ? null : withRestMasked(intent, vocabulary),
    language: languageOf(intent, vocabulary),
  };
}

type Secrecies = readonly (Secrecy | null)[];

function flagsOf(
  words: readonly Word[],
  body: string,
  masked: MaskedText,
  secrecies: Secrecies,
  vocabulary: Vocabulary,
): string[] {
  const flags: string[] = [];
  if (isEmergency(words, vocabulary)) flags.push('emergency');
  if (isTest(words, body, vocabulary)) flags.push('test');
  if (isGreeting(words, vocabulary)) flags.push('greeting');
  if (masked.found) flags.push('contains_personal_data');
  // Visibility has room for one of the two; to hide the reporter is the greater promise.
  if (secrecies.includes('anonymous') && secrecies.includes('confidential')) flags.push('confidential');
  return flags;
}

function withRestMasked(intent: Intent, { personalNumbers }: Vocabulary): Intent {
  return intent.rest === '' ? intent : { ...intent, rest: maskPersonalData(intent.rest, personalNumbers).text };
}

function languageOf({ evidence }: Intent, { languages, lexicon }: Vocabulary): string | null {
  return evidence === '' ? null : (languages.at(wordsOf(evidence, lexicon), 0)?.value ?? null);
}

/** A topic is also part of what is said: `BBM langka` is a title, `langka` is none. */
function topicBefore({ keyword, textStart }: KeywordReading): string {
  return keyword?.type === 'topic' && textStart > 0 ? `${keyword.name} ` : '';
}

function visibilityOf(secrecies: Secrecies): TextReading['visibility'] {
  if (secrecies.includes('anonymous')) return 'anonymous';
  return secrecies.includes('confidential') ? 'confidential' : 'open';
}

/** A keyword's region comes last: a place that is named is nearer than one that is implied. */
function withImplied({ keyword }: KeywordReading, named: readonly Location[], gazetteer: Gazetteer): Location[] {
  const area = keyword?.region == null ? null : gazetteer.area(keyword.region);
  if (area === null || keyword === null || named.some(({ code }) => code.startsWith(area.code))) return [...named];
  return [...named, { ...area, evidence: keyword.name }];
}

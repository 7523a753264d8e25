import { Beginnings } from './beginnings.js';
import { Lexicon } from './lexicon.js';
import {
  type CommandName,
  type CueKind,
  commandNames,
  cueKinds,
  type PersonalNumberKind,
  type PlaceLevel,
  personalNumberKinds,
  placeLevels,
  type Secrecy,
  secrecies,
} from './names.js';
import { PhraseTable } from './phraseTable.js';
import { SlipFinder } from './slip.js';
import type { VocabularyData } from './vocabularyFile.js';

/** The rules for reading texts, of the data that `vocabularyFile.ts` checks. */

export interface KindCue {
  readonly kind: CueKind;
  readonly weight: number;
}

/** The vocabulary made ready for look-ups. */
export interface Vocabulary {
  /** With what shorthand stands for. */
  readonly lexicon: Lexicon;
  /** Without: a machine's text is compared as it is written, and so is ours. */
  readonly asWritten: Lexicon;
  readonly commands: PhraseTable<CommandName>;
  readonly commandSlips: SlipFinder<CommandName>;
  readonly courtesy: PhraseTable<true>;
  readonly reportNouns: PhraseTable<true>;
  readonly ratingWords: ReadonlyMap<string, number>;
  readonly ratingUnits: PhraseTable<true>;
  /** Words that are right as they are, and so no slip of any other. */
  readonly knownWords: ReadonlySet<string>;
  readonly kinds: PhraseTable<KindCue>;
  readonly openings: PhraseTable<KindCue>;
  readonly negators: PhraseTable<true>;
  /** Said beside a verdict, they take it back: `SELESAI 9165816 tapi lampu masih mati`. */
  readonly reservations: PhraseTable<true>;
  readonly negatorWeight: number;
  readonly purposeWords: PhraseTable<true>;
  readonly emergency: Readonly<Record<'words' | 'notAfter' | 'notBefore' | 'past', PhraseTable<true>>>;
  readonly test: Readonly<Record<'words' | 'companions', PhraseTable<true>>>;
  readonly autoReplies: Readonly<Record<'titles' | 'sentences' | 'signs', PhraseTable<true>>>;
  readonly anonymity: Readonly<Record<'verbs' | 'objects', PhraseTable<true>>>;
  readonly visibility: PhraseTable<Secrecy>;
  /** Words that only somebody who wants answers in that language would use for a command. */
  readonly languages: PhraseTable<string>;
  readonly personalNumbers: ReadonlyMap<string, PersonalNumberKind>;
  readonly places: PlaceWords;
}

export interface PlaceWords {
  readonly cues: PhraseTable<PlaceLevel>;
  readonly connectors: PhraseTable<true>;
  readonly notNames: ReadonlySet<string>;
  readonly notAfter: ReadonlySet<string>;
  readonly commonWords: ReadonlySet<string>;
  readonly surePrefixes: ReadonlySet<string>;
  /** Names in small letters to the code of a province or regency. */
  readonly aliases: ReadonlyMap<string, string>;
}

export function compileVocabulary(data: VocabularyData): Vocabulary {
  const { places } = data;
  const beginnings = new Beginnings();
  const knownWords = knownWordsOf(data);
  const commands = namesOf(data.commands, commandNames, beginnings);
  const tables = {
    commands,
    commandSlips: new SlipFinder(commands.entries(), knownWords),
    courtesy: listOf(data.courtesy, beginnings),
    reportNouns: listOf(data.reportNouns, beginnings),
    ratingWords: new Map(Object.entries(data.ratingWords)),
    ratingUnits: listOf(data.ratingUnits, beginnings),
    knownWords,
    kinds: cuesOf(data.kinds, beginnings),
    openings: cuesOf(data.openings, beginnings),
    negators: listOf(data.negators, beginnings),
    reservations: listOf(data.reservations, beginnings),
    negatorWeight: data.negatorWeight,
    purposeWords: listOf(data.purposeWords, beginnings),
    emergency: {
      words: listOf(data.emergency.words, beginnings),
      notAfter: listOf(data.emergency.notAfter, beginnings),
      notBefore: listOf(data.emergency.notBefore, beginnings),
      past: listOf(data.emergency.past, beginnings),
    },
    test: { words: listOf(data.test.words, beginnings), companions: listOf(data.test.companions, beginnings) },
    autoReplies: {
      titles: listOf(data.autoReplies.titles, beginnings),
      sentences: listOf(data.autoReplies.sentences, beginnings),
      signs: listOf(data.autoReplies.signs, beginnings),
    },
    anonymity: { verbs: listOf(data.anonymity.verbs, beginnings), objects: listOf(data.anonymity.objects, beginnings) },
    visibility: namesOf(data.visibility, secrecies, beginnings),
    languages: new PhraseTable(
      Object.entries(data.languages).flatMap(([language, words]) => words.map((entry) => [entry, language] as const)),
      beginnings,
    ),
    personalNumbers: personalNumberCuesOf(data),
    places: {
      cues: namesOf(places.cues, placeLevels, beginnings),
      connectors: listOf(places.connectors, beginnings),
      notNames: new Set(places.notNames),
      notAfter: new Set(places.notAfter),
      commonWords: new Set(places.commonWords),
      surePrefixes: new Set(places.surePrefixes),
      aliases: new Map(Object.entries(places.aliases)),
    },
  };
  // When every table is in.
  const shorthand = new Map(Object.entries(data.shorthand));
  return { ...tables, lexicon: new Lexicon(shorthand, beginnings), asWritten: new Lexicon(new Map(), beginnings) };
}

function listOf(list: readonly string[], beginnings: Beginnings): PhraseTable<true> {
  return new PhraseTable(
    list.map((entry) => [entry, true]),
    beginnings,
  );
}

function namesOf<Name extends string>(
  lists: Readonly<Record<Name, readonly string[]>>,
  names: readonly Name[],
  beginnings: Beginnings,
): PhraseTable<Name> {
  return new PhraseTable(
    names.flatMap((name) => lists[name].map((entry) => [entry, name] as const)),
    beginnings,
  );
}

function cuesOf(
  kinds: Readonly<Record<CueKind, Readonly<Record<string, number>>>>,
  beginnings: Beginnings,
): PhraseTable<KindCue> {
  return new PhraseTable(
    cueKinds.flatMap((kind) =>
      Object.entries(kinds[kind]).map(([cue, value]) => [cue, { kind, weight: value }] as const),
    ),
    beginnings,
  );
}

/** With the shorthand for each cue: they are looked for in the text as it is written. */
function personalNumberCuesOf({ personalNumbers, shorthand }: VocabularyData): Map<string, PersonalNumberKind> {
  const cues = new Map(personalNumberKinds.flatMap((kind) => personalNumbers[kind].map((cue) => [cue, kind] as const)));
  for (const [short, meaning] of Object.entries(shorthand)) {
    const kind = cues.get(meaning);
    if (kind !== undefined) cues.set(short, kind);
  }
  return cues;
}

/** Every list tells of words that are right; only what no list knows can be a slip. */
function knownWordsOf(data: VocabularyData): ReadonlySet<string> {
  const { emergency, test, anonymity, places } = data;
  const lists: readonly (readonly string[])[] = [
    data.ordinaryWords,
    data.courtesy,
    data.reportNouns,
    data.negators,
    data.purposeWords,
    Object.values(data.shorthand),
    ...cueKinds.map((kind) => Object.keys(data.kinds[kind])),
    ...Object.values(emergency),
    ...Object.values(test),
    ...Object.values(anonymity),
    ...Object.values(places.cues),
    places.notNames,
    places.notAfter,
    places.commonWords,
    places.surePrefixes,
    Object.keys(places.aliases),
  ];
  return new Set(lists.flat().flatMap((entry) => entry.split(' ')));
}

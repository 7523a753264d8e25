import * as z from 'zod';
import { PhraseTable } from './phraseTable.js';
import type { Shorthand } from './words.js';

/** The rules for reading texts, as `config/vocabulary.yaml` gives them. Its comments explain each. */

export const commandNames = [
  'status',
  'addition',
  'not_resolved',
  'resolved',
  'rating',
  'withdrawal',
  'help',
  'stop',
  'start',
] as const;

export type CommandName = (typeof commandNames)[number];

/** The kinds that cues speak for; `unclassified` is what is left where none speaks. */
export const cueKinds = ['complaint', 'aspiration', 'information_request'] as const;

export type CueKind = (typeof cueKinds)[number];

export const placeLevels = ['province', 'regency', 'city', 'district', 'village'] as const;

export type PlaceLevel = (typeof placeLevels)[number];

/** Visibilities that must be asked for. */
export const secrecies = ['anonymous', 'confidential'] as const;

export type Secrecy = (typeof secrecies)[number];

export const personalNumberKinds = ['identity', 'phone', 'account', 'insurance'] as const;

export type PersonalNumberKind = (typeof personalNumberKinds)[number];

export const phrase = z
  .string()
  .max(60)
  .regex(/^[\p{Ll}\p{M}\p{Nd}]+( [\p{Ll}\p{M}\p{Nd}]+)*$/u, 'expected words in small letters, one blank between them');
const phrases = z.array(phrase);
const word = phrase.regex(/^\S+$/, 'expected a single word in small letters');
const weight = z.int().min(0).max(9);
const weighted = z.record(phrase, weight);

export const areaCode = z
  .string('expected a Kemendagri code in quotes, such as "51.08"')
  .regex(/^\d{2}(\.\d{2})?$/, 'expected the Kemendagri code of a province or regency, such as "51" or "51.08"');

export const vocabularySchema = z.strictObject({
  shorthand: z.record(word, phrase),
  commands: z.strictObject(forEach(commandNames, phrases)),
  courtesy: phrases,
  reportNouns: phrases,
  ratingWords: z.record(word, z.int().min(1).max(5)),
  ratingUnits: phrases,
  ordinaryWords: z.array(word),
  kinds: z.strictObject(forEach(cueKinds, weighted)),
  openings: z.strictObject(forEach(cueKinds, weighted)),
  negators: phrases,
  negatorWeight: weight,
  purposeWords: phrases,
  emergency: z.strictObject({ words: phrases, notAfter: phrases, notBefore: phrases, past: phrases }),
  test: z.strictObject({ words: phrases, companions: phrases }),
  anonymity: z.strictObject({ verbs: phrases, objects: phrases }),
  visibility: z.strictObject(forEach(secrecies, phrases)),
  personalNumbers: z.strictObject(forEach(personalNumberKinds, z.array(word))),
  places: z.strictObject({
    cues: z.strictObject(forEach(placeLevels, phrases)),
    connectors: phrases,
    notNames: phrases,
    notAfter: phrases,
    commonWords: phrases,
    surePrefixes: phrases,
    aliases: z.record(phrase, areaCode),
  }),
});

export type VocabularyData = z.output<typeof vocabularySchema>;

/** A zod shape with one key for each name. */
function forEach<Name extends string, Schema extends z.ZodType>(
  names: readonly Name[],
  schema: Schema,
): Record<Name, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema])) as Record<Name, Schema>;
}

export interface KindCue {
  readonly kind: CueKind;
  readonly weight: number;
}

/** The vocabulary made ready for look-ups. */
export interface Vocabulary {
  readonly shorthand: Shorthand;
  readonly commands: PhraseTable<CommandName>;
  readonly courtesy: PhraseTable<true>;
  readonly reportNouns: PhraseTable<true>;
  readonly ratingWords: ReadonlyMap<string, number>;
  readonly ratingUnits: PhraseTable<true>;
  /** Words that are right as they are, and so no slip of any other. */
  readonly knownWords: ReadonlySet<string>;
  readonly kinds: PhraseTable<KindCue>;
  readonly openings: PhraseTable<KindCue>;
  readonly negators: PhraseTable<true>;
  readonly negatorWeight: number;
  readonly purposeWords: PhraseTable<true>;
  readonly emergency: Readonly<Record<'words' | 'notAfter' | 'notBefore' | 'past', PhraseTable<true>>>;
  readonly test: Readonly<Record<'words' | 'companions', PhraseTable<true>>>;
  readonly anonymity: Readonly<Record<'verbs' | 'objects', PhraseTable<true>>>;
  readonly visibility: PhraseTable<Secrecy>;
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
  return {
    shorthand: new Map(Object.entries(data.shorthand)),
    commands: namesOf(data.commands, commandNames),
    courtesy: listOf(data.courtesy),
    reportNouns: listOf(data.reportNouns),
    ratingWords: new Map(Object.entries(data.ratingWords)),
    ratingUnits: listOf(data.ratingUnits),
    knownWords: knownWordsOf(data),
    kinds: cuesOf(data.kinds),
    openings: cuesOf(data.openings),
    negators: listOf(data.negators),
    negatorWeight: data.negatorWeight,
    purposeWords: listOf(data.purposeWords),
    emergency: {
      words: listOf(data.emergency.words),
      notAfter: listOf(data.emergency.notAfter),
      notBefore: listOf(data.emergency.notBefore),
      past: listOf(data.emergency.past),
    },
    test: { words: listOf(data.test.words), companions: listOf(data.test.companions) },
    anonymity: { verbs: listOf(data.anonymity.verbs), objects: listOf(data.anonymity.objects) },
    visibility: namesOf(data.visibility, secrecies),
    personalNumbers: personalNumberCuesOf(data),
    places: {
      cues: namesOf(places.cues, placeLevels),
      connectors: listOf(places.connectors),
      notNames: new Set(places.notNames),
      notAfter: new Set(places.notAfter),
      commonWords: new Set(places.commonWords),
      surePrefixes: new Set(places.surePrefixes),
      aliases: new Map(Object.entries(places.aliases)),
    },
  };
}

function listOf(list: readonly string[]): PhraseTable<true> {
  return new PhraseTable(list.map((entry) => [entry, true]));
}

function namesOf<Name extends string>(
  lists: Readonly<Record<Name, readonly string[]>>,
  names: readonly Name[],
): PhraseTable<Name> {
  return new PhraseTable(names.flatMap((name) => lists[name].map((entry) => [entry, name] as const)));
}

function cuesOf(kinds: Readonly<Record<CueKind, Readonly<Record<string, number>>>>): PhraseTable<KindCue> {
  return new PhraseTable(
    cueKinds.flatMap((kind) =>
      Object.entries(kinds[kind]).map(([cue, value]) => [cue, { kind, weight: value }] as const),
    ),
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

import * as z from 'zod';
import { commandNames, cueKinds, personalNumberKinds, placeLevels, secrecies } from './names.js';

/** The rules for reading texts, as `config/vocabulary.yaml` gives them. Its comments explain each. */

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
  reservations: phrases,
  purposeWords: phrases,
  emergency: z.strictObject({ words: phrases, notAfter: phrases, notBefore: phrases, past: phrases }),
  test: z.strictObject({ words: phrases, companions: phrases }),
  autoReplies: z.strictObject({ titles: phrases, sentences: phrases, signs: phrases }),
  anonymity: z.strictObject({ verbs: phrases, objects: phrases }),
  visibility: z.strictObject(forEach(secrecies, phrases)),
  languages: z.record(z.string().regex(/^[a-z]{2,3}$/, 'expected a language code such as `en`'), phrases),
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

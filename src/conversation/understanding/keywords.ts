import * as z from 'zod';
import { areaCode, phrase, type Secrecy, secrecies } from './vocabulary.js';

/** The keyword registry, as `config/keywords.yaml` gives it. Its comments explain each key. */

const keyword = z
  .string()
  .max(30)
  .regex(/^[A-Z][A-Z0-9]{2,}$/, 'expected capital letters and digits, at least three, beginning with a letter');

/** `notBefore` is compared with the words that follow. */
const shared = { spellings: z.array(keyword).default([]), notBefore: z.array(phrase).default([]) };
const implied = { topic: z.string().min(1).max(60).optional(), agency: z.string().min(1).max(120).optional() };

const keywordEntry = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('service'), ...shared }),
    z.strictObject({ type: z.literal('region'), region: areaCode, ...implied, ...shared }),
    z.strictObject({ type: z.literal('topic'), region: areaCode.optional(), ...implied, ...shared }),
  ],
  'expected `type: service`, `type: region` or `type: topic`',
);

const modifierEntry = z.strictObject({ visibility: z.enum(secrecies), ...shared });

export const keywordsSchema = z.strictObject({
  keywords: z.record(keyword, keywordEntry),
  modifiers: z.record(keyword, modifierEntry),
});

export type KeywordsData = z.output<typeof keywordsSchema>;

export interface Keyword {
  /** As registered; what the report names. */
  readonly name: string;
  readonly type: 'service' | 'region' | 'topic' | 'modifier';
  /** In small letters, its name among them. */
  readonly spellings: readonly string[];
  readonly notBefore: readonly string[];
  readonly visibility: Secrecy | null;
  /** Kemendagri code. */
  readonly region: string | null;
  readonly topic: string | null;
  readonly agency: string | null;
}

/** Keywords by spelling, and in a list for looking for slips. */
export interface KeywordRegistry {
  readonly bySpelling: ReadonlyMap<string, Keyword>;
  readonly all: readonly Keyword[];
}

export function compileKeywords({ keywords, modifiers }: KeywordsData): KeywordRegistry {
  const all: Keyword[] = [
    ...Object.entries(keywords).map(
      ([name, entry]): Keyword => ({
        name,
        type: entry.type,
        spellings: spellingsOf(name, entry.spellings),
        notBefore: entry.notBefore,
        visibility: null,
        region: ('region' in entry ? entry.region : null) ?? null,
        topic: ('topic' in entry ? entry.topic : null) ?? null,
        agency: ('agency' in entry ? entry.agency : null) ?? null,
      }),
    ),
    ...Object.entries(modifiers).map(
      ([name, entry]): Keyword => ({
        name,
        type: 'modifier',
        spellings: spellingsOf(name, entry.spellings),
        notBefore: entry.notBefore,
        visibility: entry.visibility,
        region: null,
        topic: null,
        agency: null,
      }),
    ),
  ];
  const bySpelling = new Map(all.flatMap((entry) => entry.spellings.map((spelling) => [spelling, entry] as const)));
  return { bySpelling, all };
}

function spellingsOf(name: string, others: readonly string[]): string[] {
  return [name, ...others].map((spelling) => spelling.toLowerCase());
}

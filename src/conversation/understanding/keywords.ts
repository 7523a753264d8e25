import type { KeywordsData } from './keywordsFile.js';
import type { Secrecy } from './names.js';

/** The keyword registry, of the data that `keywordsFile.ts` checks. */

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

import type * as z from 'zod';
import type { ConfigFileFault, KeyPath } from '../../config/fault.js';
import { readYamlFile, type YamlFile } from '../../config/yamlFile.js';
import { parseWith } from '../../ports/parseWith.js';
import { type KeywordsData, keywordsSchema } from './keywordsFile.js';
import { compileKnowledge, type Knowledge } from './knowledge.js';
import { commandNames, cueKinds, placeLevels, secrecies } from './names.js';
import { vocabularySchema } from './vocabularyFile.js';

export interface KnowledgeFiles {
  /** The keyword registry. */
  readonly keywords: string;
  readonly vocabulary: string;
}

export type KnowledgeResult =
  | { readonly ok: true; readonly knowledge: Knowledge }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/** Reads both files, and tells all that is wrong with either at once. */
export function loadKnowledge(files: KnowledgeFiles): KnowledgeResult {
  const keywords = loadFile(files.keywords, keywordsSchema, keywordFaults);
  const vocabulary = loadFile(files.vocabulary, vocabularySchema, (yaml, data) => [
    ...phraseFaults(yaml, ['commands'], data.commands, commandNames),
    ...phraseFaults(yaml, ['visibility'], data.visibility, secrecies),
    ...phraseFaults(yaml, ['places', 'cues'], data.places.cues, placeLevels),
    ...cueKinds.flatMap((kind) => weightFaults(yaml, kind, data.kinds)),
  ]);
  if (keywords.ok && vocabulary.ok) {
    return { ok: true, knowledge: compileKnowledge({ keywords: keywords.data, vocabulary: vocabulary.data }) };
  }
  return { ok: false, faults: [...(keywords.ok ? [] : keywords.faults), ...(vocabulary.ok ? [] : vocabulary.faults)] };
}

type FileResult<Data> =
  | { readonly ok: true; readonly data: Data }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

function loadFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  furtherFaults: (yaml: YamlFile, data: z.output<Schema>) => readonly ConfigFileFault[],
): FileResult<z.output<Schema>> {
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const parsed = parseWith(schema, read.yaml.value);
  const faults = parsed.ok
    ? furtherFaults(read.yaml, parsed.config)
    : parsed.faults.map((fault) => read.yaml.fault(fault.path, fault.message));
  if (parsed.ok && faults.length === 0) return { ok: true, data: parsed.config };
  return { ok: false, faults: [...faults].sort((one, other) => one.line - other.line || one.column - other.column) };
}

function keywordFaults(yaml: YamlFile, { keywords, modifiers }: KeywordsData): ConfigFileFault[] {
  const claims = [...claimsOf('keywords', keywords), ...claimsOf('modifiers', modifiers)];
  const owners = new Map<string, string>();
  return claims.flatMap(({ spelling, name, path }) => {
    const owner = owners.get(spelling);
    if (owner === undefined) owners.set(spelling, name);
    return owner === undefined
      ? []
      : [yaml.fault(path, `\`${spelling}\` is taken by \`${owner}\` already; a spelling leads to one keyword`)];
  });
}

interface Claim {
  readonly spelling: string;
  /** Of the keyword. */
  readonly name: string;
  readonly path: KeyPath;
}

function claimsOf(section: string, entries: Readonly<Record<string, { spellings: readonly string[] }>>): Claim[] {
  return Object.entries(entries).flatMap(([name, { spellings }]): Claim[] => [
    { spelling: name, name, path: [section, name] },
    ...spellings.map((spelling, index) => ({ spelling, name, path: [section, name, 'spellings', index] })),
  ]);
}

/** A phrase under two names would quietly belong to the later one. */
function phraseFaults<Name extends string>(
  yaml: YamlFile,
  path: KeyPath,
  lists: Readonly<Record<Name, readonly string[]>>,
  names: readonly Name[],
): ConfigFileFault[] {
  const taken = new Map<string, Name>();
  return names.flatMap((name) =>
    lists[name].flatMap((entry, index) => {
      const owner = taken.get(entry);
      if (owner === undefined) taken.set(entry, name);
      return owner === undefined
        ? []
        : [yaml.fault([...path, name, index], `\`${entry}\` stands under \`${owner}\` already; keep one`)];
    }),
  );
}

function weightFaults(
  yaml: YamlFile,
  kind: (typeof cueKinds)[number],
  kinds: Readonly<Record<(typeof cueKinds)[number], Readonly<Record<string, number>>>>,
): ConfigFileFault[] {
  const earlier = cueKinds.slice(0, cueKinds.indexOf(kind));
  return Object.keys(kinds[kind]).flatMap((cue) => {
    const owner = earlier.find((other) => Object.hasOwn(kinds[other], cue));
    return owner === undefined
      ? []
      : [yaml.fault(['kinds', kind, cue], `\`${cue}\` is a cue for \`${owner}\` already; keep one`)];
  });
}

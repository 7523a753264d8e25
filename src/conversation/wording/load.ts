import { basename, join } from 'node:path';
import type { ConfigFileFault, KeyPath } from '../../config/fault.js';
import { readYamlFile, type YamlFile } from '../../config/yamlFile.js';
import { yamlFilesIn } from '../../config/yamlFolder.js';
import { alternatives, unknownKey } from '../../ports/configWords.js';
import { DateWriter } from './dates.js';
import { measureTexts, templateFaults } from './measure.js';
import { Template } from './template.js';
import { type TextRule, textRules } from './texts.js';
import { type LanguageTexts, Wording } from './wording.js';

export interface WordingOptions {
  /** Holds one file for each language: `id.yaml`, `en.yaml`. */
  readonly directory: string;
  /** The language of replies where none is asked for. */
  readonly language: string;
  /** For the dates that replies name, such as `Asia/Jakarta`. */
  readonly timeZone: string;
}

export type WordingResult =
  | { readonly ok: true; readonly wording: Wording }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/** Reads the reply texts of every language, and tells all that is wrong with any at once. */
export function loadWording({ directory, language, timeZone }: WordingOptions): WordingResult {
  const files = yamlFilesIn(directory);
  if (typeof files === 'string') return { ok: false, faults: [wholeFileFault(directory, `cannot be read: ${files}`)] };
  const faults: ConfigFileFault[] = [];
  const texts = new Map<string, LanguageTexts>();
  for (const name of files) {
    const loaded = loadLanguage(join(directory, name), timeZone);
    if (loaded.ok) texts.set(basename(name, '.yaml'), loaded.texts);
    else faults.push(...loaded.faults);
  }
  if (!files.includes(`${language}.yaml`)) faults.push(missingLanguage(directory, language, files));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, wording: new Wording(texts, language) };
}

type LanguageResult =
  | { readonly ok: true; readonly texts: LanguageTexts }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

function loadLanguage(file: string, timeZone: string): LanguageResult {
  const language = basename(file, '.yaml');
  if (!/^[a-z]{2,3}$/.test(language)) {
    const message = 'not the name of a reply file; expected a language code and `.yaml`, such as `id.yaml`';
    return { ok: false, faults: [wholeFileFault(file, message)] };
  }
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const { yaml } = read;
  const dates = new DateWriter(language, timeZone);
  const templates = new Map<string, Template>();
  const faults = unknownKeys(yaml);
  for (const rule of textRules) {
    const parsed = parseText(yaml, rule, language);
    if (parsed instanceof Template) {
      templates.set(rule.path.join('.'), parsed);
      faults.push(...templateFaults(yaml, rule, parsed));
    } else faults.push(parsed);
  }
  faults.push(...measureTexts(yaml, templates, dates));
  if (faults.length === 0) return { ok: true, texts: { templates, dates } };
  return { ok: false, faults: faults.sort((one, other) => one.line - other.line || one.column - other.column) };
}

function parseText(yaml: YamlFile, rule: TextRule, language: string): Template | ConfigFileFault {
  const text = textAt(yaml.value, rule.path);
  if (text === undefined) {
    const arguments_ = rule.arguments.map((name) => `{${name}}`);
    const naming = arguments_.length === 0 ? '' : ` that names ${arguments_.join(' and ')}`;
    return yaml.fault(rule.path, `missing; expected a text${naming}`);
  }
  if (typeof text !== 'string') return yaml.fault(rule.path, 'expected a text; put it in quotes');
  if (text.trim() === '') return yaml.fault(rule.path, 'empty; expected a text');
  try {
    return new Template(text, language);
  } catch (error) {
    return yaml.fault(rule.path, `not an ICU message: ${icuReason(error)}`);
  }
}

const icuReasons: Readonly<Record<string, string>> = {
  EXPECT_ARGUMENT_CLOSING_BRACE: 'a { without its }',
  UNCLOSED_TAG: 'a tag without its end',
  EMPTY_ARGUMENT: 'empty braces { }',
  MALFORMED_ARGUMENT: 'what stands in the braces is no name',
  INVALID_ARGUMENT_TYPE: 'an unknown form after the comma',
  MISSING_OTHER_CLAUSE: 'a select without its `other {…}`',
};

function icuReason(error: unknown): string {
  const code = error instanceof Error ? error.message : String(error);
  return icuReasons[code] ?? code.toLowerCase().replaceAll('_', ' ');
}

function unknownKeys(yaml: YamlFile): ConfigFileFault[] {
  const known = new Map<string, Set<string>>([['', new Set()]]);
  for (const { path } of textRules) {
    const [top = '', child] = path;
    known.get('')?.add(top);
    if (child !== undefined) known.set(top, (known.get(top) ?? new Set()).add(child));
  }
  const faults: ConfigFileFault[] = [];
  for (const [block, keys] of known) {
    const path: KeyPath = block === '' ? [] : [block];
    for (const key of keysOf(textAt(yaml.value, path))) {
      if (!keys.has(key)) faults.push(yaml.fault([...path, key], unknownKey(key, [...keys])));
    }
  }
  return faults;
}

function textAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((node, key) => {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    return (node as Readonly<Record<string | number, unknown>>)[key];
  }, value);
}

function keysOf(block: unknown): readonly string[] {
  return typeof block === 'object' && block !== null ? Object.keys(block) : [];
}

function missingLanguage(directory: string, language: string, files: readonly string[]): ConfigFileFault {
  const found = files.length === 0 ? 'the folder has no reply file' : `found ${alternatives(files)}`;
  const message = `missing: \`replies.language\` is \`${language}\`, so there must be a file of that name; ${found}`;
  return wholeFileFault(join(directory, `${language}.yaml`), message);
}

function wholeFileFault(file: string, message: string): ConfigFileFault {
  return { file, line: 1, column: 1, key: '', message };
}

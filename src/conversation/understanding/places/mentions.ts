import type { PlaceLevel } from '../names.js';
import type { PlaceWords } from '../vocabulary.js';
import { isNumber, type Word } from '../words.js';
import { type AreaIndex, type Gazetteer, maxNameWords } from './gazetteer.js';

/** A place that a text names, and the areas that bear the name. */
export interface Mention {
  readonly level: 'province' | 'regency' | 'district' | 'village';
  /** Of provinces, of regencies, or of the districts that bear the name or have such a village; by `level`. */
  readonly areas: readonly AreaIndex[];
  /** Offsets in the text; with the cue, where there is one. */
  readonly start: number;
  readonly end: number;
}

interface Reader {
  readonly words: readonly Word[];
  readonly text: string;
  readonly rules: PlaceWords;
  readonly gazetteer: Gazetteer;
}

/** A bound for long posts: whatever names more places is a list, and no report of one. */
const mostMentions = 40;

/** The places that a text names, in its order. */
export function mentionsIn(words: readonly Word[], text: string, rules: PlaceWords, gazetteer: Gazetteer): Mention[] {
  const reader: Reader = { words, text, rules, gazetteer };
  const mentions: Mention[] = [];
  for (let index = 0; index < words.length && mentions.length < mostMentions; ) {
    const found = cuedAt(reader, index) ?? bareAt(reader, index);
    if (found === null) index += 1;
    else {
      mentions.push(...found.mentions);
      index = found.next;
    }
  }
  return mentions;
}

interface Found {
  readonly mentions: readonly Mention[];
  /** The word after them. */
  readonly next: number;
}

/** `kab Buleleng`, `kantor camat Sukasada` */
function cuedAt(reader: Reader, index: number): Found | null {
  const { words, text, rules } = reader;
  const cue = rules.cues.at(words, index);
  if (cue === null) return null;
  const from = afterConnectors(reader, index + cue.length);
  const name =
    longestName(reader, from, (key) => areasOf(reader.gazetteer, cue.value, key)) ??
    slipOfName(reader, from, cue.value);
  if (name === null) return null;
  const start = words[index]?.start ?? 0;
  const end = words[from + name.length - 1]?.end ?? text.length;
  return { mentions: [{ level: mentionLevels[cue.value], areas: name.value, start, end }], next: from + name.length };
}

const mentionLevels: Readonly<Record<PlaceLevel, Mention['level']>> = {
  province: 'province',
  regency: 'regency',
  city: 'regency',
  district: 'district',
  village: 'village',
};

/** `kab. adm. …`, `kab/kota …`: the name comes after the last of them. */
function afterConnectors({ words, rules }: Reader, index: number): number {
  let at = index;
  for (let connector = rules.connectors.at(words, at); connector !== null; connector = rules.connectors.at(words, at)) {
    at += connector.length;
  }
  return at;
}

function areasOf(gazetteer: Gazetteer, level: PlaceLevel, key: string): readonly AreaIndex[] | null {
  const areas = areasNamed(gazetteer, level, key);
  return areas.length === 0 ? null : areas;
}

function areasNamed(gazetteer: Gazetteer, level: PlaceLevel, key: string): readonly AreaIndex[] {
  if (level === 'province') return gazetteer.provincesNamed(key);
  if (level === 'district') return gazetteer.districtsNamed(key);
  if (level === 'village') return gazetteer.districtsOfVillagesNamed(key);
  return regenciesOf(gazetteer, level, key);
}

/** `kota` before a name that only a Kabupaten bears means its chief town, so the other kind will do where there is none. */
function regenciesOf(gazetteer: Gazetteer, level: 'regency' | 'city', key: string): readonly AreaIndex[] {
  const named = gazetteer.regenciesNamed(key);
  if (named.length > 0) return preferring(level, named, gazetteer);
  const alias = gazetteer.alias(key);
  const aliasIndex = alias === null ? null : gazetteer.indexOfRegency(alias.code);
  return aliasIndex === null ? [] : [aliasIndex];
}

function preferring(level: PlaceLevel, options: readonly AreaIndex[], gazetteer: Gazetteer): readonly AreaIndex[] {
  const ofLevel = options.filter((index) => gazetteer.regency(index)?.level === level);
  return ofLevel.length > 0 ? ofLevel : options;
}

/** `kab Gianyer`: of a single word after a cue for a regency, one slip is forgiven. */
function slipOfName(
  { words, rules, gazetteer }: Reader,
  from: number,
  level: PlaceLevel,
): Name<readonly AreaIndex[]> | null {
  const word = words[from];
  if (word === undefined || rules.notNames.has(word.meaning) || mentionLevels[level] !== 'regency') return null;
  const near = preferring(level, gazetteer.regenciesNear(word.text), gazetteer);
  return near.length === 0 ? null : { value: near, length: 1 };
}

/** `di Palembang`: of names without a cue only those of regencies, cities and provinces count, and not all of them. */
function bareAt(reader: Reader, index: number): Found | null {
  const { words, text, gazetteer } = reader;
  const first = words[index];
  if (first === undefined || !gazetteer.beginsBareName(first.text)) return null;
  const name = longestName(reader, index, (key) => gazetteer.bareName(key));
  if (name === null || !mayBeBare(reader, index, name.length)) return null;
  const { regencies, provinces } = name.value;
  const start = first.start;
  const end = words[index + name.length - 1]?.end ?? text.length;
  const mentions: Mention[] = [];
  if (regencies.length > 0) mentions.push({ level: 'regency', areas: regencies, start, end });
  if (provinces.length > 0) mentions.push({ level: 'province', areas: provinces, start, end });
  return { mentions, next: index + name.length };
}

/** `jl Surabaya` is a street; `batu` is mostly a stone, and the city only where the word before says so. */
function mayBeBare({ words, rules }: Reader, index: number, length: number): boolean {
  const before = words[index - 1];
  if (before !== undefined && (rules.notAfter.has(before.meaning) || rules.notAfter.has(before.text))) return false;
  const word = words[index];
  if (length > 1 || word === undefined || !rules.commonWords.has(word.text)) return true;
  return before !== undefined && rules.surePrefixes.has(before.meaning);
}

/** What a name means, and how many words it takes. */
interface Name<Value> {
  readonly value: Value;
  readonly length: number;
}

/** The longest run of words whose letters together are a name. */
function longestName<Value>(
  { words, text, rules }: Reader,
  from: number,
  meaningOf: (key: string) => Value | null,
): Name<Value> | null {
  const first = words[from];
  if (first === undefined || rules.notNames.has(first.meaning)) return null;
  let key = '';
  let longest: Name<Value> | null = null;
  for (let length = 1; length <= maxNameWords; length += 1) {
    const word = words[from + length - 1];
    const previous = words[from + length - 2];
    if (word === undefined) break;
    if (length > 1 && (previous === undefined || hasNameEnd(text, previous.end, word.start))) break;
    key += word.text;
    const value = length === 1 && isNumber(word) ? null : meaningOf(key);
    if (value !== null) longest = { value, length };
  }
  return longest;
}

/** No name goes on over one of these: `kec Sawan, Buleleng`. */
const nameEnds = ',;.:!?\n()';

function hasNameEnd(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (nameEnds.includes(text.charAt(at))) return true;
  return false;
}

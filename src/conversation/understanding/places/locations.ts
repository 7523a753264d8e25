import type { Report } from '../../../domain/report.js';
import type { PlaceWords } from '../vocabulary.js';
import type { Word } from '../words.js';
import type { AreaIndex, Gazetteer, NamedArea } from './gazetteer.js';
import { type Mention, mentionsIn } from './mentions.js';

export type Location = Report['locations'][number];

/** More places of one name than this are no help to anybody, so none is given. */
const mostOfOneName = 5;
const mostLocations = 10;

/**
 * The candidates for a text's place: regencies and cities, at which level reports are given to local governments, or a
 * province where nothing nearer is named. What is ambiguous stays so: all that bear the name are given, unless another
 * place that is named lies in one of them. The evidence holds the words of all that agree.
 */
export function locationsIn(words: readonly Word[], text: string, rules: PlaceWords, gazetteer: Gazetteer): Location[] {
  const mentions = mentionsIn(words, text, rules, gazetteer);
  if (mentions.length === 0) return [];
  const provinces = mentions.filter(({ level }) => level === 'province');
  const regencies = mentions.filter(({ level }) => level === 'regency');
  const lower = mentions.filter(({ level }) => level === 'district' || level === 'village');
  const found: Location[] = [];
  for (const mention of regencies) {
    found.push(...agreeing(mention, [...surer(mention, regencies), ...lower, ...provinces], text, gazetteer));
  }
  if (regencies.length === 0) found.push(...impliedBy(lower, provinces, text, gazetteer));
  if (found.length === 0) for (const mention of provinces) found.push(...provincesOf(mention, text, gazetteer));
  return withoutRepetition(found).slice(0, mostLocations);
}

/** `bandung macet, kota bandung`: the second mention settles which one the first means. */
function surer({ areas }: Mention, regencies: readonly Mention[]): Mention[] {
  return regencies.filter((other) => other.areas.length < areas.length);
}

/** Of the regencies of one name those with the most other places in them; all where there is none. */
function agreeing(mention: Mention, others: readonly Mention[], text: string, gazetteer: Gazetteer): Location[] {
  let most = 0;
  let best: { regency: AreaIndex; support: Mention[] }[] = [];
  for (const regency of mention.areas) {
    const support = others.filter((other) => liesIn(other, regency, gazetteer));
    if (support.length > most) best = [];
    if (support.length >= most) best.push({ regency, support });
    most = Math.max(most, support.length);
  }
  const located: Location[] = [];
  for (const { regency, support } of best) {
    located.push(...locationOf(gazetteer.regency(regency), [...support, mention], text));
  }
  return located;
}

/** Whether a mention may mean a place in a regency, the regency itself, or the province around it. */
function liesIn({ level, areas }: Mention, regency: AreaIndex, gazetteer: Gazetteer): boolean {
  if (level === 'regency') return areas.includes(regency);
  if (level === 'province') return areas.includes(gazetteer.provinceOf(regency));
  return areas.some((district) => gazetteer.regencyOf(district) === regency);
}

/** `ds Pejeng kec Tampaksiring`, without their regency. A district is surer than a village: there are ten times fewer. */
function impliedBy(
  lower: readonly Mention[],
  provinces: readonly Mention[],
  text: string,
  gazetteer: Gazetteer,
): Location[] {
  const districts = lower.filter(({ level }) => level === 'district');
  const surest = districts.length > 0 ? districts : lower;
  const regencies = new Set(surest.flatMap(({ areas }) => areas.map((district) => gazetteer.regencyOf(district))));
  const options = [...regencies].map((regency) => {
    const within = lower.filter((mention) => liesIn(mention, regency, gazetteer));
    const around = provinces.filter((mention) => liesIn(mention, regency, gazetteer));
    return { regency, mentions: [...within, ...around], sameDistrict: haveCommonDistrict(within) };
  });
  const most = Math.max(0, ...options.map(({ mentions }) => mentions.length));
  const best = options.filter(({ mentions }) => mentions.length === most);
  const closest = best.some(({ sameDistrict }) => sameDistrict)
    ? best.filter(({ sameDistrict }) => sameDistrict)
    : best;
  if (closest.length > mostOfOneName) return [];
  return closest.flatMap(({ regency, mentions }) => locationOf(gazetteer.regency(regency), mentions, text));
}

/** A village and a district that both may be in one: the village lies in that district. */
function haveCommonDistrict(mentions: readonly Mention[]): boolean {
  const [first, ...others] = mentions;
  return (
    others.length > 0 &&
    first !== undefined &&
    first.areas.some((district) => others.every(({ areas }) => areas.includes(district)))
  );
}

function provincesOf(mention: Mention, text: string, gazetteer: Gazetteer): Location[] {
  return mention.areas.flatMap((province) => locationOf(gazetteer.province(province), [mention], text));
}

/** @returns none for an area that is not on the list, which would be a fault of the index. */
function locationOf(area: NamedArea | null, mentions: readonly Mention[], text: string): Location[] {
  return area === null ? [] : [{ ...area, evidence: evidenceOf(mentions, text) }];
}

/** What is to become one blank; a blank alone is one. */
const untidyBlanks = /\s{2,}|[^\S ]/g;

/** The words as they stand; those that follow one another as one piece. */
function evidenceOf(mentions: readonly Mention[], text: string): string {
  const inOrder = [...mentions].sort((one, other) => one.start - other.start);
  let evidence = '';
  let end = -1;
  for (const mention of inOrder) {
    if (mention.start < end) continue;
    const between = end === -1 ? '' : text.slice(end, mention.start);
    const separator = end === -1 ? '' : /^[\s,.]{0,3}$/.test(between) ? ' ' : ', ';
    evidence += separator + text.slice(mention.start, mention.end);
    end = mention.end;
  }
  return evidence.replace(untidyBlanks, ' ');
}

function withoutRepetition(locations: readonly Location[]): readonly Location[] {
  if (locations.length < 2) return locations;
  const byCode = new Map<string, Location>();
  for (const location of locations) if (!byCode.has(location.code)) byCode.set(location.code, location);
  return [...byCode.values()];
}

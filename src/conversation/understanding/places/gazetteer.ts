import { isWithinOneSlip } from '../oneSlip.js';
import type { Area, Areas } from './areas.js';

/** A province, regency or city as a report names it. */
export interface NamedArea extends Area {
  readonly level: 'province' | 'regency' | 'city';
}

/** Index of a regency or city in the gazetteer; of a province, of a district. */
export type AreaIndex = number;

/** What a name without a cue may mean. */
export interface BareName {
  readonly regencies: readonly AreaIndex[];
  readonly provinces: readonly AreaIndex[];
}

/**
 * The country's areas by name. A name's key is its letters and digits alone, so that `Bau-Bau`, `Bau Bau` and `Baubau`
 * are one. Villages lead to their districts and districts to their regencies; of their own names and codes nothing is
 * kept, for a report is given to the local government of a regency or city. That leaves some 6 MB in all.
 */
export class Gazetteer {
  readonly #provinces: readonly NamedArea[];
  readonly #regencies: readonly NamedArea[];
  readonly #provinceOf: Uint8Array;
  readonly #regencyOf: Uint16Array;
  readonly #provinceNames: NameIndex;
  readonly #regencyNames: NameIndex;
  readonly #districtNames: NameIndex;
  readonly #villageNames: NameIndex;
  readonly #byCode: ReadonlyMap<string, NamedArea>;
  readonly #provinceIndex: ReadonlyMap<string, AreaIndex>;
  readonly #regencyIndex: ReadonlyMap<string, AreaIndex>;
  readonly #aliases = new Map<string, NamedArea>();
  /** Regencies, provinces and aliases by key. */
  readonly #bareNames: ReadonlyMap<string, BareName>;
  /** How these names begin: most words begin none. */
  readonly #bareBeginnings: ReadonlySet<number>;

  /** @param aliases names in small letters to codes; one whose code is not on the list is passed over. */
  constructor({ provinces, regencies, districts, villages }: Areas, aliases: ReadonlyMap<string, string>) {
    this.#provinces = provinces.map(({ code, name }) => ({ code, name: titled(name), level: 'province' }));
    this.#regencies = regencies.map(({ code, name }) => ({ code, name: titled(name), level: regencyLevel(name) }));
    this.#provinceIndex = new Map(provinces.map(({ code }, index) => [code, index]));
    this.#regencyIndex = new Map(regencies.map(({ code }, index) => [code, index]));
    const districtIndex = new Map(districts.map(({ code }, index) => [code, index]));
    this.#provinceOf = Uint8Array.from(regencies, ({ code }) => this.#provinceIndex.get(parentCode(code)) ?? 0);
    this.#regencyOf = Uint16Array.from(districts, ({ code }) => this.#regencyIndex.get(parentCode(code)) ?? 0);
    this.#provinceNames = new NameIndex(provinces.map(({ name }, index) => [keyOf(name), index]));
    this.#regencyNames = new NameIndex(regencies.map(({ name }, index) => [keyOf(bareName(name)), index]));
    this.#districtNames = new NameIndex(districts.map(({ name }, index) => [keyOf(name), index]));
    this.#villageNames = new NameIndex(
      villages.map(({ code, name }) => [keyOf(name), districtIndex.get(parentCode(code)) ?? 0]),
    );
    this.#byCode = new Map([...this.#provinces, ...this.#regencies].map((area) => [area.code, area]));
    for (const [alias, code] of aliases) {
      const area = this.#byCode.get(code);
      if (area !== undefined) this.#aliases.set(keyOf(alias), area);
    }
    const bareKeys = [...this.#provinceNames.keys(), ...this.#regencyNames.keys(), ...this.#aliases.keys()];
    this.#bareNames = new Map(bareKeys.map((key) => [key, this.#bareName(key)]));
    this.#bareBeginnings = beginningsOf(bareKeys);
  }

  #bareName(key: string): BareName {
    const [regencies, provinces] = [this.regenciesNamed(key), this.provincesNamed(key)];
    const alias = this.alias(key);
    if (regencies.length + provinces.length > 0 || alias === null) return { regencies, provinces };
    const [regency, province] = [this.indexOfRegency(alias.code), this.indexOfProvince(alias.code)];
    return { regencies: regency === null ? [] : [regency], provinces: province === null ? [] : [province] };
  }

  area(code: string): NamedArea | null {
    return this.#byCode.get(code) ?? null;
  }

  province(index: AreaIndex): NamedArea | null {
    return this.#provinces[index] ?? null;
  }

  regency(index: AreaIndex): NamedArea | null {
    return this.#regencies[index] ?? null;
  }

  indexOfProvince(code: string): AreaIndex | null {
    return this.#provinceIndex.get(code) ?? null;
  }

  indexOfRegency(code: string): AreaIndex | null {
    return this.#regencyIndex.get(code) ?? null;
  }

  provinceOf(regency: AreaIndex): AreaIndex {
    return this.#provinceOf[regency] ?? 0;
  }

  regencyOf(district: AreaIndex): AreaIndex {
    return this.#regencyOf[district] ?? 0;
  }

  provincesNamed(key: string): readonly AreaIndex[] {
    return this.#provinceNames.get(key);
  }

  /** Both, where a Kota and a Kabupaten share the name. */
  regenciesNamed(key: string): readonly AreaIndex[] {
    return this.#regencyNames.get(key);
  }

  /** Those one slip away, of six letters or more; for words of which a cue says that they name a regency. */
  regenciesNear(key: string): readonly AreaIndex[] {
    if (key.length < 6) return [];
    for (const name of this.#regencyNames.keys()) {
      if (name.length >= 6 && isWithinOneSlip(key, name)) return this.#regencyNames.get(name);
    }
    return [];
  }

  districtsNamed(key: string): readonly AreaIndex[] {
    return this.#districtNames.get(key);
  }

  /** The districts in which a village of that name lies. */
  districtsOfVillagesNamed(key: string): readonly AreaIndex[] {
    return this.#villageNames.get(key);
  }

  alias(key: string): NamedArea | null {
    return this.#aliases.get(key) ?? null;
  }

  /** The regencies and provinces of a name; those of an alias where none bears it. */
  bareName(key: string): BareName | null {
    return this.beginsBareName(key) ? (this.#bareNames.get(key) ?? null) : null;
  }

  /** Whether any province, regency or alias may begin with these letters. */
  beginsBareName(key: string): boolean {
    return this.#bareBeginnings.has(beginningOf(key));
  }
}

/**
 * Names to indexes. Four of five names are unique and cost one entry; the others point into one array of
 * lists, each led by its length.
 */
class NameIndex {
  readonly #places = new Map<string, number>();
  readonly #lists: Uint16Array;

  constructor(names: Iterable<readonly [key: string, index: AreaIndex]>) {
    const gathered = new Map<string, number | number[]>();
    for (const [key, index] of names) {
      const known = gathered.get(key);
      if (known === undefined) gathered.set(key, index);
      else if (typeof known === 'number') {
        if (known !== index) gathered.set(key, [known, index]);
      } else if (!known.includes(index)) known.push(index);
    }
    const lists: number[] = [];
    for (const [key, value] of gathered) {
      if (typeof value === 'number') this.#places.set(key, value);
      else {
        this.#places.set(key, -lists.length - 1);
        lists.push(value.length, ...value);
      }
    }
    this.#lists = Uint16Array.from(lists);
  }

  get(key: string): readonly AreaIndex[] {
    const place = this.#places.get(key);
    if (place === undefined) return none;
    if (place >= 0) return [place];
    const start = -place - 1;
    const end = start + (this.#lists[start] ?? 0);
    const list: AreaIndex[] = [];
    for (let at = start + 1; at <= end; at += 1) list.push(this.#lists[at] ?? 0);
    return list;
  }

  keys(): Iterable<string> {
    return this.#places.keys();
  }
}

const none: readonly AreaIndex[] = [];

/** Words of a name, at most: no name of a regency has more, and hardly one of a village. */
export const maxNameWords = 5;

const beginningLength = 6;
const bitsOfLetter = 5;

/** The first letters in one number, which costs no string to ask for. Five bits tell small letters apart, and some others not. */
function beginningOf(key: string): number {
  let beginning = 0;
  for (let at = 0; at < beginningLength; at += 1) {
    const bits = at < key.length ? key.charCodeAt(at) % (1 << bitsOfLetter) : 0;
    beginning = (beginning << bitsOfLetter) | bits;
  }
  return beginning;
}

function beginningsOf(keys: Iterable<string>): Set<number> {
  const beginnings = new Set<number>();
  for (const key of keys) {
    for (let length = 1; length <= beginningLength; length += 1) beginnings.add(beginningOf(key.slice(0, length)));
  }
  return beginnings;
}

const signs = /[^\p{L}\p{N}]+/gu;

/** The letters and digits of a name alone, small. */
export function keyOf(name: string): string {
  return name.toLowerCase().replace(signs, '');
}

function parentCode(code: string): string {
  return code.slice(0, code.lastIndexOf('.'));
}

const regencyTitle = /^(KABUPATEN|KOTA) (?:ADMINISTRASI )?/;

function bareName(name: string): string {
  return name.replace(regencyTitle, '');
}

function regencyLevel(name: string): 'regency' | 'city' {
  return name.startsWith('KOTA ') ? 'city' : 'regency';
}

/** `KABUPATEN PANGKAJENE DAN KEPULAUAN` as people write it. */
function titled(name: string): string {
  return name
    .split(' ')
    .map((word) =>
      word === 'DKI' ? word : word === 'DAN' ? 'dan' : `${word.slice(0, 1)}${word.slice(1).toLowerCase()}`,
    )
    .join(' ');
}

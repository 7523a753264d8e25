import { type NationalLanguage, nationalLanguages } from './nationalTables.js';

/** National Language Identifiers of a user data header; null where it names none. */
export interface LanguageShift {
  readonly locking: number | null;
  readonly single: number | null;
}

/** Both tables of one way to read septets, UTF-16 units by septet; 0 stands for no character. */
export interface Gsm7Tables {
  readonly basic: Uint16Array | null;
  readonly extension: Uint16Array | null;
}

/** `gsm7-locking-tr`, `gsm7-single-es`, `gsm7-locking-pt-single-pt`. */
export type NationalEncoding = `gsm7-${string}`;

const byId = new Map(nationalLanguages.map((language) => [language.id, language]));
const tablesByName = new Map<string, Gsm7Tables>();
for (const locking of [null, ...nationalLanguages]) {
  for (const single of [null, ...nationalLanguages]) {
    if (locking?.locking === null || (locking === null && single === null)) continue;
    tablesByName.set(nameOf(locking, single), {
      basic: locking?.locking ?? null,
      extension: single?.single ?? null,
    });
  }
}

function nameOf(locking: NationalLanguage | null, single: NationalLanguage | null): NationalEncoding {
  return `gsm7${locking === null ? '' : `-locking-${locking.code}`}${single === null ? '' : `-single-${single.code}`}` as NationalEncoding;
}

/**
 * The encoding that a header asks for. A language that is not known counts as not named: the default tables then
 * show most of the text (3GPP TS 23.038 §6.2.1.2.1).
 */
export function nationalEncoding(shift: LanguageShift): NationalEncoding | 'gsm7' {
  const locking = shift.locking === null ? null : (byId.get(shift.locking) ?? null);
  const single = shift.single === null ? null : (byId.get(shift.single) ?? null);
  const lockable = locking?.locking === null ? null : locking;
  return lockable === null && single === null ? 'gsm7' : nameOf(lockable, single);
}

/** Whether there is a table for all that a header asks for. */
export function isKnownShift({ locking, single }: LanguageShift): boolean {
  const locks = locking === null || (byId.get(locking)?.locking ?? null) !== null;
  return locks && (single === null || byId.has(single));
}

export function isNationalEncoding(name: string): name is NationalEncoding {
  return tablesByName.has(name);
}

/** @throws RangeError for a name that is none: see `isNationalEncoding` */
export function tablesOf(name: NationalEncoding): Gsm7Tables {
  const tables = tablesByName.get(name);
  if (tables === undefined) throw new RangeError(`no such encoding: ${name}`);
  return tables;
}

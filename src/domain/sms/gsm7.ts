import type { Gsm7Tables } from './nationalLanguages.js';

/**
 * The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038 §6.2.1), unpacked: one
 * septet an octet, as SMPP carries it.
 */
const basicAlphabet =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

const extension: ReadonlyArray<readonly [septet: number, character: string]> = [
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
];

const escapeSeptet = 0x1b;

/** Characters that only look fancy, and what says the same within the alphabet. */
const lookAlikes: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u0060': "'",
  '\u00b4': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2033': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2022': '-',
  '\u00b7': '.',
  '\u2026': '...',
  '\u00a0': ' ',
  '\u2007': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u200b': '',
  '\u200c': '',
  '\u200d': '',
  '\ufeff': '',
  '\t': ' ',
};

const characterOfSeptet: readonly string[] = [...basicAlphabet];
const octetsOfCharacter = new Map<string, readonly number[]>([
  ...characterOfSeptet.map((character, septet) => [character, [septet]] as const),
  ...extension.map(([septet, character]) => [character, [escapeSeptet, septet]] as const),
]);
octetsOfCharacter.delete('\u001b');

/** UTF-16 code units by septet: all characters of all tables lie in the Basic Multilingual Plane. */
const unitOfSeptet = Uint16Array.from(characterOfSeptet, (character) => character.charCodeAt(0));
const unitOfExtension = new Uint16Array(unitOfSeptet.length);
for (const [septet, character] of extension) unitOfExtension[septet] = character.charCodeAt(0);

/** 1 where the septet means the same letter in ASCII: most texts hold nothing else, and decode seven times faster. */
const sameAsAscii = Uint8Array.from({ length: 256 }, (_, octet) => (unitOfSeptet[octet] === octet ? 1 : 0));
sameAsAscii[escapeSeptet] = 0;

const defaultTables: Gsm7Tables = { basic: null, extension: null };
const space = 0x20;

/**
 * Unpacked septets to text. Total: an octet over 0x7F loses its high bit; an unknown escape shows the
 * basic character, as §6.2.1.1 asks; an escape at the very end is dropped; a septet to which a national table
 * gives no character is a space.
 *
 * @param tables those of a national language; without, the default ones
 */
export function decodeGsm7(octets: Uint8Array, tables: Gsm7Tables = defaultTables): string {
  if (tables.basic !== null) return decodeBothTables(octets, tables);
  let plain = 0;
  while (plain < octets.length && sameAsAscii[octets[plain] as number] === 1) plain += 1;
  if (plain === octets.length) {
    return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
  }
  return decodeBothTables(octets, tables);
}

function decodeBothTables(octets: Uint8Array, tables: Gsm7Tables): string {
  const basic = tables.basic ?? unitOfSeptet;
  const extended = tables.extension ?? unitOfExtension;
  const units = Buffer.allocUnsafe(octets.length * 2);
  let length = 0;
  for (let index = 0; index < octets.length; index += 1) {
    let septet = (octets[index] as number) & 0x7f;
    let unit = 0;
    if (septet === escapeSeptet) {
      index += 1;
      if (index >= octets.length) break;
      septet = (octets[index] as number) & 0x7f;
      unit = septet === escapeSeptet ? space : (extended[septet] as number);
    }
    length = units.writeUInt16LE(unit || (basic[septet] as number) || space, length);
  }
  return units.toString('utf16le', 0, length);
}

/** Whether every octet is a septet; if not, the sender most likely meant another alphabet. */
export function looksLikeGsm7(octets: Uint8Array): boolean {
  for (let index = 0; index < octets.length; index += 1) if ((octets[index] as number) > 0x7f) return false;
  return true;
}

/** Letters that are one septet, of the same value as in ASCII: nearly every reply holds nothing else. */
const plain = /^[\n\r !"#%&'()*+,\-./0-9:;<=>?A-Za-z]*$/;

/** Whether a text takes as many septets as it has characters, of the same values as in ASCII. */
export function isPlain(text: string): boolean {
  return plain.test(text);
}

/** Replaces what only looks fancy. What is left outside the alphabet is left as it is. */
export function simplify(text: string): string {
  if (plain.test(text)) return text;
  let simple = '';
  for (const character of text) {
    simple += octetsOfCharacter.has(character) ? character : (lookAlikes[character] ?? character);
  }
  return simple;
}

/** @returns how many septets the text takes, extension characters counting two; null when it does not fit the alphabet. */
export function countSeptets(text: string): number | null {
  if (plain.test(text)) return text.length;
  let septets = 0;
  for (const character of text) {
    const octets = octetsOfCharacter.get(character);
    if (octets === undefined) return null;
    septets += octets.length;
  }
  return septets;
}

/** @returns unpacked septets; null when the text does not fit the alphabet. */
export function encodeGsm7(text: string): Buffer | null {
  if (plain.test(text)) return Buffer.from(text, 'latin1');
  const octets: number[] = [];
  for (const character of text) {
    const encoded = octetsOfCharacter.get(character);
    if (encoded === undefined) return null;
    for (const octet of encoded) octets.push(octet);
  }
  return Buffer.from(octets);
}

/**
 * Which network a number was issued by: the first three digits after 62. There is no number portability in
 * force, so the prefix tells which telco carries a citizen's text.
 */
const networks: ReadonlyArray<readonly [name: string, first: number, last: number]> = [
  ['telkomsel', 811, 813],
  ['telkomsel', 821, 823],
  ['telkomsel', 851, 853],
  ['indosat', 814, 816],
  ['indosat', 855, 858],
  ['three', 895, 899],
  ['xl', 817, 819],
  ['xl', 859, 859],
  ['xl', 877, 879],
  ['axis', 831, 833],
  ['axis', 838, 838],
  ['smartfren', 881, 889],
];

/** @returns the network's name, or null when no network has the prefix. */
export function networkOf(msisdn: string): string | null {
  if (!msisdn.startsWith('62')) return null;
  const prefix = Number(msisdn.slice(2, 5));
  return networks.find(([, first, last]) => prefix >= first && prefix <= last)?.[0] ?? null;
}

/**
 * A number as people write it (`0812-3456-7890`, `+62 812 …`) to digits with country code.
 * @returns null when it is no subscriber's number.
 */
export function normaliseMsisdn(written: string): string | null {
  const digits = written.replaceAll(/[\s().-]/g, '').replace(/^\+/, '');
  const international = digits.startsWith('0') ? `62${digits.slice(1)}` : digits;
  return /^[1-9]\d{6,14}$/.test(international) ? international : null;
}

/**
 * Texts of the config with places in them: `{to}`, `+{to}`, `id-{replyId}`. Anything else in braces is a fault, told by
 * `check`, for a place that is filled with nothing is found by the citizens who get no answer.
 */
export const placeNames = [
  'to',
  'from',
  'text',
  'textHex',
  'coding',
  'dcs',
  'replyId',
  'inReplyTo',
  'webhookUrl',
  'secret',
  'username',
  'password',
] as const;

export type PlaceName = (typeof placeNames)[number];

export type Places = Readonly<Record<PlaceName, string>>;

const place = /\{(\w+)\}/g;

/** The names in braces that mean nothing here. */
export function unknownPlaces(template: string): string[] {
  return namesIn(template).filter((name) => !isPlaceName(name));
}

export function usesPlace(template: string, name: PlaceName): boolean {
  return namesIn(template).includes(name);
}

/** In one pass: what stands in a citizen's text is never taken for a place. */
export function filled(template: string, places: Places): string {
  return template.replaceAll(place, (_whole, name: string) => (isPlaceName(name) ? places[name] : ''));
}

/** A tree of JSON with its texts filled; keys stay as they are. */
export function filledTree(node: unknown, places: Places): unknown {
  if (typeof node === 'string') return filled(node, places);
  if (Array.isArray(node)) return node.map((item) => filledTree(item, places));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, filledTree(child, places)]));
}

/** Every text in a tree, with its path. */
export function textsIn(node: unknown, path: readonly (string | number)[] = []): [(string | number)[], string][] {
  if (typeof node === 'string') return [[[...path], node]];
  if (Array.isArray(node)) return node.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) => textsIn(child, [...path, key]));
}

function namesIn(template: string): string[] {
  return [...template.matchAll(place)].map(([, name = '']) => name);
}

function isPlaceName(name: string): name is PlaceName {
  return placeNames.some((known) => known === name);
}

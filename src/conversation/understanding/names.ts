/** The names that the vocabulary file uses, and that the rest of the code knows. */

export const commandNames = [
  'status',
  'addition',
  'not_resolved',
  'resolved',
  'rating',
  'withdrawal',
  'help',
  'stop',
  'start',
] as const;

export type CommandName = (typeof commandNames)[number];

/** The kinds that cues speak for; `unclassified` is what is left where none speaks. */
export const cueKinds = ['complaint', 'aspiration', 'information_request'] as const;

export type CueKind = (typeof cueKinds)[number];

export const placeLevels = ['province', 'regency', 'city', 'district', 'village'] as const;

export type PlaceLevel = (typeof placeLevels)[number];

/** Visibilities that must be asked for. */
export const secrecies = ['anonymous', 'confidential'] as const;

export type Secrecy = (typeof secrecies)[number];

export const personalNumberKinds = ['identity', 'phone', 'account', 'insurance'] as const;

export type PersonalNumberKind = (typeof personalNumberKinds)[number];

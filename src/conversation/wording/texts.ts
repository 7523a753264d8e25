import { type Status, statuses } from '../../domain/status.js';

/** What the texts may name. Every value is a text. */
export const argumentNames = ['trackingId', 'agency', 'message', 'dueDate'] as const;

export type ArgumentName = (typeof argumentNames)[number];

/** One text of a reply file, and the arguments that it must name, each and no other. */
export interface TextRule {
  readonly path: readonly string[];
  readonly arguments: readonly ArgumentName[];
}

/** Before these statuses no agency has the report, so none is named. */
const statusesBeforeAgency: ReadonlySet<Status> = new Set(['received', 'verified']);

/** Where something is still to come, a date says until when. */
export const statusesWithDueDate: ReadonlySet<Status> = new Set([
  'received',
  'verified',
  'forwarded',
  'in_progress',
  'postponed',
]);

export const statusesWithAgency: readonly Status[] = statuses.filter((status) => !statusesBeforeAgency.has(status));

export const textRules: readonly TextRule[] = [
  { path: ['acknowledgement'], arguments: ['trackingId'] },
  { path: ['acknowledgementTruncated'], arguments: ['trackingId'] },
  { path: ['refused'], arguments: [] },
  ...statuses.map((status): TextRule => ({ path: ['status', status], arguments: ['trackingId'] })),
  ...statusesWithAgency.map(
    (status): TextRule => ({ path: ['statusWithAgency', status], arguments: ['trackingId', 'agency'] }),
  ),
  { path: ['agencyMessage'], arguments: ['message'] },
  { path: ['dueDate'], arguments: ['dueDate'] },
];

/** `status.needs_info` */
export type ReplyKey = 'acknowledgement' | 'acknowledgementTruncated' | 'refused' | `status.${Status}`;

export interface StatusArguments {
  readonly trackingId: string;
  readonly agency?: string | null;
  /** The agency's words to the citizen. */
  readonly message?: string | null;
  /** ISO 8601. */
  readonly dueAt?: string | null;
}

/** What each reply is made of. */
export type ReplyArguments<Key extends ReplyKey> = Key extends 'refused'
  ? Readonly<Record<never, never>>
  : Key extends `status.${Status}`
    ? StatusArguments
    : { readonly trackingId: string };

/** One GSM-7 segment (3GPP TS 23.038 §6.1: 140 octets of 7 bits). */
export const oneSegmentSeptets = 160;

/**
 * Two segments of 153 septets, less one: an extension character takes two septets that may not be torn apart,
 * so the first segment may have to end one early.
 */
export const twoSegmentsSeptets = 2 * 153 - 1;

/** The worst case that each text is measured at. */
export const longestTrackingIdSeptets = 12;
export const longestAgencySeptets = 60;

/** What the words around an agency's message, or around a date, may take. */
export const longestFrameSeptets = 60;

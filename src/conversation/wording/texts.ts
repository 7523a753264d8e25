import type { FollowUp } from '../../domain/followUp.js';
import { type Status, statuses } from '../../domain/status.js';

/** What the texts may name. In a text every value is a text. */
export const argumentNames = ['trackingId', 'otherId', 'agency', 'message', 'dueDate', 'rating'] as const;

export type ArgumentName = (typeof argumentNames)[number];

/** What follows a text, where there is a due date: until when the report is checked, or dealt with. */
export type DueSentence = 'checkedBy' | 'dueDate';

/** One text of a reply file. */
export interface TextRule {
  readonly path: readonly string[];
  /** It must name each, and no other. */
  readonly arguments: readonly ArgumentName[];
  /** With this sentence it still is one SMS. */
  readonly due?: DueSentence;
  /** Put around something or behind another text: no reply by itself. */
  readonly isFrame?: true;
}

const id = ['trackingId'] as const;
const none = [] as const;

/** Each kind of follow-up is confirmed in words of its own. */
type FollowUpKey = `followUp.${FollowUp['kind']}`;

/**
 * The replies that are a text of their own, by name. A name's arguments here are also what the code must give.
 * A status has more forms (with and without agency, words and date), and rules of its own below.
 */
const ownTexts = {
  acknowledgement: { arguments: id, due: 'checkedBy' },
  acknowledgementTruncated: { arguments: id },
  acknowledgementAskPlace: { arguments: id },
  acknowledgementConfidential: { arguments: id, due: 'checkedBy' },
  acknowledgementConfidentialAskPlace: { arguments: id },
  acknowledgementAnonymous: { arguments: id, due: 'checkedBy' },
  acknowledgementAnonymousAskPlace: { arguments: id },
  acknowledgementEmergency: { arguments: id },
  acknowledgementDuplicate: { arguments: ['trackingId', 'otherId'] },
  acknowledgementPublicSecret: { arguments: id },
  acknowledgementPublicPersonalData: { arguments: id },
  refused: { arguments: none },
  'followUp.addition': { arguments: id },
  'followUp.answer': { arguments: id },
  'followUp.not_resolved': { arguments: id },
  'followUp.resolved': { arguments: id },
  'followUp.rating': { arguments: ['trackingId', 'rating'] },
  'followUp.withdrawal': { arguments: id },
  askAddition: { arguments: id },
  askRating: { arguments: id },
  closingWarning: { arguments: ['trackingId', 'dueDate'] },
  unknownTicket: { arguments: id },
  noTicketYet: { arguments: none },
  help: { arguments: none },
  stopped: { arguments: none },
  started: { arguments: none },
  flood: { arguments: none },
  greeting: { arguments: none },
  unclear: { arguments: none },
  empty: { arguments: none },
} as const satisfies Readonly<Record<FollowUpKey | (string & {}), Omit<TextRule, 'path' | 'isFrame'>>>;

type OwnTexts = typeof ownTexts;
export type OwnTextKey = keyof OwnTexts;

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

export const textRules: readonly TextRule[] = [
  ...Object.entries(ownTexts).map(([key, rule]): TextRule => ({ path: key.split('.'), ...rule })),
  ...statuses.map((status) => statusRule(['status', status], status, ['trackingId'])),
  ...statuses
    .filter((status) => !statusesBeforeAgency.has(status))
    .map((status) => statusRule(['statusWithAgency', status], status, ['trackingId', 'agency'])),
  { path: ['agencyMessage'], arguments: ['message'], isFrame: true },
  { path: ['checkedBy'], arguments: ['dueDate'], isFrame: true },
  { path: ['dueDate'], arguments: ['dueDate'], isFrame: true },
];

function statusRule(path: readonly string[], status: Status, names: readonly ArgumentName[]): TextRule {
  return { path, arguments: names, ...(statusesWithDueDate.has(status) ? { due: 'dueDate' } : {}) };
}

/** What is said after a reply of its own text, where a due date is known. */
export const dueSentenceOf: ReadonlyMap<string, DueSentence> = new Map(
  textRules.flatMap(({ path, due }) => (due === undefined ? [] : [[path.join('.'), due] as const])),
);

/** The name of a reply: `acknowledgement`, `followUp.rating`, `status.needs_info`. */
export type ReplyKey = OwnTextKey | `status.${Status}`;

/**
 * A new status, or the answer to one who asks for it.
 *
 * An answer leaves out the agency's message, and is one SMS.
 */
export interface StatusArguments {
  readonly trackingId: string;
  readonly agency?: string | null;
  /** The agency's words to the citizen. */
  readonly message?: string | null;
  /** ISO 8601. */
  readonly dueAt?: string | null;
}

/** How the code gives each argument of a text. */
interface Given {
  readonly trackingId: { readonly trackingId: string };
  /** The tracking id of another report of the same sender. */
  readonly otherId: { readonly otherId: string };
  /** 1 to 5. */
  readonly rating: { readonly rating: number };
  /** ISO 8601. */
  readonly dueDate: { readonly dueAt: string };
  readonly agency: never;
  readonly message: never;
}

type All<Union> = (Union extends unknown ? (value: Union) => void : never) extends (value: infer Each) => void
  ? Each
  : never;

type OwnArguments<Key extends OwnTextKey> = OwnTexts[Key]['arguments'] extends readonly []
  ? Readonly<Record<never, never>>
  : All<Given[OwnTexts[Key]['arguments'][number]]>;

/** Where a due date may follow, it is said when it is known: ISO 8601. */
type MayBeDue<Key extends OwnTextKey> = OwnTexts[Key] extends { readonly due: DueSentence }
  ? { readonly dueAt?: string | null }
  : unknown;

/** What each reply is made of. */
export type ReplyArguments<Key extends ReplyKey> = Key extends OwnTextKey
  ? OwnArguments<Key> & MayBeDue<Key>
  : StatusArguments;

/** All names of replies, in the order of the table. */
export const replyKeys: readonly ReplyKey[] = [
  ...(Object.keys(ownTexts) as OwnTextKey[]),
  ...statuses.map((status) => `status.${status}` as const),
];

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

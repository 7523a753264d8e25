import type { Report } from '../domain/report.js';
import type { OwnTicket } from '../ports/conversation.js';
import type { ConversationRules } from './rules.js';

/** What the acknowledgement of a report depends on. */
export interface Acknowledged {
  readonly report: Report;
  readonly isPublic: boolean;
  readonly twin: OwnTicket | null;
  /** Of whom a question is open already nothing more is asked. */
  readonly isAskedAlready: boolean;
}

export type AcknowledgementKey =
  | 'acknowledgement'
  | 'acknowledgementTruncated'
  | 'acknowledgementConfidential'
  | 'acknowledgementConfidentialAskPlace'
  | 'acknowledgementAnonymous'
  | 'acknowledgementAnonymousAskPlace'
  | 'acknowledgementAskPlace'
  | 'acknowledgementEmergency'
  | 'acknowledgementDuplicate'
  | 'acknowledgementPublicSecret'
  | 'acknowledgementPublicPersonalData';

interface Row {
  readonly key: AcknowledgementKey;
  readonly when: (acknowledged: Acknowledged, rules: ConversationRules) => boolean;
}

/** One SMS has room for one thing beside the number: the first that fits, danger to life before all else. */
const rows: readonly Row[] = [
  { key: 'acknowledgementEmergency', when: ({ report }) => report.flags.includes('emergency') },
  {
    key: 'acknowledgementPublicSecret',
    when: ({ report, isPublic }) => isPublic && report.reporter.visibility !== 'open',
  },
  {
    key: 'acknowledgementPublicPersonalData',
    when: ({ report, isPublic }) => isPublic && report.flags.includes('contains_personal_data'),
  },
  { key: 'acknowledgementTruncated', when: ({ report }) => report.flags.includes('truncated') },
  // Who is afraid must read that it is kept. And an anonymous report must not be brought together with another one, not
  // even on the citizen's own phone.
  { key: 'acknowledgementAnonymousAskPlace', when: (given, rules) => is('anonymous', given) && asks(given, rules) },
  { key: 'acknowledgementAnonymous', when: (given) => is('anonymous', given) },
  {
    key: 'acknowledgementConfidentialAskPlace',
    when: (given, rules) => is('confidential', given) && asks(given, rules),
  },
  { key: 'acknowledgementConfidential', when: (given) => is('confidential', given) },
  { key: 'acknowledgementDuplicate', when: ({ twin }) => twin !== null },
  { key: 'acknowledgementAskPlace', when: asks },
];

const askingPlace: ReadonlySet<AcknowledgementKey> = new Set([
  'acknowledgementAskPlace',
  'acknowledgementConfidentialAskPlace',
  'acknowledgementAnonymousAskPlace',
]);

/** Whether an acknowledgement asks where: then a question is open. */
export function asksPlace(key: AcknowledgementKey): boolean {
  return askingPlace.has(key);
}

export function acknowledgementKey(given: Acknowledged, rules: ConversationRules): AcknowledgementKey {
  return rows.find(({ when }) => when(given, rules))?.key ?? 'acknowledgement';
}

function is(visibility: Report['reporter']['visibility'], { report }: Acknowledged): boolean {
  return report.reporter.visibility === visibility;
}

function asks(given: Acknowledged, { askPlace }: ConversationRules): boolean {
  return askPlace && given.twin === null && lacksPlace(given);
}

/** Praise, wishes and questions are understood without a place; a complaint rarely is. */
function lacksPlace({ report: { kind, locations, point, flags }, isAskedAlready }: Acknowledged): boolean {
  return kind === 'complaint' && locations.length === 0 && point === null && !flags.includes('test') && !isAskedAlready;
}

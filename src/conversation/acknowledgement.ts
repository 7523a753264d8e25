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
  // An anonymous report must not be brought together with another one, not even on the citizen's own phone.
  {
    key: 'acknowledgementDuplicate',
    when: ({ report, twin }) => twin !== null && report.reporter.visibility !== 'anonymous',
  },
  { key: 'acknowledgementAskPlace', when: (given, { askPlace }) => askPlace && lacksPlace(given) },
];

export function acknowledgementKey(given: Acknowledged, rules: ConversationRules): AcknowledgementKey {
  return rows.find(({ when }) => when(given, rules))?.key ?? 'acknowledgement';
}

/** Praise, wishes and questions are understood without a place; a complaint rarely is. */
function lacksPlace({ report: { kind, locations, point, flags }, isAskedAlready }: Acknowledged): boolean {
  return kind === 'complaint' && locations.length === 0 && point === null && !flags.includes('test') && !isAskedAlready;
}

import type { QuietHours } from './zones.js';

/** What an operator decides about conversations. */
export interface ConversationRules {
  /** Whether a complaint without a place is acknowledged with a question for it. */
  readonly askPlace: boolean;
  /** How long a message may be the answer to that question. */
  readonly placeAnswerMs: number;
  /** The same for a question of the agency's. */
  readonly needsInfoAnswerMs: number;
  /** Within this time a text like an earlier one of the same sender may be meant to amend it. */
  readonly sameTextMs: number;
  readonly flood: FloodRules;
  readonly quietHours: QuietHours;
  /** IANA name of the zone of senders whose place is not known. */
  readonly zone: string;
}

/** How many direct answers somebody gets within a time. */
export interface FloodRules {
  readonly answersMax: number;
  readonly windowMs: number;
}

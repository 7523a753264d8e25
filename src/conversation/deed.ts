import type { FollowUp } from '../domain/followUp.js';
import type { NoteChanges, OpenQuestion, OwnTicket } from '../ports/conversation.js';

/** What is to be done about a message. Every message has exactly one deed; none is lost. */
export type Deed = FileReport | FollowUpTicket | TellStatus | Answer | Keep;

/** It is a report, or it may be one. */
export interface FileReport {
  readonly do: 'file';
  /** The sender's ticket of the same words, not long before. */
  readonly twin: OwnTicket | null;
}

/** It is about a ticket of the sender's. */
export interface FollowUpTicket {
  readonly do: 'follow_up';
  readonly ticket: OwnTicket;
  readonly kind: FollowUp['kind'];
  /** As it goes to the tracker: personal numbers masked. */
  readonly text: string;
  readonly rating: number | null;
  /** What it answers. */
  readonly question: OpenQuestion | null;
  /** The author did something to a post; nobody waits for a confirmation. */
  readonly isSilent: boolean;
}

export interface TellStatus {
  readonly do: 'tell_status';
  readonly ticket: OwnTicket;
}

export type AnswerKey =
  | 'help'
  | 'stopped'
  | 'started'
  | 'noTicketYet'
  | 'unknownTicket'
  | 'askAddition'
  | 'askRating'
  | 'greeting'
  | 'unclear'
  | 'empty';

/** All that is to be done is to answer. */
export interface Answer {
  readonly do: 'answer';
  /** The reply text. */
  readonly key: AnswerKey;
  /** What that text names, where it names one. */
  readonly trackingId: string | null;
  readonly ticket: OwnTicket | null;
  readonly notes: NoteChanges;
}

/** Nothing is to be said or filed: it stays as evidence. */
export interface Keep {
  readonly do: 'keep';
  /** For the trace. */
  readonly reason: string;
  readonly notes?: NoteChanges;
}

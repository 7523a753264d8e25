/**
 * What is kept goes in time, in two steps: first the words, later the records that show that there was a message and
 * what became of it. Each call is one small transaction, so that intake goes on in between.
 */
export interface RetentionStore {
  /**
   * Takes the next batch of what is past its time:
   *
   * - Words: raw parts, the texts of messages and replies, what an agency wrote, attachments and places. They are
   *   overwritten on disk as far as the database can; the trace says that they are gone.
   * - Records: all that is left of a message, replies, ticket and journal included; parts that never became a message; the
   *   audit trail. Now and then also senders of whom nothing is left, with address and ref: who writes again is somebody new.
   *
   * The newest message of all may keep its record until there is another.
   *
   * What is under way is never touched: in a queue, an open dead letter, an incomplete long message, a reply that waits for
   * its time, and a ticket that is neither closed, rejected nor archived (but see `openSinceMs`).
   */
  forget(request: ForgetRequest): Promise<Forgotten>;
  /** What `forget` would take in all. Changes nothing; reads all that is kept, so it is for an operator who asks. */
  forgettable(terms: RetentionTerms): Promise<Forgettable>;
}

export interface RetentionTerms {
  /** The words of messages that were received by then may go; null: they stay. */
  readonly wordsBeforeMs: number | null;
  /** The records of those may go, at least a day ago; null: they stay. */
  readonly recordsBeforeMs: number | null;
  /** What anything happened to after this stays. */
  readonly quietSinceMs: number;
  /** A ticket that is still open counts as closed if nothing happened to it after this. */
  readonly openSinceMs: number;
}

export interface ForgetRequest extends RetentionTerms {
  /** How many messages one batch looks at. */
  readonly limit: number;
  readonly nowMs: number;
}

/** Counts of messages and senders, not of rows. A part that never became a message counts as one. */
export interface Forgettable {
  readonly words: number;
  readonly records: number;
}

export interface Forgotten extends Forgettable {
  readonly senders: number;
  /** Entries of the audit trail. */
  readonly acts: number;
  /** False: nothing else is past its time. */
  readonly more: boolean;
}

import type { ReplyKind } from '../domain/reply.js';
import type { Status } from '../domain/status.js';

/**
 * What the store remembers of a conversation, so that a text that is no new report finds what it speaks of.
 *
 * Nothing of it is written at intake: it is recorded when a message is handled, and a sender of whom nothing is known
 * has no row. The store keeps these values and finds them again; what they mean is decided in `src/conversation`.
 */
export interface ConversationStore {
  /**
   * Messages that made no report of their own: out of the queue, with what is answered, in one transaction. One that
   * another worker has brought to its end changes nothing.
   */
  recordHandled(items: readonly Handled[]): Promise<void>;
  /**
   * The newest ticket with this tracking id among those of the sender of a claimed message. Null when there is none such:
   * a stranger's ticket and an unknown one are the same answer.
   */
  ownTicket(seq: number, trackingId: string): Promise<OwnTicket | null>;
  /** What words a status depend on, by report id; a report that is not known is left out. */
  ticketContexts(reportIds: readonly string[]): Promise<ReadonlyMap<string, TicketContext>>;
  /**
   * Moves replies whose time has come into the reply queue, oldest first, or drops them where they are not wanted any
   * more (see `NewReply`), which the trace tells. @returns how many were taken, `limit` at most.
   */
  releaseNotices(nowMs: number, limit: number): Promise<number>;
}

/** A reply to the sender of a report, on the channel that the report came by. */
export interface NewReply {
  readonly kind: ReplyKind;
  readonly text: string;
  /**
   * Kept aside until then: behind nothing and in nobody's way, so that news for the morning never holds up an answer of
   * tonight. Absent: queued at once.
   */
  readonly notBeforeMs?: number;
  /** Nobody asked for it: not for senders who said STOP, neither when it is recorded nor when its time has come. */
  readonly unasked?: true;
  /** Dropped when its time has come, if the ticket has moved or its sender has followed it up meanwhile. */
  readonly whileUnmoved?: true;
}

/** How many of a sender's tickets come with a claim. */
export const recentTicketsMax = 5;

/** What is known of the sender of a claimed message. */
export interface SenderContext {
  /** The newest first, `recentTicketsMax` at most, of all channels on which the sender has this address. */
  readonly tickets: readonly OwnTicket[];
  /**
   * The sender's own ticket that the message belongs to by the channel's word: that of the message which it edits or
   * deletes; else of what it answers (`inReplyTo`, `conversation`), a message of theirs or a reply of ours to them.
   */
  readonly thread: OwnTicket | null;
  readonly notes: SenderNotes;
}

/** A ticket of the sender whose message was claimed. */
export interface OwnTicket {
  /** Of its report. */
  readonly seq: number;
  readonly trackingId: string;
  readonly status: Status;
  readonly receivedAtMs: number;
  readonly forwardedAtMs: number;
  /** The report's words, to find the same text sent again. */
  readonly text: string;
}

/** What is noted of a sender. */
export interface SenderNotes {
  /** They said STOP. */
  readonly stopped: boolean;
  /** The language that they showed or chose; null: the configured one. */
  readonly language: string | null;
  readonly question: OpenQuestion | null;
  readonly pace: Pace | null;
}

/** Changes to the notes; what is left out stays. */
export type NoteChanges = Partial<Omit<SenderNotes, 'question'>> & {
  /** Null: it was answered. Questions are opened with a ticket (`Forwarded`, `TicketEvent`). */
  readonly question?: null;
};

/** A question that the sender was asked. One is open at a time: a newer one takes its place. */
export interface OpenQuestion extends NewQuestion {
  readonly ticket: OwnTicket;
  readonly askedAtMs: number;
}

export interface NewQuestion {
  /** `place`: ours, where the report has none. `needs_info`: the agency's; it ends as well when the ticket moves on. */
  readonly about: 'place' | 'needs_info';
  readonly untilMs: number;
}

/** How many direct answers somebody got since a moment. */
export interface Pace {
  readonly sinceMs: number;
  readonly answers: number;
}

/** `followed_up`: the tracker has it; `answered`: by a reply alone; `kept`: neither, and it stays as evidence. */
export type HandledAs = 'followed_up' | 'answered' | 'kept';

export interface Handled {
  readonly seq: number;
  readonly as: HandledAs;
  /** The `seq` of the ticket that it was about. */
  readonly ticketSeq: number | null;
  /** For the trace: a few words of ours, never the citizen's. */
  readonly detail: string;
  readonly atMs: number;
  readonly reply: NewReply | null;
  readonly notes?: NoteChanges;
}

/** What words a reply about a ticket, beside the ticket. */
export interface TicketContext {
  readonly channelId: string;
  readonly medium: string;
  readonly audience: 'public' | 'private';
  /** As in `SenderNotes`. */
  readonly language: string | null;
  /** As it was recorded with the ticket; null before that. */
  readonly zone: string | null;
  /** The same; false before that. */
  readonly secret: boolean;
}

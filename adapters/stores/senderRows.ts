import type { Status } from '../../src/domain/status.js';
import type {
  NewQuestion,
  NoteChanges,
  OpenQuestion,
  OwnTicket,
  Pace,
  SenderContext,
} from '../../src/ports/conversation.js';

/** What either store keeps of a sender. `Flag` is how it keeps yes and no. */

export interface NotesRow<Flag> {
  readonly stopped: Flag;
  readonly language: string | null;
  readonly pace_since_ms: number | null;
  readonly pace_answers: number | null;
  readonly question: NewQuestion['about'] | null;
  readonly question_seq: number | null;
  readonly asked_ms: number | null;
  readonly question_until_ms: number | null;
}

export interface TicketRow {
  readonly seq: number;
  readonly tracking_id: string;
  readonly status: Status;
  readonly received_ms: number;
  readonly forwarded_ms: number;
  readonly text: string;
}

export const nobodyKnown: SenderContext = {
  tickets: [],
  thread: null,
  notes: { stopped: false, language: null, question: null, pace: null },
};

const noQuestion = { question: null, question_seq: null, asked_ms: null, question_until_ms: null } as const;

export function changedColumns<Flag>(
  { stopped, language, question, pace }: NoteChanges,
  flagOf: (flag: boolean) => Flag,
): Partial<NotesRow<Flag>> {
  return {
    ...(stopped === undefined ? {} : { stopped: flagOf(stopped) }),
    ...(language === undefined ? {} : { language }),
    ...(question === undefined ? {} : noQuestion),
    ...(pace === undefined ? {} : paceColumns(pace)),
  };
}

function paceColumns(pace: Pace | null): Pick<NotesRow<never>, 'pace_since_ms' | 'pace_answers'> {
  return { pace_since_ms: pace?.sinceMs ?? null, pace_answers: pace?.answers ?? null };
}

export function questionColumns(
  { about, untilMs }: NewQuestion,
  reportSeq: number,
  atMs: number,
): Pick<NotesRow<never>, keyof typeof noQuestion> {
  return { question: about, question_seq: reportSeq, asked_ms: atMs, question_until_ms: untilMs };
}

export function questionOf(row: NotesRow<unknown>, ticket: OwnTicket | null): OpenQuestion | null {
  const { question: about, asked_ms: askedAtMs, question_until_ms: untilMs } = row;
  if (about === null || ticket === null || askedAtMs === null || untilMs === null) return null;
  return { about, ticket, askedAtMs, untilMs };
}

export function paceOf(row: NotesRow<unknown>): SenderContext['notes']['pace'] {
  const { pace_since_ms: sinceMs, pace_answers: answers } = row;
  return sinceMs === null || answers === null ? null : { sinceMs, answers };
}

export function ticketOrNull(row: TicketRow | undefined): OwnTicket | null {
  return row === undefined ? null : toTicket(row);
}

export function toTicket(row: TicketRow): OwnTicket {
  return {
    seq: row.seq,
    trackingId: row.tracking_id,
    status: row.status,
    receivedAtMs: row.received_ms,
    forwardedAtMs: row.forwarded_ms,
    text: row.text,
  };
}

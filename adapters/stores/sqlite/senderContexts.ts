import { idFromText } from '../../../src/domain/id.js';
import {
  type OwnTicket,
  recentTicketsMax,
  type SenderContext,
  type TicketContext,
} from '../../../src/ports/conversation.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import { nobodyKnown, paceOf, questionOf, type TicketRow, ticketOrNull, toTicket } from '../senderRows.js';
import type { Db } from './database.js';
import type { EarlierMessages } from './earlierMessages.js';
import { JsonRows } from './jsonRows.js';
import { type NotesRow, nothingNoted } from './senderNotes.js';

type KnownColumns = readonly [
  senderId: number,
  hasTickets: number,
  stopped: number,
  language: string | null,
  paceSinceMs: number | null,
  paceAnswers: number | null,
  question: NotesRow['question'],
  questionSeq: number | null,
  askedMs: number | null,
  questionUntilMs: number | null,
];

interface KnownRow extends NotesRow {
  readonly sender_id: number;
  readonly has_tickets: number;
}

type TicketColumns = readonly [
  seq: number,
  trackingId: string,
  status: TicketRow['status'],
  receivedMs: number,
  forwardedMs: number,
  text: string,
];

interface WordingRow {
  readonly channel: string;
  readonly medium: string;
  readonly audience: 'public' | 'private';
  readonly language: string | null;
  readonly zone: string | null;
  readonly secret: number;
}

/** A message that is claimed, and whose it is. */
export interface ClaimedMessage {
  readonly seq: number;
  readonly senderId: number;
  readonly message: StoredMessage;
}

/** Finds what is known of senders. Reads only. */
export class SenderContexts {
  readonly #known;
  readonly #recent;
  readonly #bySeq;
  readonly #byTrackingId;
  readonly #wording;

  constructor(
    db: Db,
    private readonly earlier: EarlierMessages,
  ) {
    // One look for all: a sender of whom nothing is known costs a seek in each of two small trees.
    this.#known = new JsonRows(
      db,
      `SELECT s.value AS sender_id, EXISTS (SELECT 1 FROM sender_tickets t WHERE t.sender_id = s.value) AS has_tickets,
              coalesce(n.stopped, 0) AS stopped, n.language, n.pace_since_ms, n.pace_answers, n.question, n.question_seq,
              n.asked_ms, n.question_until_ms
       FROM json_each(?) s LEFT JOIN sender_notes n ON n.sender_id = s.value
       WHERE has_tickets OR n.sender_id IS NOT NULL`,
      knownRow,
    );
    const columns = 'r.seq, t.tracking_id, t.status, r.received_ms, t.forwarded_ms, r.text';
    this.#recent = new JsonRows(
      db,
      `SELECT ${columns} FROM sender_tickets s
       CROSS JOIN tickets t ON t.report_seq = s.report_seq CROSS JOIN reports r ON r.seq = s.report_seq
       WHERE s.sender_id = ? ORDER BY s.report_seq DESC LIMIT ${recentTicketsMax}`,
      ticketOf,
    );
    this.#bySeq = db.prepare<[number, number], TicketRow>(
      `SELECT ${columns} FROM tickets t CROSS JOIN reports r ON r.seq = t.report_seq
       WHERE t.report_seq = ? AND r.sender_id = ?`,
    );
    this.#byTrackingId = db.prepare<[string, number], TicketRow>(
      `SELECT ${columns} FROM tickets t CROSS JOIN reports r ON r.seq = t.report_seq
       WHERE t.tracking_id = ? AND r.sender_id = (SELECT sender_id FROM reports WHERE seq = ?)
       ORDER BY t.report_seq DESC LIMIT 1`,
    );
    this.#wording = db.prepare<[Buffer], WordingRow>(
      `SELECT c.name AS channel, c.medium, iif(r.extras ->> 'audience' = 'public', 'public', 'private') AS audience,
              n.language, t.zone, coalesce(t.secret, 0) AS secret
       FROM reports r CROSS JOIN channels c ON c.id = r.channel_id
       LEFT JOIN sender_notes n ON n.sender_id = r.sender_id LEFT JOIN tickets t ON t.report_seq = r.seq
       WHERE r.id = ?`,
    );
  }

  /** By seq. */
  of(claimed: readonly ClaimedMessage[]): ReadonlyMap<number, SenderContext> {
    const senders = JSON.stringify(claimed.map(({ senderId }) => senderId));
    const known = new Map(this.#known.all(senders).map((row) => [row.sender_id, row]));
    return new Map(claimed.map((one) => [one.seq, this.#contextOf(one, known.get(one.senderId))]));
  }

  ownTicket(seq: number, trackingId: string): OwnTicket | null {
    return ticketOrNull(this.#byTrackingId.get(trackingId, seq));
  }

  /** By report id. */
  forWording(reportIds: readonly string[]): ReadonlyMap<string, TicketContext> {
    return new Map(reportIds.flatMap((id) => this.#wordingOf(id)));
  }

  #contextOf({ seq, senderId, message }: ClaimedMessage, known: KnownRow | undefined): SenderContext {
    if (known === undefined) return nobodyKnown;
    const tickets = known.has_tickets === 1 ? this.#recent.all(senderId) : [];
    const find = (ticketSeq: number | null): OwnTicket | null => {
      if (ticketSeq === null) return null;
      const recent = tickets.find((ticket) => ticket.seq === ticketSeq);
      return recent ?? ticketOrNull(this.#bySeq.get(ticketSeq, senderId));
    };
    const row = known ?? nothingNoted;
    return {
      tickets,
      thread: tickets.length === 0 ? null : find(this.earlier.ticketSeqFor(seq, senderId, message)),
      notes: {
        stopped: row.stopped === 1,
        language: row.language,
        question: questionOf(row, find(row.question_seq)),
        pace: paceOf(row),
      },
    };
  }

  #wordingOf(reportId: string): [string, TicketContext][] {
    const id = idFromText(reportId);
    const row = id === null ? undefined : this.#wording.get(id);
    if (row === undefined) return [];
    const { channel: channelId, secret, ...others } = row;
    return [[reportId, { channelId, ...others, secret: secret === 1 }]];
  }
}

function knownRow(columns: KnownColumns): KnownRow {
  const [sender_id, has_tickets, stopped, language, pace_since_ms, pace_answers, question, ...asked] = columns;
  const [question_seq, asked_ms, question_until_ms] = asked;
  return {
    sender_id,
    has_tickets,
    stopped,
    language,
    pace_since_ms,
    pace_answers,
    question,
    question_seq,
    asked_ms,
    question_until_ms,
  };
}

function ticketOf([seq, tracking_id, status, received_ms, forwarded_ms, text]: TicketColumns): OwnTicket {
  return toTicket({ seq, tracking_id, status, received_ms, forwarded_ms, text });
}

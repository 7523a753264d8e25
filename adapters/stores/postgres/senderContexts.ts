import { idFromText, idToText } from '../../../src/domain/id.js';
import {
  type OwnTicket,
  recentTicketsMax,
  type SenderContext,
  type TicketContext,
} from '../../../src/ports/conversation.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import { paceOf, questionOf, type TicketRow, ticketOrNull, toTicket } from '../senderRows.js';
import { storable } from './bulk.js';
import type { Database, Tx } from './database.js';
import type { EarlierMessages } from './earlierMessages.js';
import type { NotesRow } from './senderNotes.js';

interface OwnTicketRow extends TicketRow {
  readonly sender_id: number;
}

/** What a claim reads of a sender on the way: of a stranger it costs a seek in each of two small trees. */
export interface KnownRow extends NotesRow {
  readonly sender_id: number;
  readonly has_tickets: boolean;
}

/**
 * Of `reports r` and `sender_notes n`, left joined. LIMIT, and not EXISTS: that may be planned as one look at all tickets
 * there are, and was as soon as much waited.
 */
export const knownColumns = `r.sender_id,
    (SELECT t.sender_id FROM sender_tickets t WHERE t.sender_id = r.sender_id LIMIT 1) IS NOT NULL AS has_tickets,
    coalesce(n.stopped, false) AS stopped, n.language, n.pace_since_ms, n.pace_answers, n.question, n.question_seq,
    n.asked_ms, n.question_until_ms`;

/** A message that is claimed, and what the claim read of its sender. */
export interface ClaimedMessage {
  readonly seq: number;
  readonly message: StoredMessage;
  readonly known: KnownRow;
}

interface WordingRow {
  readonly id: string;
  readonly channel: string;
  readonly medium: string;
  readonly audience: 'public' | 'private';
  readonly language: string | null;
  readonly zone: string | null;
  readonly secret: boolean;
}

const columns = 'r.seq, r.sender_id, t.tracking_id, t.status, r.received_ms, t.forwarded_ms, r.text';
const recentOf = `SELECT ${columns} FROM unnest($1::bigint[]) AS g (sender_id)
  CROSS JOIN LATERAL (SELECT s.report_seq FROM sender_tickets s WHERE s.sender_id = g.sender_id
                      ORDER BY s.report_seq DESC LIMIT ${recentTicketsMax}) AS newest
  JOIN tickets t ON t.report_seq = newest.report_seq JOIN reports r ON r.seq = newest.report_seq
  ORDER BY r.seq DESC`;
const bySeq = `SELECT ${columns} FROM tickets t JOIN reports r ON r.seq = t.report_seq
  WHERE t.report_seq = $1 AND r.sender_id = $2`;
const byTrackingId = `SELECT ${columns} FROM tickets t JOIN reports r ON r.seq = t.report_seq
  WHERE t.tracking_id = $1 AND r.sender_id = (SELECT sender_id FROM reports WHERE seq = $2)
  ORDER BY t.report_seq DESC LIMIT 1`;
const wordingOf = `SELECT r.id, c.name AS channel, c.medium, n.language, t.zone,
    coalesce(t.secret, false) AS secret,
    CASE WHEN r.extras::json ->> 'audience' = 'public' THEN 'public' ELSE 'private' END AS audience
  FROM unnest($1::uuid[]) WITH ORDINALITY AS g (id, place) JOIN reports r ON r.id = g.id
  JOIN channels c ON c.id = r.channel_id
  LEFT JOIN sender_notes n ON n.sender_id = r.sender_id LEFT JOIN tickets t ON t.report_seq = r.seq
  ORDER BY g.place`;

/** Finds what is known of senders. */
export class SenderContexts {
  constructor(private readonly earlier: EarlierMessages) {}

  /** By seq; who is not in it is nobody known. */
  async of(tx: Tx, claimed: readonly ClaimedMessage[]): Promise<ReadonlyMap<number, SenderContext>> {
    const recent = await recentTickets(tx, claimed);
    const contexts = new Map<number, SenderContext>();
    for (const one of claimed) {
      if (isKnown(one.known)) {
        contexts.set(one.seq, await this.#contextOf(tx, one, recent.get(one.known.sender_id) ?? []));
      }
    }
    return contexts;
  }

  async ownTicket(database: Database, seq: number, trackingId: string): Promise<OwnTicket | null> {
    return ticketOrNull((await database.query<TicketRow>(byTrackingId, [storable(trackingId), seq]))[0]);
  }

  /** By report id, as it was given. */
  async forWording(database: Database, reportIds: readonly string[]): Promise<ReadonlyMap<string, TicketContext>> {
    const given = new Map(
      reportIds.flatMap((id) => {
        const octets = idFromText(id);
        return octets === null ? [] : [[idToText(octets), id] as const];
      }),
    );
    if (given.size === 0) return new Map();
    const rows = await database.query<WordingRow>(wordingOf, [[...given.keys()]]);
    return new Map(
      rows.map(({ id, channel: channelId, ...others }) => [given.get(id) ?? id, { channelId, ...others }]),
    );
  }

  async #contextOf(
    tx: Tx,
    { seq, message, known }: ClaimedMessage,
    tickets: readonly OwnTicket[],
  ): Promise<SenderContext> {
    const find = async (ticketSeq: number | null): Promise<OwnTicket | null> => {
      if (ticketSeq === null) return null;
      const recent = tickets.find((ticket) => ticket.seq === ticketSeq);
      return recent ?? ticketOrNull((await tx.query<TicketRow>(bySeq, [ticketSeq, known.sender_id]))[0]);
    };
    const { sender_id: senderId, question_seq: questionSeq } = known;
    const thread = tickets.length === 0 ? null : await this.earlier.ticketSeqFor(tx, seq, senderId, message);
    return {
      tickets,
      thread: await find(thread),
      notes: {
        stopped: known.stopped,
        language: known.language,
        question: questionOf(known, await find(questionSeq)),
        pace: paceOf(known),
      },
    };
  }
}

function isKnown({ has_tickets: hasTickets, stopped, language, question, pace_answers: paceAnswers }: KnownRow) {
  return hasTickets || stopped || language !== null || question !== null || paceAnswers !== null;
}

/** The newest of each sender who has any, by sender. */
async function recentTickets(tx: Tx, claimed: readonly ClaimedMessage[]): Promise<Map<number, OwnTicket[]>> {
  const senders = claimed.filter(({ known }) => known.has_tickets).map(({ known }) => known.sender_id);
  const bySender = new Map<number, OwnTicket[]>(senders.map((sender) => [sender, []]));
  if (senders.length === 0) return bySender;
  for (const row of await tx.query<OwnTicketRow>(recentOf, [senders])) bySender.get(row.sender_id)?.push(toTicket(row));
  return bySender;
}

import { idFromText, idToText } from '../../../src/domain/id.js';
import type { Status } from '../../../src/domain/status.js';
import type { Forwarded, StatusBatch, StatusResult, TicketEvent } from '../../../src/ports/store.js';
import { storable, storableJson, unnest } from './bulk.js';
import { cursors } from './cursors.js';
import type { Tx } from './database.js';
import { note } from './journal.js';
import type { Outbox } from './outbox.js';
import type { ReplyTo } from './replyRows.js';
import { senderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

interface KeptRow {
  readonly report_seq: number;
  readonly sequence: number;
  readonly tracking_id: string;
  readonly status: Status;
  readonly agency: string | null;
  readonly due_at: string | null;
  readonly consequences: string;
}

/** What a status event causes where it is news. */
type Consequences = Pick<TicketEvent, 'reply' | 'later' | 'question'>;

interface Standing {
  readonly tracking_id: string | null;
  readonly newest: number | null;
}

/** Before any status event a ticket stands at sequence -1, so that a tracker may count from 0. */
const noSequence = -1;

const addTickets = `WITH added AS (
    INSERT INTO tickets
      (report_seq, tracking_id, status, due_at, public_url, zone, secret, forwarded_ms, updated_ms, sequence)
    SELECT g.*, g.at_ms, ${noSequence}
    FROM ${unnest(['bigint', 'text', 'text', 'text', 'text', 'text', 'boolean', 'bigint'])}
      AS g (seq, tracking_id, status, due_at, public_url, zone, secret, at_ms)
    ON CONFLICT (report_seq) DO NOTHING RETURNING report_seq)
  INSERT INTO sender_tickets (sender_id, report_seq)
  SELECT r.sender_id, r.seq FROM added a JOIN reports r ON r.seq = a.report_seq RETURNING report_seq`;
const keptEvents = `SELECT report_seq, sequence, tracking_id, status, agency, due_at, consequences
  FROM ticket_events WHERE report_seq = ANY($1::bigint[]) AND NOT applied ORDER BY report_seq, sequence`;
const moveTicket = `UPDATE tickets SET status = $2, sequence = $3, agency = coalesce($4, agency),
    due_at = coalesce($5, due_at), updated_ms = $6
  WHERE report_seq = $1`;
const standingOf = `SELECT t.tracking_id,
    (SELECT max(e.sequence) FROM ticket_events e WHERE e.report_seq = $1 AND e.tracking_id = $2) AS newest
  FROM (VALUES (1)) AS one LEFT JOIN tickets t ON t.report_seq = $1`;
const addEvent = `INSERT INTO ticket_events
    (report_seq, sequence, applied, tracking_id, status, agency, message, due_at, consequences, at_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (report_seq, sequence) DO NOTHING RETURNING sequence`;
const addDelivery = `INSERT INTO event_deliveries (delivery_id, at_ms) VALUES ($1, $2)
  ON CONFLICT DO NOTHING RETURNING delivery_id`;

/** The tracker's side of reports. */
export class Tickets {
  constructor(
    private readonly queue: WorkQueue,
    private readonly outbox: Outbox,
  ) {}

  /** Tickets, the citizens' acknowledgements, and what the tracker said of them before we had recorded them. */
  async recordForwarded(tx: Tx, items: readonly Forwarded[]): Promise<void> {
    const seqs = items.map((item) => item.seq);
    const [, added, kept] = await Promise.all([
      // First: whoever keeps an event for a report holds its place in the queue (see `#holdReport`).
      this.queue.done(tx, seqs),
      tx.query<{ report_seq: number }>(addTickets, [
        seqs,
        items.map((item) => storable(item.trackingId)),
        items.map((item) => item.status),
        items.map((item) => item.dueAt),
        items.map((item) => storable(item.publicUrl)),
        items.map((item) => item.zone ?? null),
        items.map((item) => item.secret ?? false),
        items.map((item) => item.atMs),
      ]),
      tx.query<KeptRow>(keptEvents, [seqs]),
    ]);
    const fresh = new Set(added.map((row) => row.report_seq));
    // A second worker had the same report: the tracker gave the same ticket, and one acknowledgement is enough.
    const taken = items.filter(({ seq }) => fresh.delete(seq));
    await senderNotes.change(
      tx,
      taken.map(({ seq, notes, question, atMs }) => ({ reportSeq: seq, changes: notes, question, atMs })),
    );
    const replies: ReplyTo[] = [];
    for (const { seq, trackingId, reply, atMs } of taken) {
      if (reply !== null) replies.push({ reportSeq: seq, reply, atMs });
      const events = kept.filter((event) => event.report_seq === seq);
      for (const event of events) replies.push(...(await applyKept(tx, event, trackingId, atMs)));
    }
    await this.outbox.add(tx, replies);
  }

  async recordStatus(tx: Tx, batch: StatusBatch): Promise<StatusResult[]> {
    const results: StatusResult[] = [];
    for (const event of batch.events) results.push(await this.#recordEvent(tx, event, batch.atMs));
    if (batch.cursor !== undefined) await cursors.set(tx, [batch.cursor]);
    return results;
  }

  dropDeliveriesBefore(tx: Tx, atMs: number): void {
    tx.send('DELETE FROM event_deliveries WHERE at_ms < $1', [atMs]);
  }

  async #recordEvent(tx: Tx, event: TicketEvent, atMs: number): Promise<StatusResult> {
    const seq = await holdReport(tx, event.reportId);
    if (seq === null) return 'unknown';
    const [standing] = await tx.query<Standing>(standingOf, [seq, event.trackingId]);
    const ticket = standing?.tracking_id ?? null;
    if (ticket !== null && ticket !== event.trackingId) return 'mismatched';
    if (event.deliveryId !== null) {
      const isNew = await tx.query(addDelivery, [storable(event.deliveryId), atMs]);
      if (isNew.length === 0) return 'repeated';
    }
    if (event.sequence <= (standing?.newest ?? noSequence)) return 'repeated';
    // Before the ticket is known, two tracking ids may claim one place: the first has it.
    if (!(await noteEvent(tx, seq, event, ticket !== null, atMs))) return 'mismatched';
    if (ticket === null) return 'kept';
    tx.send(moveTicket, [seq, event.status, event.sequence, storable(event.agency), event.dueAt, atMs]);
    await this.outbox.add(tx, await consequencesOf(tx, seq, event, atMs));
    return 'applied';
  }
}

/**
 * Finds the report of an event and holds what makes events of one report take turns, on whatever nodes: its place in the
 * forwarding queue while it is not forwarded, its ticket when it is. A report that is being recorded as forwarded is
 * waited for.
 */
async function holdReport(tx: Tx, reportId: string): Promise<number | null> {
  const octets = idFromText(reportId);
  if (octets === null) return null;
  const [report] = await tx.query<{ seq: number }>('SELECT seq FROM reports WHERE id = $1', [idToText(octets)]);
  if (report === undefined) return null;
  tx.send('SELECT 1 FROM forward_queue WHERE seq = $1 FOR UPDATE', [report.seq]);
  tx.send('SELECT 1 FROM tickets WHERE report_seq = $1 FOR UPDATE', [report.seq]);
  return report.seq;
}

/** @returns the replies that it causes. */
async function applyKept(tx: Tx, event: KeptRow, trackingId: string, atMs: number): Promise<ReplyTo[]> {
  const { report_seq: seq, sequence } = event;
  if (event.tracking_id !== trackingId) {
    tx.send('DELETE FROM ticket_events WHERE report_seq = $1 AND sequence = $2', [seq, sequence]);
    const detail = `event ${sequence} of ${event.tracking_id}, which is not this report's tracking id`;
    note(tx, [{ reportSeq: seq, atMs, what: 'status dropped', detail }]);
    return [];
  }
  tx.send(moveTicket, [seq, event.status, sequence, event.agency, event.due_at, atMs]);
  tx.send('UPDATE ticket_events SET applied = true WHERE report_seq = $1 AND sequence = $2', [seq, sequence]);
  return consequencesOf(tx, seq, JSON.parse(event.consequences) as Consequences, atMs);
}

/** @returns the replies. */
async function consequencesOf(
  tx: Tx,
  reportSeq: number,
  { reply, later = [], question }: Consequences,
  atMs: number,
): Promise<ReplyTo[]> {
  senderNotes.endQuestion(tx, reportSeq);
  await senderNotes.change(tx, [{ reportSeq, question, atMs }]);
  return [...(reply === null ? [] : [reply]), ...later].map((one) => ({ reportSeq, reply: one, atMs }));
}

/** @returns whether its place was free. */
async function noteEvent(tx: Tx, seq: number, event: TicketEvent, applied: boolean, atMs: number): Promise<boolean> {
  const { sequence, trackingId, status, agency, message, dueAt, reply, later, question } = event;
  const words = [storable(trackingId), status, storable(agency), storable(message), dueAt];
  const consequences = applied ? null : storableJson({ reply, later, question });
  return (await tx.query(addEvent, [seq, sequence, applied, ...words, consequences, atMs])).length === 1;
}

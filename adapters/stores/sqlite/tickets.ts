import { idFromText } from '../../../src/domain/id.js';
import type { ReplyKind } from '../../../src/domain/reply.js';
import type { Status } from '../../../src/domain/status.js';
import type { Forwarded, StatusBatch, StatusResult, TicketEvent } from '../../../src/ports/store.js';
import type { Cursors } from './cursors.js';
import type { Db } from './database.js';
import type { Journal } from './journal.js';
import type { Outbox } from './outbox.js';
import type { ReplyTo } from './replyRows.js';
import type { SenderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

interface EventRow {
  readonly sequence: number;
  readonly tracking_id: string;
  readonly status: Status;
  readonly agency: string | null;
  readonly due_at: string | null;
  readonly reply_kind: ReplyKind | null;
  readonly reply_text: string | null;
  readonly consequences: string | null;
}

/** What a status event causes where it is news. */
type Consequences = Pick<TicketEvent, 'reply' | 'later' | 'question'>;

/** Before any status event a ticket stands at sequence -1, so that a tracker may count from 0. */
const noSequence = -1;

/** The tracker's side of reports. Runs inside a transaction. */
export class Tickets {
  readonly #add;
  readonly #addToSender;
  readonly #find;
  readonly #newest;
  readonly #reportSeq;
  readonly #move;
  readonly #addEvent;
  readonly #anyKept;
  readonly #kept;
  readonly #applyKept;
  readonly #dropKept;
  readonly #addDelivery;
  readonly #dropDeliveries;

  constructor(
    db: Db,
    private readonly queue: WorkQueue,
    private readonly outbox: Outbox,
    private readonly notes: SenderNotes,
    private readonly cursors: Cursors,
    private readonly journal: Journal,
  ) {
    this.#add = db.prepare(
      `INSERT INTO tickets (report_seq, tracking_id, status, sequence, due_at, public_url, zone, secret,
                            forwarded_ms, updated_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (report_seq) DO NOTHING`,
    );
    this.#addToSender = db.prepare<[string]>(
      `INSERT INTO sender_tickets (sender_id, report_seq)
       SELECT r.sender_id, r.seq FROM json_each(?) j CROSS JOIN reports r ON r.seq = j.value`,
    );
    this.#find = db.prepare<[number], { tracking_id: string }>('SELECT tracking_id FROM tickets WHERE report_seq = ?');
    this.#newest = db.prepare<[number, string], { sequence: number | null }>(
      'SELECT max(sequence) AS sequence FROM ticket_events WHERE report_seq = ? AND tracking_id = ?',
    );
    this.#reportSeq = db.prepare<[Buffer], { seq: number }>('SELECT seq FROM reports WHERE id = ?');
    this.#move = db.prepare<[Status, number, string | null, string | null, number, number]>(
      `UPDATE tickets SET status = ?, sequence = ?, agency = coalesce(?, agency), due_at = coalesce(?, due_at), updated_ms = ?
       WHERE report_seq = ?`,
    );
    this.#addEvent = db.prepare(
      `INSERT INTO ticket_events (report_seq, sequence, applied, tracking_id, status, agency, message, due_at,
                                  consequences, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (report_seq, sequence) DO NOTHING`,
    );
    this.#anyKept = db.prepare<[], object>(
      'SELECT 1 FROM ticket_events INDEXED BY ticket_events_kept WHERE applied = 0 LIMIT 1',
    );
    this.#kept = db.prepare<[number], EventRow>(
      `SELECT sequence, tracking_id, status, agency, due_at, reply_kind, reply_text, consequences
       FROM ticket_events INDEXED BY ticket_events_kept WHERE report_seq = ? AND applied = 0 ORDER BY sequence`,
    );
    this.#applyKept = db.prepare<[number, number]>(
      'UPDATE ticket_events SET applied = 1 WHERE report_seq = ? AND sequence = ?',
    );
    this.#dropKept = db.prepare<[number, number]>('DELETE FROM ticket_events WHERE report_seq = ? AND sequence = ?');
    this.#addDelivery = db.prepare<[string, number]>(
      'INSERT INTO event_deliveries (delivery_id, at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#dropDeliveries = db.prepare<[number]>('DELETE FROM event_deliveries WHERE at_ms < ?');
  }

  /** Tickets, the citizens' acknowledgements, and what the tracker said of them before we had recorded them. */
  recordForwarded(items: readonly Forwarded[]): void {
    this.queue.done(items.map((item) => item.seq));
    const someKept = this.#anyKept.get() !== undefined;
    const replies: ReplyTo[] = [];
    const added: number[] = [];
    for (const item of items) {
      const { seq, trackingId, reply, question, notes, atMs } = item;
      // A second worker had the same report: the tracker gave the same ticket, and one acknowledgement is enough.
      if (!this.#addTicket(item)) continue;
      added.push(seq);
      this.notes.change(seq, notes, question, atMs);
      if (reply !== null) replies.push({ reportSeq: seq, reply, atMs });
      if (someKept) replies.push(...this.#applyKeptEvents(seq, trackingId, atMs));
    }
    this.#addToSender.run(JSON.stringify(added));
    this.outbox.add(replies);
  }

  recordStatus(batch: StatusBatch): StatusResult[] {
    const results = batch.events.map((event) => this.#recordEvent(event, batch.atMs));
    if (batch.cursor !== undefined) this.cursors.set(batch.cursor);
    return results;
  }

  dropDeliveriesBefore(atMs: number): void {
    this.#dropDeliveries.run(atMs);
  }

  #addTicket({ seq, trackingId, status, dueAt, publicUrl, zone, secret, atMs }: Forwarded): boolean {
    const told = [seq, trackingId, status, noSequence, dueAt, publicUrl, zone ?? null, secret ? 1 : 0];
    return this.#add.run(...told, atMs, atMs).changes === 1;
  }

  #recordEvent(event: TicketEvent, atMs: number): StatusResult {
    const id = idFromText(event.reportId);
    const report = id === null ? undefined : this.#reportSeq.get(id);
    if (report === undefined) return 'unknown';
    const ticket = this.#find.get(report.seq);
    if (ticket !== undefined && ticket.tracking_id !== event.trackingId) return 'mismatched';
    if (event.deliveryId !== null && this.#addDelivery.run(event.deliveryId, atMs).changes === 0) return 'repeated';
    const newest = this.#newest.get(report.seq, event.trackingId)?.sequence ?? noSequence;
    if (event.sequence <= newest) return 'repeated';
    // Before the ticket is known, two tracking ids may claim one place: the first has it.
    if (!this.#noteEvent(report.seq, event, ticket !== undefined, atMs)) return 'mismatched';
    if (ticket === undefined) return 'kept';
    this.#move.run(event.status, event.sequence, event.agency, event.dueAt, atMs, report.seq);
    this.outbox.add(this.#consequencesOf(report.seq, event, atMs));
    return 'applied';
  }

  /** @returns the replies. */
  #consequencesOf(reportSeq: number, { reply, later = [], question }: Consequences, atMs: number): ReplyTo[] {
    this.notes.endQuestion(reportSeq);
    this.notes.change(reportSeq, undefined, question, atMs);
    return [...(reply === null ? [] : [reply]), ...later].map((one) => ({ reportSeq, reply: one, atMs }));
  }

  /** @returns the replies that they cause. */
  #applyKeptEvents(seq: number, trackingId: string, atMs: number): ReplyTo[] {
    return this.#kept.all(seq).flatMap((event) => {
      if (event.tracking_id !== trackingId) {
        this.#dropKept.run(seq, event.sequence);
        const detail = `event ${event.sequence} of ${event.tracking_id}, which is not this report's tracking id`;
        this.journal.note(seq, atMs, 'status dropped', detail);
        return [];
      }
      this.#move.run(event.status, event.sequence, event.agency, event.due_at, atMs, seq);
      this.#applyKept.run(seq, event.sequence);
      return this.#consequencesOf(seq, consequencesIn(event), atMs);
    });
  }

  /** @returns whether its place was free. */
  #noteEvent(reportSeq: number, event: TicketEvent, applied: boolean, atMs: number): boolean {
    const { sequence, trackingId, status, agency, message, dueAt, reply, later, question } = event;
    const added = this.#addEvent.run(
      reportSeq,
      sequence,
      applied ? 1 : 0,
      trackingId,
      status,
      agency,
      message,
      dueAt,
      applied ? null : JSON.stringify({ reply, later, question }),
      atMs,
    );
    return added.changes === 1;
  }
}

/** Events that were kept before there were consequences beside a reply have their reply in columns of its own. */
function consequencesIn({ consequences, reply_kind: kind, reply_text: text }: EventRow): Consequences {
  if (consequences !== null) return JSON.parse(consequences) as Consequences;
  return { reply: kind === null || text === null ? null : { kind, text } };
}

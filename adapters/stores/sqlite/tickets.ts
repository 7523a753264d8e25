import { idFromText } from '../../../src/domain/id.js';
import type { ReplyKind } from '../../../src/domain/reply.js';
import type { Status } from '../../../src/domain/status.js';
import type { Forwarded, StatusBatch, StatusResult, TicketEvent } from '../../../src/ports/store.js';
import type { Cursors } from './cursors.js';
import type { Db } from './database.js';
import type { Journal } from './journal.js';
import type { ReplyRows, ReplyTo } from './replyRows.js';
import type { WorkQueue } from './workQueue.js';

interface EventRow {
  readonly sequence: number;
  readonly tracking_id: string;
  readonly status: Status;
  readonly agency: string | null;
  readonly due_at: string | null;
  readonly reply_kind: ReplyKind | null;
  readonly reply_text: string | null;
}

/** Before any status event a ticket stands at sequence -1, so that a tracker may count from 0. */
const noSequence = -1;

/** The tracker's side of reports. Runs inside a transaction. */
export class Tickets {
  readonly #add;
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
    private readonly replies: ReplyRows,
    private readonly cursors: Cursors,
    private readonly journal: Journal,
  ) {
    this.#add = db.prepare<[number, string, Status, number, string | null, string | null, number, number]>(
      `INSERT INTO tickets (report_seq, tracking_id, status, sequence, due_at, public_url, forwarded_ms, updated_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (report_seq) DO NOTHING`,
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
                                  reply_kind, reply_text, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (report_seq, sequence) DO NOTHING`,
    );
    this.#anyKept = db.prepare<[], object>(
      'SELECT 1 FROM ticket_events INDEXED BY ticket_events_kept WHERE applied = 0 LIMIT 1',
    );
    this.#kept = db.prepare<[number], EventRow>(
      `SELECT sequence, tracking_id, status, agency, due_at, reply_kind, reply_text
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
    for (const item of items) {
      const { seq, trackingId, status, dueAt, publicUrl, reply, atMs } = item;
      const added = this.#add.run(seq, trackingId, status, noSequence, dueAt, publicUrl, atMs, atMs);
      // A second worker had the same report: the tracker gave the same ticket, and one acknowledgement is enough.
      if (added.changes === 0) continue;
      if (reply !== null) replies.push({ reportSeq: seq, reply, atMs });
      if (someKept) replies.push(...this.#applyKeptEvents(seq, trackingId, atMs));
    }
    this.replies.add(replies);
  }

  recordStatus(batch: StatusBatch): StatusResult[] {
    const results = batch.events.map((event) => this.#recordEvent(event, batch.atMs));
    if (batch.cursor !== undefined) this.cursors.set(batch.cursor);
    return results;
  }

  dropDeliveriesBefore(atMs: number): void {
    this.#dropDeliveries.run(atMs);
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
    if (event.reply !== null) this.replies.add([{ reportSeq: report.seq, reply: event.reply, atMs }]);
    return 'applied';
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
      const { reply_kind: kind, reply_text: text } = event;
      return kind === null || text === null ? [] : [{ reportSeq: seq, reply: { kind, text }, atMs }];
    });
  }

  /** @returns whether its place was free. */
  #noteEvent(reportSeq: number, event: TicketEvent, applied: boolean, atMs: number): boolean {
    const { sequence, trackingId, status, agency, message, dueAt, reply } = event;
    const added = this.#addEvent.run(
      reportSeq,
      sequence,
      applied ? 1 : 0,
      trackingId,
      status,
      agency,
      message,
      dueAt,
      reply?.kind ?? null,
      reply?.text ?? null,
      atMs,
    );
    return added.changes === 1;
  }
}

import type { Database, Statement } from 'better-sqlite3';
import type { FollowUp } from '../../../src/domain/followUp.js';
import { idFromText } from '../../../src/domain/id.js';
import type { Report } from '../../../src/domain/report.js';
import type { Status } from '../../../src/domain/status.js';
import { statusEventSchema } from '../../../src/domain/statusEvent.js';
import type {
  DeliveredEvent,
  Filed,
  TicketView,
  Tracker,
  TrackerContext,
  TrackerEventSink,
  TrackerFault,
} from '../../../src/ports/tracker.js';
import { type EventsPage, pollEvents } from '../pollEvents.js';
import type { EmbeddedTrackerConfig } from './config.js';
import { refused, retryOf, stopped, unknownTicket } from './faults.js';
import { GroupCommit } from './groupCommit.js';
import { openTickets } from './open.js';
import { fileIdOf } from './schema.js';
import { numberOf } from './trackingId.js';

/** The `tracker` command writes in a process of its own, so the only way to know is to look: one index look-up. */
const pollEveryMs = 200;
const pollBackOffMaxMs = 10_000;
const eventsPerPage = 500;

interface TicketRow {
  readonly trackingId: number;
  readonly status: Status;
}

interface ViewRow extends TicketRow {
  readonly agency: string | null;
  readonly message: string | null;
  readonly updatedAt: string;
}

interface EventRow {
  readonly id: number;
  readonly event: string;
}

export class EmbeddedTracker implements Tracker {
  readonly #db: Database;
  readonly #fileId: number;
  readonly #commits: GroupCommit;
  readonly #log: TrackerContext['log'];
  readonly #insertTicket: Statement<[Buffer, string, string], TicketRow>;
  readonly #ticketOfReport: Statement<[Buffer], TicketRow>;
  readonly #insertFollowUp: Statement<[Buffer, number, string]>;
  readonly #ticket: Statement<[number], ViewRow>;
  readonly #eventsAfter: Statement<[number, number], EventRow>;

  /** Throws when the file can't be opened. */
  constructor(config: EmbeddedTrackerConfig, context: TrackerContext) {
    this.#log = context.log;
    this.#db = openTickets(config.file, { mustExist: false });
    this.#fileId = fileIdOf(this.#db);
    this.#commits = new GroupCommit(this.#db);
    this.#insertTicket = this.#db.prepare(
      `INSERT INTO tickets (report_id, report, status, updated_at) VALUES (?, ?, 'received', ?)
       RETURNING tracking_id AS trackingId, status`,
    );
    this.#ticketOfReport = this.#db.prepare(
      'SELECT tracking_id AS trackingId, status FROM tickets WHERE report_id = ?',
    );
    this.#insertFollowUp = this.#db.prepare(
      'INSERT INTO follow_ups (id, tracking_id, follow_up) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING',
    );
    this.#ticket = this.#db.prepare(
      `SELECT tracking_id AS trackingId, status, agency, message, updated_at AS updatedAt
       FROM tickets WHERE tracking_id = ?`,
    );
    this.#eventsAfter = this.#db.prepare('SELECT id, event FROM events WHERE id > ? ORDER BY id LIMIT ?');
  }

  async submit(report: Report, signal: AbortSignal): Promise<Filed | TrackerFault> {
    const reportId = idFromText(report.id);
    if (reportId === null) return refused('invalid_report', 'the report id is no UUID');
    return this.#commits.add(signal, () => {
      // Looked up first: an INSERT that meets a conflict uses up a number (AUTOINCREMENT), and citizens' would have gaps.
      const ticket =
        this.#ticketOfReport.get(reportId) ??
        this.#insertTicket.get(reportId, JSON.stringify(report), new Date().toISOString());
      if (ticket === undefined) throw new Error('INSERT … RETURNING gave no row');
      const { trackingId, status } = ticket;
      return { kind: 'filed', trackingId: String(trackingId), status, dueAt: null, publicUrl: null } as const;
    });
  }

  async followUp(
    trackingId: string,
    followUp: FollowUp,
    signal: AbortSignal,
  ): Promise<{ kind: 'filed' } | TrackerFault> {
    const id = idFromText(followUp.id);
    if (id === null) return refused('invalid_follow_up', 'the follow-up id is no UUID');
    return this.#commits.add(signal, () => {
      const ticket = this.#find(trackingId);
      if (ticket === null) return unknownTicket(trackingId);
      this.#insertFollowUp.run(id, ticket.trackingId, JSON.stringify(followUp));
      return { kind: 'filed' } as const;
    });
  }

  async status(trackingId: string, signal: AbortSignal): Promise<TicketView | TrackerFault> {
    if (signal.aborted) return stopped;
    try {
      const ticket = this.#find(trackingId);
      if (ticket === null) return unknownTicket(trackingId);
      return { ...ticket, kind: 'found', trackingId: String(ticket.trackingId), dueAt: null };
    } catch (error) {
      return retryOf(error);
    }
  }

  async run(sink: TrackerEventSink, stop: AbortSignal): Promise<void> {
    const source = {
      read: async (cursor: string | null) => this.#readEvents(cursor),
      everyMs: pollEveryMs,
      backOffMaxMs: pollBackOffMaxMs,
    };
    await pollEvents(source, sink, this.#log, stop);
  }

  async close(): Promise<void> {
    this.#commits.flush();
    this.#db.close();
  }

  #find(trackingId: string): ViewRow | null {
    const number = numberOf(trackingId);
    return number === null ? null : (this.#ticket.get(number) ?? null);
  }

  #readEvents(cursor: string | null): EventsPage {
    const after = this.#placeOf(cursor);
    const rows = this.#eventsAfter.all(after, eventsPerPage);
    const last = rows.at(-1);
    return {
      events: rows.flatMap((row) => this.#eventOf(row)),
      cursor: `${this.#fileId}:${last?.id ?? after}`,
      more: rows.length === eventsPerPage,
    };
  }

  /** A cursor of another file says nothing of this one: then all events are read, and known ones change nothing. */
  #placeOf(cursor: string | null): number {
    const [fileId, id] = (cursor ?? '').split(':').map(Number);
    return fileId === this.#fileId && Number.isSafeInteger(id) ? (id ?? 0) : 0;
  }

  /** A row that someone edited by hand is passed over: it would hold up all that follow. */
  #eventOf(row: EventRow): DeliveredEvent[] {
    try {
      return [
        { deliveryId: `embedded-${this.#fileId}-${row.id}`, event: statusEventSchema.parse(JSON.parse(row.event)) },
      ];
    } catch {
      this.#log.error({ eventId: row.id }, 'passed over an event in the tracker file that does not fit the schema');
      return [];
    }
  }
}

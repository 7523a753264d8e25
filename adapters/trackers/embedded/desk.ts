import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { idToText } from '../../../src/domain/id.js';
import type { Report } from '../../../src/domain/report.js';
import type { Status } from '../../../src/domain/status.js';
import type { StatusEvent } from '../../../src/domain/statusEvent.js';
import type { DeskTicket, StatusChange, TicketDesk } from '../../../src/ports/ticketDesk.js';
import { openTickets } from './open.js';
import { numberOf } from './trackingId.js';

interface TicketRow {
  readonly trackingId: number;
  readonly status: Status;
  readonly agency: string | null;
  readonly updatedAt: string;
  readonly report: string;
  readonly followUps: number;
}

interface MovedRow {
  readonly reportId: Buffer;
  readonly sequence: number;
}

const selectTickets = `
  SELECT tracking_id AS trackingId, status, agency, updated_at AS updatedAt, report,
         (SELECT count(*) FROM follow_ups WHERE follow_ups.tracking_id = tickets.tracking_id) AS followUps
  FROM tickets`;

/** Opens the tickets of a gateway, running or not, for the `tracker` command. Throws when the file is not there. */
export function openTicketDesk(file: string): TicketDesk {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new Error(`there are no tickets at ${file}: start the gateway once, or name its config file with --config`);
  }
  return new SqliteTicketDesk(openTickets(file, { mustExist: true }));
}

class SqliteTicketDesk implements TicketDesk {
  constructor(private readonly db: Database) {}

  list(limit: number): { tickets: DeskTicket[]; total: number } {
    const rows = this.db.prepare<[number], TicketRow>(`${selectTickets} ORDER BY tracking_id DESC LIMIT ?`).all(limit);
    const counted = this.db.prepare<[], { total: number }>('SELECT count(*) AS total FROM tickets').get();
    return { tickets: rows.map(ticketOfRow), total: counted?.total ?? 0 };
  }

  setStatus(trackingId: string, status: Status, change: StatusChange): DeskTicket | null {
    const number = numberOf(trackingId);
    if (number === null) return null;
    const move = this.db.transaction(() => this.#move(number, status, change));
    return move.immediate();
  }

  close(): void {
    this.db.close();
  }

  /** The ticket and the event about it, in one transaction: neither is ever without the other. */
  #move(number: number, status: Status, change: StatusChange): DeskTicket | null {
    const at = new Date().toISOString();
    // The agency stays until another is named; a message belongs to one change only.
    const moved = this.db
      .prepare<[Status, string | null, string | null, string, number], MovedRow>(
        `UPDATE tickets
         SET status = ?, sequence = sequence + 1, agency = coalesce(?, agency), message = ?, updated_at = ?
         WHERE tracking_id = ?
         RETURNING report_id AS reportId, sequence`,
      )
      .get(status, change.agency ?? null, change.message ?? null, at, number);
    const row = this.db.prepare<[number], TicketRow>(`${selectTickets} WHERE tracking_id = ?`).get(number);
    if (moved === undefined || row === undefined) return null;
    const event = eventOf(moved, row, change.message, at);
    this.db.prepare<[string]>('INSERT INTO events (event) VALUES (?)').run(JSON.stringify(event));
    return ticketOfRow(row);
  }
}

function eventOf(moved: MovedRow, row: TicketRow, message: string | undefined, at: string): StatusEvent {
  return {
    type: 'report.status_changed',
    timestamp: at,
    data: {
      reportId: idToText(moved.reportId),
      trackingId: String(row.trackingId),
      sequence: moved.sequence,
      status: row.status,
      ...(row.agency === null ? {} : { agency: row.agency }),
      ...(message === undefined ? {} : { message }),
    },
  };
}

function ticketOfRow(row: TicketRow): DeskTicket {
  // Written by this adapter from a checked report; nobody else writes this column.
  const report = JSON.parse(row.report) as Report;
  return {
    trackingId: String(row.trackingId),
    status: row.status,
    kind: report.kind,
    title: report.title,
    agency: row.agency,
    followUps: row.followUps,
    receivedAt: report.receivedAt,
    updatedAt: row.updatedAt,
  };
}

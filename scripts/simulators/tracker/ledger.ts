import type { FollowUp } from '../../../src/domain/followUp.js';
import type { Report } from '../../../src/domain/report.js';
import type { Status } from '../../../src/domain/status.js';
import type { StatusEvent } from '../../../src/domain/statusEvent.js';
import { forgetOldest } from '../bounded.js';

/** What a status change says beyond the status. */
export interface StatusChange {
  readonly status: Status;
  readonly agency?: string | undefined;
  readonly message?: string | undefined;
  readonly dueAt?: string | undefined;
}

export interface Ticket {
  readonly trackingId: string;
  readonly reportId: string;
  /** How often the report was submitted. */
  submissions: number;
  sequence: number;
  status: Status;
  agency: string | undefined;
  message: string | undefined;
  dueAt: string | undefined;
  updatedAtMs: number;
}

export interface LedgerLimits {
  /** Tickets in all; each takes about 250 bytes. */
  readonly maxTickets: number;
  /** Reports and follow-ups whose content is kept, newest first; 0 for a bench. */
  readonly keep: number;
}

const maxFollowUpIds = 500_000;
const maxEvents = 100_000;
export const eventsPerPage = 1_000;

export class LedgerFull extends Error {}

/**
 * The simulated tracker's memory. Every idempotency key is kept, to the limit, so that a rehearsal can prove that
 * nothing was lost and nothing filed twice; of the contents only the newest are.
 */
export class Ledger {
  submissions = 0;
  readonly #ofReport = new Map<string, Ticket>();
  readonly #ofTrackingId = new Map<string, Ticket>();
  readonly #reports = new Map<string, Report>();
  readonly #followUps = new Map<string, { readonly trackingId: string; readonly followUp: FollowUp }>();
  readonly #followUpIds = new Map<string, true>();
  /** The newest events; the first of them has the number `#eventsForgotten`. */
  #events: StatusEvent[] = [];
  #eventsForgotten = 0;
  #nextTrackingId: number;

  constructor(
    private readonly limits: LedgerLimits,
    firstTrackingId: number,
  ) {
    this.#nextTrackingId = firstTrackingId;
  }

  get distinct(): number {
    return this.#ofReport.size;
  }

  get followUps(): number {
    return this.#followUpIds.size;
  }

  /** @throws LedgerFull */
  file(report: Report): { readonly ticket: Ticket; readonly isNew: boolean } {
    this.submissions += 1;
    const known = this.#ofReport.get(report.id);
    if (known !== undefined) {
      known.submissions += 1;
      return { ticket: known, isNew: false };
    }
    if (this.distinct >= this.limits.maxTickets) throw new LedgerFull();
    const ticket = newTicket(String(this.#nextTrackingId), report.id);
    this.#nextTrackingId += 1;
    this.#ofReport.set(report.id, ticket);
    this.#ofTrackingId.set(ticket.trackingId, ticket);
    this.#reports.set(ticket.trackingId, report);
    forgetOldest(this.#reports, this.limits.keep);
    return { ticket, isNew: true };
  }

  ticket(trackingId: string): Ticket | undefined {
    return this.#ofTrackingId.get(trackingId);
  }

  /** The report's content; undefined when it was forgotten. */
  report(trackingId: string): Report | undefined {
    return this.#reports.get(trackingId);
  }

  /** @returns whether it was new. */
  addFollowUp(trackingId: string, followUp: FollowUp): boolean {
    if (this.#followUpIds.has(followUp.id)) return false;
    this.#followUpIds.set(followUp.id, true);
    forgetOldest(this.#followUpIds, maxFollowUpIds);
    this.#followUps.set(followUp.id, { trackingId, followUp });
    forgetOldest(this.#followUps, this.limits.keep);
    return true;
  }

  followUpsOf(trackingId: string): FollowUp[] {
    return [...this.#followUps.values()].filter((each) => each.trackingId === trackingId).map((each) => each.followUp);
  }

  /** Moves a ticket and records the event. `dueAt` and the rest replace what was said before. */
  change(ticket: Ticket, { status, agency, message, dueAt }: StatusChange): StatusEvent {
    ticket.sequence += 1;
    ticket.updatedAtMs = Date.now();
    Object.assign(ticket, { status, agency, message, dueAt });
    const event: StatusEvent = {
      type: 'report.status_changed',
      timestamp: new Date(ticket.updatedAtMs).toISOString(),
      data: {
        reportId: ticket.reportId,
        trackingId: ticket.trackingId,
        sequence: ticket.sequence,
        status,
        ...(agency !== undefined && { agency }),
        ...(message !== undefined && { message }),
        ...(dueAt !== undefined && { dueAt }),
      },
    };
    this.#events.push(event);
    if (this.#events.length > maxEvents) this.#forgetEvents();
    return event;
  }

  /** A page of events after a cursor, and the cursor that follows it. A forgotten place begins with the oldest. */
  eventsAfter(cursor: number): { readonly events: readonly StatusEvent[]; readonly cursor: string } {
    const start = Math.max(0, cursor - this.#eventsForgotten);
    const events = this.#events.slice(start, start + eventsPerPage);
    return { events, cursor: String(Math.min(this.#eventsForgotten + start, this.#eventCount) + events.length) };
  }

  /** Tickets in the order of filing. */
  tickets(offset: number, limit: number): Ticket[] {
    const page: Ticket[] = [];
    let index = 0;
    for (const ticket of this.#ofReport.values()) {
      if (index >= offset + limit) break;
      if (index >= offset) page.push(ticket);
      index += 1;
    }
    return page;
  }

  get #eventCount(): number {
    return this.#eventsForgotten + this.#events.length;
  }

  /** Half at a time: one by one would move the whole array for each event. */
  #forgetEvents(): void {
    const forgotten = maxEvents / 2;
    this.#events = this.#events.slice(forgotten);
    this.#eventsForgotten += forgotten;
  }
}

function newTicket(trackingId: string, reportId: string): Ticket {
  return {
    trackingId,
    reportId,
    submissions: 1,
    sequence: 0,
    status: 'received',
    agency: undefined,
    message: undefined,
    dueAt: undefined,
    updatedAtMs: Date.now(),
  };
}

import type { Status } from '../domain/status.js';
import { serviceDays, type WorkingCalendar } from './calendar.js';

/** How many working days a ticket may stay in a status, by what the service promises. */
const promised: Partial<Record<Status, number>> = {
  received: serviceDays.verification,
  verified: serviceDays.verification,
  forwarded: serviceDays.followUp,
  in_progress: serviceDays.followUp,
};

/**
 * Until when something happens: what the tracker says, else what the service promises for the status. Null where nothing
 * is promised, or where the date is past: a promise that was broken is not said again.
 *
 * @param sinceMs when the ticket came to its status.
 * @returns ISO 8601.
 */
export function dueAtOf(
  ticket: { readonly status: Status; readonly dueAt: string | null },
  sinceMs: number,
  nowMs: number,
  { calendar, zone }: { readonly calendar: WorkingCalendar; readonly zone: string },
): string | null {
  if (ticket.dueAt !== null) return Date.parse(ticket.dueAt) > nowMs ? ticket.dueAt : null;
  const days = promised[ticket.status];
  if (days === undefined) return null;
  const { dueMs, dueAt } = calendar.due(sinceMs, days, zone);
  return dueMs > nowMs ? dueAt : null;
}

/** The end of a working day so many days on, as ISO 8601. */
export function isoAfter(sinceMs: number, days: number, calendar: WorkingCalendar, zone: string): string {
  return calendar.due(sinceMs, days, zone).dueAt;
}

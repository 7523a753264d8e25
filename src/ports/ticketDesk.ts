import type { Report } from '../domain/report.js';
import type { Status } from '../domain/status.js';

/** The ticket desk port: what the `tracker` command may do to a tracker that lives beside the gateway. */

export interface DeskTicket {
  readonly trackingId: string;
  readonly status: Status;
  readonly kind: Report['kind'];
  /** As the citizen wrote it: clean it of control characters before it reaches a terminal. */
  readonly title: string;
  readonly agency: string | null;
  readonly followUps: number;
  readonly receivedAt: string;
  readonly updatedAt: string;
}

export interface StatusChange {
  readonly message?: string;
  readonly agency?: string;
}

export interface TicketDesk {
  /** The newest `limit` tickets, newest first, and how many there are. */
  list(limit: number): { readonly tickets: readonly DeskTicket[]; readonly total: number };
  /** Records the change and the event that tells the gateway of it; null when there is no such ticket. */
  setStatus(trackingId: string, status: Status, change: StatusChange): DeskTicket | null;
  close(): void;
}

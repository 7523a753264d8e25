import type { TrackerFault } from '../../../src/ports/tracker.js';

/** A stopped call says nothing about the tracker. */
export const stopped: TrackerFault = { kind: 'retry', cause: 'stopped before it was written', unavailable: false };

/** Whatever SQLite fails with (busy, full, read-only, closed) may pass, and concerns the file, not the report. */
export function retryOf(error: unknown): TrackerFault {
  return { kind: 'retry', cause: causeOf(error), unavailable: true };
}

export function refused(code: string, message: string): TrackerFault {
  return { kind: 'refused', code, message };
}

export function unknownTicket(trackingId: string): TrackerFault {
  return refused('unknown_ticket', `no ticket has the tracking id ${trackingId.slice(0, 64)}`);
}

/** `SQLITE_BUSY`, `SQLITE_FULL`. SQLite's messages name files and columns, never a bound value. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown fault';
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `${code}: ${error.message}`;
}

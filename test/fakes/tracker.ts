import type { Report } from '../../src/domain/report.js';
import type { Filed, Tracker, TrackerFault } from '../../src/ports/tracker.js';
import type { Facts } from './facts.js';

export type Answer = Filed | TrackerFault;

/** As the port asks of a tracker that is well. */
export function filed(report: Report): Filed {
  return {
    kind: 'filed',
    trackingId: `T-${report.text}`,
    status: 'received',
    dueAt: null,
    publicUrl: null,
  };
}

export const away: TrackerFault = { kind: 'retry', cause: 'connection refused', unavailable: true };

/** A tracker in memory that answers as the test says, and remembers what it was asked. */
export class MemoryTracker implements Tracker {
  /** Texts in the order in which they were submitted. */
  readonly submitted: string[] = [];
  answer: (report: Report, signal: AbortSignal) => Answer | Promise<Answer> = filed;
  inFlight = 0;
  inFlightMax = 0;

  constructor(private readonly facts: Facts) {}

  async submit(report: Report, signal: AbortSignal): Promise<Answer> {
    this.submitted.push(report.text);
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    this.facts.changed();
    try {
      return await this.answer(report, signal);
    } finally {
      this.inFlight -= 1;
      this.facts.changed();
    }
  }

  async followUp(): Promise<TrackerFault> {
    return away;
  }

  async status(): Promise<TrackerFault> {
    return away;
  }

  async run(): Promise<void> {}

  async close(): Promise<void> {}
}

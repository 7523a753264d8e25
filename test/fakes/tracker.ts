import type { FollowUp } from '../../src/domain/followUp.js';
import type { Report } from '../../src/domain/report.js';
import type { Filed, TicketView, Tracker, TrackerFault } from '../../src/ports/tracker.js';
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
  /** In the order in which they came. */
  readonly followUps: (FollowUp & { readonly trackingId: string })[] = [];
  followUpAnswer: { kind: 'filed' } | TrackerFault = { kind: 'filed' };
  statusAnswer: (trackingId: string) => TicketView | TrackerFault = () => away;
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

  async followUp(trackingId: string, followUp: FollowUp): Promise<{ kind: 'filed' } | TrackerFault> {
    this.followUps.push({ trackingId, ...followUp });
    return this.followUpAnswer;
  }

  async status(trackingId: string): Promise<TicketView | TrackerFault> {
    return this.statusAnswer(trackingId);
  }

  async run(): Promise<void> {}

  async close(): Promise<void> {}
}

import type { StatusEvent } from '../domain/statusEvent.js';
import type { Cursor } from '../ports/channel.js';
import type { TicketContext } from '../ports/conversation.js';
import type { Log } from '../ports/log.js';
import type { StatusResult, Store, TicketEvent } from '../ports/store.js';
import type { DeliveredEvent, TrackerEventSink } from '../ports/tracker.js';
import type { Turn } from '../ports/turns.js';
import { type StatusWording, statusConsequences } from './statusReplies.js';

function cursorOf(value: string, turn: Turn | undefined): Cursor {
  return { name: cursorName, value, ...(turn === undefined ? {} : { turn }) };
}

export interface StatusListener {
  status(result: StatusResult): void;
  /** Replies were queued. */
  repliesQueued(): void;
}

const cursorName = 'tracker events';

/** What an operator should hear of: the tracker, or who speaks for it, mixes things up. */
const doubts: Partial<Record<StatusResult, string>> = {
  unknown: 'status event for a report that is not from here',
  mismatched: 'status event whose report has another tracking id: ignored',
};

/** Takes the tracker's status events in, each with the reply that it causes. Resolves after the commit. */
export class StatusSink implements TrackerEventSink {
  constructor(
    private readonly store: Store,
    private readonly wording: StatusWording,
    private readonly listener: StatusListener,
    private readonly log: Log,
  ) {}

  /** For a poll that one node does at a time. */
  under(turn: Turn): TrackerEventSink {
    return {
      accept: (events, cursor) => this.accept(events, cursor, turn),
      cursor: () => this.cursor(),
    };
  }

  async accept(events: readonly DeliveredEvent[], cursor?: string, turn?: Turn): Promise<void> {
    const contexts = await this.store.ticketContexts(events.map(({ event }) => event.data.reportId));
    const atMs = Date.now();
    const results = await this.store.recordStatus({
      events: events.map(({ deliveryId, event }) => {
        return this.#toTicketEvent(deliveryId, event, contexts.get(event.data.reportId) ?? null, atMs);
      }),
      atMs,
      ...(cursor === undefined ? {} : { cursor: cursorOf(cursor, turn) }),
    });
    for (const [index, result] of results.entries()) this.#tell(result, events[index]);
    this.listener.repliesQueued();
  }

  cursor(): Promise<string | null> {
    return this.store.cursor(cursorName);
  }

  #tell(result: StatusResult, delivered: DeliveredEvent | undefined): void {
    this.listener.status(result);
    const doubt = doubts[result];
    if (doubt === undefined || delivered === undefined) return;
    const { trackingId, reportId } = delivered.event.data;
    this.log.warn({ trackingId, report: reportId }, doubt);
  }

  #toTicketEvent(
    deliveryId: string | null,
    event: StatusEvent,
    context: TicketContext | null,
    atMs: number,
  ): TicketEvent {
    const { reportId, trackingId, sequence, status, agency, message, dueAt } = event.data;
    return {
      deliveryId,
      reportId,
      trackingId,
      sequence,
      status,
      agency: agency ?? null,
      message: message ?? null,
      dueAt: dueAt ?? null,
      ...statusConsequences(event, context, this.wording, atMs),
    };
  }
}

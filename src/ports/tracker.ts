import type { FollowUp } from '../domain/followUp.js';
import type { Report } from '../domain/report.js';
import type { Status } from '../domain/status.js';
import type { StatusEvent } from '../domain/statusEvent.js';
import type { Parsed } from './config.js';
import type { Log } from './log.js';
import type { WebhookAnswer, WebhookRequest } from './webhook.js';

/** The tracker port: where reports become tickets, and where their status comes from. */

/**
 * Failures carry their policy: `retry` is tried again by itself (not before `afterMs`, when the tracker said so),
 * `refused` is final and wants a person. `unavailable` tells whether the tracker as a whole is away
 * (network fault, 5xx, 429): then nothing else is tried either, until a probe succeeds.
 */
export type TrackerFault =
  | { readonly kind: 'retry'; readonly cause: string; readonly unavailable: boolean; readonly afterMs?: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

export interface Filed {
  readonly kind: 'filed';
  readonly trackingId: string;
  readonly status: Status;
  readonly dueAt: string | null;
  readonly publicUrl: string | null;
}

export interface TicketView {
  readonly kind: 'found';
  readonly trackingId: string;
  readonly status: Status;
  readonly agency: string | null;
  readonly message: string | null;
  readonly updatedAt: string;
  readonly dueAt: string | null;
}

export interface TrackerEventSink {
  /**
   * Resolves after the events and the cursor are on disk, in one transaction; rejects when they are not.
   * A delivery id that was seen before, or a sequence that is not newer, changes nothing.
   */
  accept(events: readonly DeliveredEvent[], cursor?: string): Promise<void>;
  /** The last cursor that was committed with a batch, or null. */
  cursor(): Promise<string | null>;
}

export interface DeliveredEvent {
  /** The peer's name for this delivery (`webhook-id`), or null where it has none. */
  readonly deliveryId: string | null;
  readonly event: StatusEvent;
}

export interface Tracker {
  /** Idempotent by report id: submitting twice gives the same ticket. Never rejects. */
  submit(report: Report, signal: AbortSignal): Promise<Filed | TrackerFault>;
  /** Idempotent by follow-up id. Never rejects. */
  followUp(trackingId: string, followUp: FollowUp, signal: AbortSignal): Promise<{ kind: 'filed' } | TrackerFault>;
  /** Never rejects. A ticket that the tracker does not know is `refused`. */
  status(trackingId: string, signal: AbortSignal): Promise<TicketView | TrackerFault>;
  /** Brings status events in by polling until `stop` fires; resolves at once where they are pushed only. */
  run(sink: TrackerEventSink, stop: AbortSignal): Promise<void>;
  /** Answers `POST /tracker/events`; absent where the tracker pushes nothing. */
  handleEvents?(request: WebhookRequest, sink: TrackerEventSink): Promise<WebhookAnswer>;
  close(): Promise<void>;
}

export interface TrackerContext {
  readonly log: Log;
}

/** What an adapter's folder exports. */
export interface TrackerAdapter<Config = unknown> {
  readonly name: string;
  /** Checks the `tracker:` block without `adapter:`, and names every bad key at once. */
  parseConfig(raw: unknown): Parsed<Config>;
  secrets(config: Config): readonly string[];
  create(config: Config, context: TrackerContext): Tracker;
}

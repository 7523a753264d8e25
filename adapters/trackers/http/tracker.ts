import type { FollowUp } from '../../../src/domain/followUp.js';
import type { Report } from '../../../src/domain/report.js';
import { eventsPageSchema, filedSchema, ticketSchema } from '../../../src/domain/trackerApi.js';
import type {
  DeliveredEvent,
  Filed,
  TicketView,
  Tracker,
  TrackerContext,
  TrackerEventSink,
  TrackerFault,
} from '../../../src/ports/tracker.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { type EventSource, EventSourceFault, type EventsPage, pollEvents } from '../pollEvents.js';
import { type HttpTrackerConfig, warningsOf } from './config.js';
import { type Exchanged, Exchanges } from './exchange.js';
import { faultOf, readAnswer } from './outcome.js';
import { traceparentOf } from './traceparent.js';
import { EventReceiver, readEvent } from './webhook.js';

/** A ticket is a few hundred octets, an agency's message 5,000 characters at most. */
const answerMaxBytes = 64 * 1024;
const eventsPageMaxBytes = 4 * 1024 * 1024;
const pollBackOffMaxMs = 5 * 60 * 1_000;

const created: ReadonlySet<number> = new Set([200, 201]);
const found: ReadonlySet<number> = new Set([200]);
/** The contract fixes no answer to a follow-up, so any success will do, and its body is not read. */
const anySuccess: ReadonlySet<number> = new Set([200, 201, 202, 204]);

export class HttpTracker implements Tracker {
  readonly #exchanges: Exchanges;
  readonly #basePath: string;
  /** Name, value, name, value: the form that undici takes without copying. */
  readonly #commonHeaders: readonly string[];
  readonly #pollEveryMs: number | null;
  readonly #log: TrackerContext['log'];
  readonly handleEvents?: (request: WebhookRequest, sink: TrackerEventSink) => Promise<WebhookAnswer>;

  constructor(config: HttpTrackerConfig, context: TrackerContext) {
    const url = new URL(config.url);
    this.#log = context.log;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#commonHeaders = [
      'accept',
      'application/json',
      ...(config.token === undefined ? [] : ['authorization', `Bearer ${config.token}`]),
    ];
    this.#exchanges = new Exchanges({
      origin: url.origin,
      timeoutMs: config.timeoutSeconds * 1_000,
      connections: config.connections,
      pipelining: config.pipelining,
    });
    this.#pollEveryMs = config.poll === undefined ? null : config.poll.everySeconds * 1_000;
    if (config.webhookSecret !== undefined) {
      const receiver = new EventReceiver(config.webhookSecret, context.log);
      this.handleEvents = (request, sink) => receiver.receive(request, sink);
    }
    for (const warning of warningsOf(config)) context.log.warn({}, warning);
  }

  async submit(report: Report, signal: AbortSignal): Promise<Filed | TrackerFault> {
    const answer = readAnswer(filedSchema, created, await this.#post('/reports', report, signal));
    if (answer.kind !== 'read') return answer;
    const { trackingId, status, dueAt = null, publicUrl = null } = answer.value;
    return { kind: 'filed', trackingId, status, dueAt, publicUrl };
  }

  async followUp(
    trackingId: string,
    followUp: FollowUp,
    signal: AbortSignal,
  ): Promise<{ kind: 'filed' } | TrackerFault> {
    const path = `/reports/${encodeURIComponent(trackingId)}/follow-ups`;
    const exchanged = await this.#post(path, followUp, signal);
    if (exchanged.kind === 'answered' && anySuccess.has(exchanged.status)) return { kind: 'filed' };
    return faultOf(exchanged);
  }

  async status(trackingId: string, signal: AbortSignal): Promise<TicketView | TrackerFault> {
    const exchanged = await this.#get(`/reports/${encodeURIComponent(trackingId)}`, answerMaxBytes, signal);
    const answer = readAnswer(ticketSchema, found, exchanged);
    if (answer.kind !== 'read') return answer;
    const { status, agency = null, message = null, updatedAt, dueAt = null } = answer.value;
    return { kind: 'found', trackingId: answer.value.trackingId, status, agency, message, updatedAt, dueAt };
  }

  async run(sink: TrackerEventSink, stop: AbortSignal): Promise<void> {
    if (this.#pollEveryMs === null) return;
    const source: EventSource = {
      read: (cursor, signal) => this.#readEvents(cursor, signal),
      everyMs: this.#pollEveryMs,
      backOffMaxMs: pollBackOffMaxMs,
    };
    await pollEvents(source, sink, this.#log, stop);
  }

  /** Requests under way are given up: the gateway stops its workers first, and what is lost is sent again. */
  async close(): Promise<void> {
    await this.#exchanges.close();
  }

  #post(path: string, body: Report | FollowUp, signal: AbortSignal): Promise<Exchanged> {
    return this.#exchanges.exchange(
      {
        method: 'POST',
        path: this.#basePath + path,
        headers: [
          ...this.#commonHeaders,
          'content-type',
          'application/json',
          'idempotency-key',
          body.id,
          'traceparent',
          traceparentOf(body.id),
        ],
        body: JSON.stringify(body),
        bodyMaxBytes: answerMaxBytes,
      },
      signal,
    );
  }

  #get(path: string, bodyMaxBytes: number, signal: AbortSignal): Promise<Exchanged> {
    return this.#exchanges.exchange(
      {
        method: 'GET',
        path: this.#basePath + path,
        headers: [...this.#commonHeaders],
        bodyMaxBytes,
      },
      signal,
    );
  }

  async #readEvents(cursor: string | null, stop: AbortSignal): Promise<EventsPage> {
    const query = cursor === null ? '' : `?after=${encodeURIComponent(cursor)}`;
    const exchanged = await this.#get(`/events${query}`, eventsPageMaxBytes, stop);
    const answer = readAnswer(eventsPageSchema, found, exchanged);
    if (answer.kind === 'retry') throw new EventSourceFault(answer.cause, answer.afterMs);
    if (answer.kind === 'refused') throw new EventSourceFault(`refused with ${answer.code}`);
    const events = answer.value.events.flatMap((raw, index) => this.#eventOf(raw, index));
    return { events, cursor: answer.value.cursor, more: answer.value.events.length > 0 };
  }

  /** A bad event is passed over: it would come again for ever and hold up all that follow. */
  #eventOf(raw: unknown, index: number): DeliveredEvent[] {
    const read = readEvent(raw);
    if (read.kind === 'event') return [{ deliveryId: null, event: read.event }];
    if (read.kind === 'malformed') {
      this.#log.error({ index, expected: read.expected }, 'passed over a tracker event that does not fit the schema');
    }
    return [];
  }
}

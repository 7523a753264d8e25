import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import * as z from 'zod';
import { type StatusEvent, statusEventSchema } from '../../../src/domain/statusEvent.js';
import type { Log } from '../../../src/ports/log.js';
import type { DeliveredEvent, TrackerEventSink } from '../../../src/ports/tracker.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { differences, parseJson } from './outcome.js';

/** How soon a tracker should come back when the gateway could not store its event. */
const storeRetrySeconds = 10;

const anyEventSchema = z.object({ type: z.string() });

/** An event as it came: to be kept, of a type that is not ours to read, or one that does not fit its type. */
export type ReadEvent =
  | { readonly kind: 'event'; readonly event: StatusEvent }
  | { readonly kind: 'ignored'; readonly type: string }
  | { readonly kind: 'malformed'; readonly expected: string };

/** Unknown types are no fault, so that a tracker may send more than the gateway reads. */
export function readEvent(raw: unknown): ReadEvent {
  const any = anyEventSchema.safeParse(raw);
  if (!any.success) return { kind: 'malformed', expected: differences(any.error) };
  if (any.data.type !== statusEventSchema.shape.type.value) return { kind: 'ignored', type: any.data.type };
  const result = statusEventSchema.safeParse(raw);
  return result.success
    ? { kind: 'event', event: result.data }
    : { kind: 'malformed', expected: differences(result.error) };
}

/**
 * Receives events as Standard Webhooks has them
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): HMAC-SHA256 over
 * id, timestamp and raw body, compared in constant time, not older or newer than five minutes.
 */
export class EventReceiver {
  readonly #webhook: Webhook;

  constructor(
    webhookSecret: string,
    private readonly log: Log,
  ) {
    this.#webhook = new Webhook(webhookSecret);
  }

  /**
   * 202 after the commit (or when there is nothing to keep), 401 for a signature or time that does not hold,
   * 422 for a signed body that can never fit, 503 when it could not be stored. Never rejects.
   */
  async receive(request: WebhookRequest, sink: TrackerEventSink): Promise<WebhookAnswer> {
    const fault = this.#signatureFault(request);
    if (fault !== null) {
      this.log.warn({ fault }, 'refused a tracker event: its signature does not hold');
      return answer(401, 'bad_signature', `${fault}: sign as Standard Webhooks says, with the secret agreed on`);
    }
    const read = readEvent(parseJson(request.body.toString('utf8')));
    if (read.kind === 'malformed') {
      this.log.warn({ expected: read.expected }, 'refused a tracker event: it does not fit the schema');
      return answer(422, 'malformed_event', read.expected);
    }
    if (read.kind === 'ignored') return { status: 202 };
    return this.#keep({ deliveryId: request.headers['webhook-id'] ?? null, event: read.event }, sink);
  }

  async #keep(delivered: DeliveredEvent, sink: TrackerEventSink): Promise<WebhookAnswer> {
    try {
      await sink.accept([delivered]);
      return { status: 202 };
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'unknown';
      this.log.error({ cause, reportId: delivered.event.data.reportId }, 'could not store a tracker event');
      const later = { 'retry-after': String(storeRetrySeconds) };
      return answer(503, 'not_stored', 'the event could not be stored; send it again', later);
    }
  }

  /** @returns what is wrong with the signature, or null. */
  #signatureFault(request: WebhookRequest): string | null {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
    if (!id || !timestamp || !signature)
      return 'a webhook-id, webhook-timestamp or webhook-signature header is missing';
    if (!/^\d{1,12}$/.test(timestamp)) return 'webhook-timestamp is not in seconds since 1970';
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    try {
      this.#webhook.verify(request.body, headers, { jsonParse: false });
      return null;
    } catch (error) {
      return error instanceof WebhookVerificationError ? error.message : 'unreadable signature';
    }
  }
}

function answer(status: number, code: string, message: string, headers: Record<string, string> = {}): WebhookAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ code, message }),
  };
}

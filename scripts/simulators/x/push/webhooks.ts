import { createHmac, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import * as z from 'zod';
import type { CallerKind } from '../api/app.js';
import { type Answer, appOnly, bodyAs, type Call, type Endpoint, ok } from '../api/endpoint.js';
import { invalidRequest, notFound } from '../api/problems.js';
import type { XSimulator } from '../simulator.js';

/**
 * Webhooks (https://docs.x.com/x-api/webhooks/introduction): proved by a challenge, signed over the raw body, delivered
 * in order and once. What could not be delivered is gone until a replay is asked for. Unlike X, takes plain HTTP and
 * ports, as peers on loopback have them.
 */

const maxWebhooks = 5;
const answerWithinMs = 10_000;
/** Events that a replay can bring back: those of 24 hours, and no more than these. */
const replayableMs = 24 * 3_600_000;
const maxRemembered = 10_000;

interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly createdAt: string;
  isValid: boolean;
  /** One delivery at a time. */
  deliveries: Promise<void>;
}

interface Sent {
  readonly webhookId: string;
  readonly atMs: number;
  readonly body: string;
}

const urlSchema = z.strictObject({ url: z.string().min(1).max(200) });

const replaySchema = z.strictObject({
  webhook_id: z.string(),
  from_date: z.string().regex(/^\d{12}$/, 'yyyymmddhhmm'),
  to_date: z.string().regex(/^\d{12}$/, 'yyyymmddhhmm'),
});

const appOrUser: readonly CallerKind[] = ['app', 'oauth1'];

export class Webhooks {
  readonly counts = { delivered: 0, failed: 0 };
  readonly #webhooks = new Map<string, Webhook>();
  readonly #sent: Sent[] = [];
  readonly #stop = new AbortController();

  constructor(private readonly x: XSimulator) {
    setMaxListeners(0, this.#stop.signal);
  }

  get registered() {
    return [...this.#webhooks.values()].map(view);
  }

  has(id: string): boolean {
    return this.#webhooks.has(id);
  }

  /** Queues an event; progress shows in `counts`. An invalid webhook gets nothing. */
  send(webhookId: string, envelope: unknown): void {
    const webhook = this.#webhooks.get(webhookId);
    if (webhook === undefined || !webhook.isValid) return;
    const body = JSON.stringify(envelope);
    this.#sent.push({ webhookId, atMs: Date.now(), body });
    if (this.#sent.length > maxRemembered) this.#sent.splice(0, maxRemembered / 10);
    this.#queue(webhook, body);
  }

  /** @returns false when nothing was sent yet. */
  sendLastAgain(): boolean {
    const last = this.#sent.at(-1);
    const webhook = last && this.#webhooks.get(last.webhookId);
    if (webhook === undefined) return false;
    this.#queue(webhook, last?.body ?? '');
    return true;
  }

  /** Challenges them all, as X does every hour. */
  async validateAll(): Promise<void> {
    for (const webhook of this.#webhooks.values()) webhook.isValid = await this.#isProved(webhook.url);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#webhooks.values()].map(({ deliveries }) => deliveries));
  }

  readonly endpoints: readonly Endpoint[] = [
    {
      name: 'createWebhooks',
      method: 'POST',
      path: '/2/webhooks',
      callers: appOrUser,
      perApp: 450,
      perUser: 450,
      parameters: [],
      answer: (call) => this.#create(call),
    },
    {
      name: 'getWebhooks',
      method: 'GET',
      path: '/2/webhooks',
      callers: appOnly,
      perApp: 450,
      perUser: null,
      parameters: ['webhook_config.fields'],
      answer: () => {
        const data = this.registered;
        return ok({ ...(data.length > 0 && { data }), meta: { result_count: data.length } });
      },
    },
    {
      name: 'validateWebhooks',
      method: 'PUT',
      path: '/2/webhooks/{webhook_id}',
      callers: appOrUser,
      perApp: 450,
      perUser: 450,
      parameters: [],
      answer: async (call) => {
        const webhook = this.#named(call);
        webhook.isValid = await this.#isProved(webhook.url);
        return ok({ data: this.x.switches.wording === 'tweet' ? { attempted: true } : { valid: webhook.isValid } });
      },
    },
    {
      name: 'deleteWebhooks',
      method: 'DELETE',
      path: '/2/webhooks/{webhook_id}',
      callers: appOrUser,
      perApp: 450,
      perUser: 450,
      parameters: [],
      answer: (call) => ok({ data: { deleted: this.#webhooks.delete(this.#named(call).id) } }),
    },
    {
      name: 'createWebhookReplayJob',
      method: 'POST',
      path: '/2/webhooks/replay',
      callers: appOnly,
      perApp: 100,
      perUser: null,
      parameters: [],
      answer: (call) => this.#replay(call),
    },
  ];

  async #create({ body }: Call): Promise<Answer> {
    const { url } = bodyAs(urlSchema, body);
    if (!URL.canParse(url)) throw invalidRequest('url', url, 'UrlValidationFailed');
    if ([...this.#webhooks.values()].some((each) => each.url === url)) {
      throw invalidRequest('url', url, 'DuplicateUrlFailed');
    }
    if (this.#webhooks.size >= maxWebhooks) throw invalidRequest('url', url, 'WebhookLimitExceeded');
    if (!(await this.#isProved(url))) throw invalidRequest('url', url, 'CrcValidationFailed');
    const createdAt = new Date().toISOString();
    const webhook: Webhook = { id: this.x.newId(), url, createdAt, isValid: true, deliveries: Promise.resolve() };
    this.#webhooks.set(webhook.id, webhook);
    return ok(this.#wrapped(view(webhook)));
  }

  /** Sends what went out between two minutes again, and then that the job is done. */
  #replay({ body }: Call): Answer {
    const { webhook_id: webhookId, from_date: from, to_date: to } = bodyAs(replaySchema, body);
    const webhook = this.#webhooks.get(webhookId);
    if (webhook === undefined) throw notFound('webhook', 'webhook_id', webhookId);
    const [fromMs, toMs] = [minute(from), minute(to)];
    const oldestMs = Date.now() - replayableMs;
    if (!(fromMs < toMs)) throw invalidRequest('from_date', from, 'from_date must be before to_date');
    const jobId = this.x.newId();
    const again = this.#sent.filter(
      (sent) => sent.webhookId === webhookId && sent.atMs >= Math.max(fromMs, oldestMs) && sent.atMs < toMs,
    );
    for (const { body: sentBody } of again) this.#queue(webhook, sentBody);
    const state = { webhook_id: webhookId, job_id: jobId, job_state: 'Complete' };
    this.#queue(
      webhook,
      JSON.stringify({ replay_job_status: { ...state, job_state_description: 'Job completed successfully' } }),
    );
    return ok(this.#wrapped({ job_id: jobId, created_at: new Date().toISOString() }));
  }

  /** Description 2.157 answers without `data` here. */
  #wrapped(body: Record<string, unknown>): Record<string, unknown> {
    return this.x.switches.wording === 'tweet' ? body : { data: body };
  }

  #named({ params: { webhook_id: id = '' } }: Call): Webhook {
    const webhook = this.#webhooks.get(id);
    if (webhook === undefined) throw notFound('webhook', 'webhook_id', id);
    return webhook;
  }

  #queue(webhook: Webhook, body: string): void {
    webhook.deliveries = webhook.deliveries.then(() => this.#deliver(webhook, body));
  }

  async #deliver({ url }: Webhook, body: string): Promise<void> {
    const answer = await this.#fetch(url, { method: 'POST', body, headers: this.#headers(body) });
    this.counts[answer?.status === 200 ? 'delivered' : 'failed'] += 1;
    this.x.changes.notify();
  }

  #headers(body: string): Record<string, string> {
    const { consumerSecret, clientSecret } = this.x.app.credentials;
    const { webhookSignature: mode } = this.x.switches;
    return {
      'content-type': 'application/json',
      ...(mode !== 'client' && {
        'x-twitter-webhooks-signature': signature(mode === 'wrong' ? 'not the secret' : consumerSecret, body),
      }),
      ...((mode === 'client' || mode === 'both') && {
        'x-twitter-webhooks-signature-oauth2': signature(clientSecret, body),
      }),
    };
  }

  async #isProved(url: string): Promise<boolean> {
    const token = randomBytes(24).toString('base64url');
    const address = new URL(url);
    address.searchParams.set('crc_token', token);
    const { consumerSecret, clientSecret } = this.x.app.credentials;
    const secret = this.x.switches.webhookSignature === 'client' ? clientSecret : consumerSecret;
    const answer = await this.#fetch(address.href, { redirect: 'manual' });
    if (answer?.status !== 200) return false;
    try {
      const { response_token: given } = JSON.parse(answer.text) as { response_token?: unknown };
      return given === signature(secret, token);
    } catch {
      return false;
    }
  }

  /** @returns null when there was no answer within X's ten seconds. */
  async #fetch(url: string, init: RequestInit): Promise<{ status: number; text: string } | null> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), answerWithinMs);
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.any([this.#stop.signal, limit.signal]) });
      return { status: response.status, text: await response.text() };
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

function view({ id, url, createdAt, isValid }: Webhook) {
  return { id, url, valid: isValid, created_at: createdAt };
}

function signature(secret: string, text: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
}

/** `yyyymmddhhmm`, UTC. */
function minute(text: string): number {
  const [, year, month, day, hour, minutes] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minutes));
}

import type { LinkHealth } from '../../../../src/ports/channel.js';
import type { Log } from '../../../../src/ports/log.js';
import type { XApi } from '../api/client.js';
import { Pacer } from '../inbound/pacer.js';
import { ensureSubscriptions, ensureWebhook, type Registered } from './registration.js';

/** X challenges webhooks every hour, and calls those invalid that do not answer. */
const lookAgainMs = 30 * 60_000;
const retry = { firstMs: 5_000, maxMs: 600_000 } as const;

/** Sees to it that X knows our webhook, holds it for valid, and sends to it what we want. */
export class WebhookRegistration {
  readonly #pacer = new Pacer();
  #health: LinkHealth = { name: 'webhook', state: 'starting', sinceMs: Date.now(), detail: '' };

  constructor(
    private readonly api: XApi,
    private readonly selfId: string,
    private readonly webhookUrl: string | null,
    private readonly log: Log,
    private readonly onRegistered: () => void,
  ) {}

  health(): LinkHealth {
    return this.#health;
  }

  async run(stop: AbortSignal): Promise<void> {
    for (let failures = 0; !stop.aborted; ) {
      const registered = await this.#register();
      failures = registered.ok ? 0 : failures + 1;
      this.#note(registered);
      const backoffMs = Math.min(retry.maxMs, retry.firstMs * 2 ** Math.min(failures - 1, 30));
      await this.#pacer.wait(registered.ok ? lookAgainMs : backoffMs, stop);
    }
  }

  async #register(): Promise<Registered> {
    if (this.webhookUrl === null)
      return { ok: false, cause: 'server.publicUrl is not set, so X cannot be told where we are' };
    const webhook = await ensureWebhook(this.api, this.webhookUrl);
    return webhook.ok ? ensureSubscriptions(this.api, this.selfId, webhook.value) : webhook;
  }

  #note(registered: Registered): void {
    const state = registered.ok ? 'registered' : 'not_registered';
    const detail = registered.ok ? '' : registered.cause;
    if (this.#health.state === state && this.#health.detail === detail) return;
    this.#health = { ...this.#health, state, detail, sinceMs: Date.now() };
    if (registered.ok) {
      this.log.info({}, 'the webhook is registered');
      this.onRegistered();
    } else
      this.log.warn(
        { cause: detail },
        'X sends nothing to the webhook; mentions are read at the pace of the safety net',
      );
  }
}

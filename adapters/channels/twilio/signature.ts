import type { WebhookRequest } from '../../../src/ports/webhook.js';
import { queryOf } from '../queryOf.js';
import type { Params } from './webhook.js';

type Validate = typeof import('twilio/lib/webhooks/webhooks.js').validateRequest;

/**
 * Twilio's own check of X-Twilio-Signature, loaded when a Twilio channel first needs it. Only its webhooks module: the
 * whole package costs 21 MB on disk and three times as long to load.
 */
export class SignatureCheck {
  #validate: Promise<Validate> | null = null;

  /** @param publicUrl as Twilio was told it: behind a proxy no other is what was signed */
  constructor(
    private readonly authToken: string,
    private readonly publicUrl: string,
  ) {}

  async holds({ url, headers }: WebhookRequest, params: Params): Promise<boolean> {
    const signature = headers['x-twilio-signature'] ?? '';
    if (signature === '') return false;
    const query = queryOf(url);
    const validate = await this.load();
    return validate(this.authToken, signature, query === '' ? this.publicUrl : `${this.publicUrl}?${query}`, params);
  }

  /** Before the first webhook, so that it need not wait. */
  load(): Promise<Validate> {
    this.#validate ??= import('twilio/lib/webhooks/webhooks.js').then(({ validateRequest }) => validateRequest);
    return this.#validate;
  }
}

import { createHmac } from 'node:crypto';
import type { ChannelMeter } from '../../../../src/ports/channel.js';
import type { WebhookAnswer, WebhookRequest } from '../../../../src/ports/webhook.js';
import { sameSecret } from '../../sameSecret.js';
import type { Intake } from '../inbound/intake.js';
import { takePushed } from './activity.js';

/**
 * X's webhooks (https://docs.x.com/x-api/webhooks/introduction): its challenge, and events signed over the very octets of
 * the body. Nothing of a body is looked at before its signature is right.
 */

/** The one is signed by the consumer secret, the other by the client secret of OAuth 2; X sends one of them, or both. */
export const signatureHeaders = ['x-twitter-webhooks-signature', 'x-twitter-webhooks-signature-oauth2'] as const;

/**
 * X's challenge and X's events are signed alike, and anybody can send a challenge: were any token answered, the answer to
 * an event's text as the token would be the signature of a forged event. An event is a JSON object, and no token has braces.
 */
const tokenForm = /^[\w+/=.~ -]{1,512}$/;

export class WebhookDoor {
  constructor(
    /** Of the app: X signs with the consumer secret, and for an app of OAuth 2 alone with the client secret. */
    private readonly secrets: readonly string[],
    private readonly meter: ChannelMeter,
  ) {}

  async answer(request: WebhookRequest, intake: Intake | null): Promise<WebhookAnswer> {
    if (request.method === 'GET') return this.#challenge(request.query.get('crc_token'));
    if (!this.#isSigned(request)) {
      this.meter.count('x_webhook', { outcome: 'bad_signature' });
      return { status: 401, body: 'the signature is not right' };
    }
    if (intake === null) return this.#later('not_ready');
    let event: unknown;
    try {
      event = JSON.parse(request.body.toString('utf8'));
    } catch {
      this.meter.count('x_webhook', { outcome: 'unreadable' });
      return { status: 400, body: 'the body is no JSON' };
    }
    try {
      const isOurs = await takePushed(event, intake);
      this.meter.count('x_webhook', { outcome: isOurs ? 'taken' : 'not_for_us' });
      return { status: 200 };
    } catch {
      // The inbox has logged why. X tries again, and polling would find it as well.
      return this.#later('not_stored');
    }
  }

  #later(outcome: string): WebhookAnswer {
    this.meter.count('x_webhook', { outcome });
    return { status: 503, headers: { 'retry-after': '5' } };
  }

  #challenge(token: string | null): WebhookAnswer {
    const [secret] = this.secrets;
    if (token === null || secret === undefined) return { status: 400, body: 'expected a crc_token' };
    if (!tokenForm.test(token)) {
      this.meter.count('x_webhook', { outcome: 'bad_challenge' });
      return { status: 400, body: 'expected a crc_token of letters, digits and +/=_.~- (512 at most)' };
    }
    const body = JSON.stringify({ response_token: signatureOf(token, secret) });
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }

  #isSigned({ headers, body }: WebhookRequest): boolean {
    const given = signatureHeaders.map((name) => headers[name]).filter((value) => value !== undefined);
    return this.secrets.some((secret) => {
      const right = signatureOf(body, secret);
      return given.some((signature) => sameSecret(signature, right));
    });
  }
}

function signatureOf(text: string | Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(text).digest('base64')}`;
}

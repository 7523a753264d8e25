import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import type { TwilioConfig } from '../../../../adapters/channels/twilio/config.js';
import { twilioAdapter } from '../../../../adapters/channels/twilio/index.js';
import type { Asked } from '../webhookPeer.js';

export const accountSid = `AC${'0'.repeat(31)}1`;
export const authToken = 'token-of-the-account';
export const publicUrl = 'https://gateway.example.go.id/webhooks/tested';

export const block = { accountSid, authToken, address: '+15551234567', countryCode: '1', reconcileMinutes: 0 };

export function configOf(changes: object = {}): TwilioConfig {
  const parsed = twilioAdapter.parseConfig({ ...block, ...changes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

export function sidOf(prefix: string, number: number): string {
  return `${prefix}${String(number).padStart(32, '0')}`;
}

/** Parameters of an incoming message, as Twilio documents them, and one that it may add tomorrow. */
export function incoming(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    ToCountry: 'US',
    MessageSid: sidOf('SM', 1),
    SmsSid: sidOf('SM', 1),
    AccountSid: accountSid,
    MessagingServiceSid: '',
    SmsStatus: 'received',
    NumMedia: '0',
    NumSegments: '1',
    From: '+15557654321',
    To: '+15551234567',
    Body: 'Jalan rusak — parah 😷',
    ApiVersion: '2010-04-01',
    AddedWithoutNotice: 'x&y=z',
    ...changes,
  };
}

/** A webhook as Twilio sends it, signed by Twilio's own library. */
export function signed(params: Readonly<Record<string, string>>, url = publicUrl, token = authToken): Asked {
  return {
    method: 'POST',
    body: new URLSearchParams(params).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': getExpectedTwilioSignature(token, url, params),
    },
  };
}

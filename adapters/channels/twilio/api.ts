import type { OutboundReply, Outcome } from '../../../src/ports/channel.js';
import { type Answered, type Asked, type Exchanged, retryAfterMs } from '../exchange.js';
import type { TwilioConfig } from './config.js';
import { policyOf } from './errors.js';

/** Requests to the Messages resource, and what its answers mean. Pure. https://www.twilio.com/docs/messaging/api/message-resource */

const answerMaxBytes = 2 * 1024 * 1024;
const pageSize = 100;

/** Twilio writes 10 digits and more with a plus, short codes without. */
const shortCodeMaxLength = 8;

export function e164(address: string): string {
  return /^\d+$/.test(address) && address.length > shortCodeMaxLength ? `+${address}` : address;
}

export function authorization({ accountSid, authToken, apiKey }: TwilioConfig): string {
  const credentials = apiKey === undefined ? `${accountSid}:${authToken}` : `${apiKey.sid}:${apiKey.secret}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

function resource({ apiUrl, accountSid }: TwilioConfig, path: string): URL {
  return new URL(`${apiUrl}/2010-04-01/Accounts/${accountSid}/${path}`);
}

export function messageRequest(
  reply: OutboundReply,
  config: TwilioConfig,
  statusCallback: string | null,
  timeoutMs: number,
): Asked {
  const { address, messagingServiceSid } = config;
  const form = new URLSearchParams({ To: e164(reply.to), Body: reply.text });
  if (messagingServiceSid !== undefined) form.set('MessagingServiceSid', messagingServiceSid);
  else form.set('From', address ?? '');
  if (statusCallback !== null) form.set('StatusCallback', statusCallback);
  return {
    method: 'POST',
    url: resource(config, 'Messages.json'),
    headers: {
      authorization: authorization(config),
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
    timeoutMs,
    answerMaxBytes,
  };
}

/** A page of messages to us since a moment, newest first as Twilio lists them. */
export function listRequest(config: TwilioConfig, since: Date, timeoutMs: number): Asked {
  const url = resource(config, 'Messages.json');
  if (config.address !== undefined) url.searchParams.set('To', config.address);
  // Twilio's own names: an inequality within the name of the parameter.
  url.searchParams.set('DateSent>', wholeSeconds(since));
  url.searchParams.set('PageSize', String(pageSize));
  return getRequest(config, url, timeoutMs);
}

/** As Twilio's own library writes times, without fractions. Where only the day of it counts, more is listed and nothing missed. */
function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export function mediaListRequest(config: TwilioConfig, messageSid: string, timeoutMs: number): Asked {
  return getRequest(config, resource(config, `Messages/${messageSid}/Media.json`), timeoutMs);
}

/** @param path as Twilio gives the next page: on its own host, whoever's host the answer came from */
export function nextPageRequest(config: TwilioConfig, path: string, timeoutMs: number): Asked | null {
  const url = URL.canParse(path, config.apiUrl) ? new URL(path, config.apiUrl) : null;
  return url === null || url.origin !== new URL(config.apiUrl).origin ? null : getRequest(config, url, timeoutMs);
}

function getRequest(config: TwilioConfig, url: URL, timeoutMs: number): Asked {
  const headers = { authorization: authorization(config), accept: 'application/json' };
  return { method: 'GET', url, headers, timeoutMs, answerMaxBytes };
}

/** Answers of a proxy that gave up waiting: the API behind it may have taken the message all the same. */
const proxyGaveUp: ReadonlySet<number> = new Set([502, 504]);

export function outcomeOf(exchanged: Exchanged, nowMs: number): Outcome {
  if (exchanged.kind === 'unwritten') return { kind: 'unsent', cause: exchanged.cause };
  if (exchanged.kind === 'unanswered') return { kind: 'uncertain', cause: exchanged.cause };
  const { status, headers } = exchanged;
  const body = jsonOf(exchanged);
  if (status === 201 || status === 200) {
    const id = textAt(body, 'sid');
    return { kind: 'accepted', externalIds: id === null ? [] : [id] };
  }
  const code = numberAt(body, 'code');
  const cause = code === null ? `answered ${status}` : `answered ${status}, error ${code}`;
  const policy = policyOf(code);
  if (policy === 'withheld') return { kind: 'withheld', code: 'opted_out', cause };
  if (policy === 'never') return { kind: 'rejected', code: String(code), cause };
  if (proxyGaveUp.has(status)) return { kind: 'uncertain', cause };
  const waitMs = retryAfterMs(headers['retry-after'], nowMs);
  return { kind: 'unsent', cause, ...(waitMs === null ? {} : { retryAfterMs: waitMs }) };
}

/** @returns null where the body is no JSON object */
export function jsonOf({ body }: Answered): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textAt(object: Readonly<Record<string, unknown>> | null, key: string): string | null {
  const value = object?.[key];
  return typeof value === 'string' ? value : null;
}

function numberAt(object: Readonly<Record<string, unknown>> | null, key: string): number | null {
  const value = object?.[key];
  return typeof value === 'number' ? value : null;
}

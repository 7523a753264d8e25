import { createHmac } from 'node:crypto';
import { Networks, parseNetwork } from '../../../src/domain/network.js';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.js';
import { queryOf } from '../queryOf.js';
import { sameSecret } from '../sameSecret.js';
import type { AuthConfig } from './config.js';
import { type FieldSource, readFields } from './fields.js';

/** Why a request is not taken for the aggregator's, for a metric. */
export type Refusal = 'address' | 'secret' | 'signature' | 'stale' | 'password';

/** Checks that a request comes from the aggregator. All that the config names must hold. */
export class Gatekeeper {
  readonly #auth: AuthConfig | null;
  readonly #networks: Networks | null;

  constructor(auth: AuthConfig | null) {
    this.#auth = auth;
    const { addresses } = auth ?? {};
    this.#networks =
      addresses === undefined ? null : new Networks(addresses.flatMap((text) => parseNetwork(text) ?? []));
  }

  /** Only what was signed may be believed. */
  get fieldSource(): FieldSource {
    return this.#auth?.hmac?.over ?? 'all';
  }

  /** @returns null where the request may come in */
  refusal(request: WebhookRequest, nowMs: number): Refusal | null {
    const { secret, hmac, basic } = this.#auth ?? {};
    if (this.#networks !== null && !this.#networks.has(request.remoteAddress)) return 'address';
    if (secret !== undefined && !hasSecret(request, secret)) return 'secret';
    if (hmac !== undefined && !isSigned(request, hmac)) return 'signature';
    if (hmac?.timestamp !== undefined && !isFresh(request, hmac.timestamp, nowMs)) return 'stale';
    if (basic !== undefined && !hasPassword(request, basic)) return 'password';
    return null;
  }
}

/** It never says what was wrong with a secret; that is counted on our side. */
export function answerTo(refusal: Refusal): WebhookAnswer {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  if (refusal === 'address') {
    const body = JSON.stringify({ code: 'forbidden', message: 'this address is not on the list of this channel' });
    return { status: 403, headers: json, body };
  }
  const body = JSON.stringify({
    code: 'unauthorised',
    message: 'the credentials of this channel are missing or wrong',
  });
  return { status: 401, headers: { ...json, 'www-authenticate': 'Basic realm="webhooks"' }, body };
}

/** In the query, a form or JSON; what cannot be read has none. */
function hasSecret(request: WebhookRequest, { field, header, value }: NonNullable<AuthConfig['secret']>): boolean {
  if (header !== undefined) return sameSecret(request.headers[header] ?? '', value);
  const read = readFields(request, 'all', { body: true, headers: [] });
  const given = read.kind === 'fields' && field !== undefined ? read.fields.get(field) : undefined;
  return sameSecret(given ?? '', value);
}

type Hmac = NonNullable<AuthConfig['hmac']>;

function isSigned(request: WebhookRequest, hmac: Hmac): boolean {
  const { timestamp } = hmac;
  const hash = createHmac(hmac.algorithm, hmac.key);
  if (timestamp !== undefined) hash.update(`${request.headers[timestamp.header] ?? ''}${timestamp.separator}`);
  const signed = hmac.over === 'body' ? request.body : queryOf(request.url);
  const wanted = hmac.prefix + hash.update(signed).digest(hmac.encoding);
  const given = request.headers[hmac.header] ?? '';
  // Hexadecimal digits may be written either way; base64 may not.
  return hmac.encoding === 'hex' ? sameSecret(given.toLowerCase(), wanted.toLowerCase()) : sameSecret(given, wanted);
}

function isFresh(
  { headers }: WebhookRequest,
  { header, toleranceSeconds }: NonNullable<Hmac['timestamp']>,
  nowMs: number,
): boolean {
  return Math.abs(nowMs - instantOf((headers[header] ?? '').trim())) <= toleranceSeconds * 1_000;
}

/** Seconds or milliseconds since 1970, or a date in words; `NaN`, which is never fresh, for anything else. */
function instantOf(timestamp: string): number {
  if (/^\d{1,10}$/.test(timestamp)) return Number(timestamp) * 1_000;
  return /^\d{11,15}$/.test(timestamp) ? Number(timestamp) : Date.parse(timestamp);
}

function hasPassword(request: WebhookRequest, basic: NonNullable<AuthConfig['basic']>): boolean {
  const wanted = `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  return sameSecret(`${scheme.toLowerCase()} ${credentials}`, `basic ${wanted.slice('Basic '.length)}`);
}

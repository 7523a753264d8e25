import { createHmac, timingSafeEqual } from 'node:crypto';

/** OAuth 1.0a (RFC 5849) as X asks it: HMAC-SHA1 over method, address and all parameters. */

export interface OAuth1Secrets {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly accessToken: string;
  readonly accessSecret: string;
}

export interface SignedRequest {
  readonly method: string;
  /** With the query. */
  readonly url: URL;
  /** The fields of an `application/x-www-form-urlencoded` body: they are signed too, JSON is not. */
  readonly form: URLSearchParams | null;
}

/** X refuses timestamps further off than this. */
const maxSkewMs = 300_000;

/** @returns the parameters of an `Authorization: OAuth …` header; null when it is none. */
export function parseOAuthHeader(header: string): ReadonlyMap<string, string> | null {
  if (!/^OAuth /i.test(header)) return null;
  const pairs = [...header.slice(6).matchAll(/([\w]+)="([^"]*)"/g)];
  try {
    return new Map(pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]));
  } catch {
    return null;
  }
}

/** @returns why the request is refused, for the simulator's log; null when it is well signed. */
export function oauth1Fault(
  request: SignedRequest,
  given: ReadonlyMap<string, string>,
  secrets: OAuth1Secrets,
  nowMs: number,
): string | null {
  if (given.get('oauth_consumer_key') !== secrets.consumerKey) return 'unknown oauth_consumer_key';
  if (given.get('oauth_token') !== secrets.accessToken) return 'unknown oauth_token';
  if (given.get('oauth_signature_method') !== 'HMAC-SHA1') return 'oauth_signature_method is not HMAC-SHA1';
  if (!given.get('oauth_nonce')) return 'oauth_nonce is missing';
  const skewMs = Math.abs(Number(given.get('oauth_timestamp')) * 1_000 - nowMs);
  if (!(skewMs <= maxSkewMs)) return `oauth_timestamp is off by ${Math.round(skewMs / 1_000)} s`;
  const expected = signatureOf(request, given, secrets);
  return isSame(given.get('oauth_signature') ?? '', expected) ? null : 'oauth_signature does not fit the request';
}

function signatureOf(
  { method, url, form }: SignedRequest,
  given: ReadonlyMap<string, string>,
  secrets: OAuth1Secrets,
): string {
  const signed = [...given].filter(([name]) => name !== 'oauth_signature' && name !== 'realm');
  const pairs = [...url.searchParams, ...(form ?? []), ...signed]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort();
  const base = [method.toUpperCase(), `${url.origin}${url.pathname}`, pairs.join('&')].map(encoded).join('&');
  const key = `${encoded(secrets.consumerSecret)}&${encoded(secrets.accessSecret)}`;
  return createHmac('sha1', key).update(base).digest('base64');
}

/** RFC 5849 §3.6: what encodeURIComponent leaves alone and the RFC does not. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type {
  ApiPartialResponseError,
  ApiRequestError,
  ApiResponseError,
  TwitterApi,
  TwitterResponse,
} from 'twitter-api-v2';
import { messageOf } from '../../../../src/domain/messageOf.js';
import { type Answer, offsetOf, type PeerClock, type RateLimit } from './answer.js';
import type { ClientIdentity, Signature } from './signature.js';

/**
 * The requests themselves, by the `twitter-api-v2` package, which signs them. Its reading loops, streams and token
 * refresher are not used: see README.md for what is wrong with them. It is loaded with the first request, so that a
 * gateway without this channel does not pay for it.
 */

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Relative to the API's `/2/`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly encoding: 'json' | 'url';
}

export class Transport {
  readonly #prefix: string;
  readonly #timeoutMs: number;
  /** Writes have no connection to share: one that X closed while it was idle would make a reply uncertain. */
  readonly #agents: Readonly<Record<'reads' | 'writes', HttpAgent>>;

  constructor(apiUrl: string, timeoutMs: number) {
    this.#prefix = `${apiUrl.replace(/\/+$/, '')}/2/`;
    this.#timeoutMs = timeoutMs;
    const Agent = apiUrl.startsWith('https:') ? HttpsAgent : HttpAgent;
    this.#agents = { reads: new Agent({ keepAlive: true, maxSockets: 4 }), writes: new Agent({ keepAlive: false }) };
  }

  async send(request: TransportRequest, signature: Signature | ClientIdentity): Promise<Answer> {
    const library = await import('twitter-api-v2');
    const isRead = request.method === 'GET';
    const client = signedClient(library.TwitterApi, signature, this.#agents[isRead ? 'reads' : 'writes']);
    try {
      const { data, headers } = await this.#dispatch(client, request);
      return { kind: 'answered', status: 200, body: data, clock: clockOf(headers) };
    } catch (error) {
      if (error instanceof library.ApiResponseError) return refusal(error);
      if (error instanceof library.ApiPartialResponseError) return cutOff(error);
      if (error instanceof library.ApiRequestError) return failure(error);
      return { kind: 'lost', cause: `unexpected: ${messageOf(error)}` };
    }
  }

  /** Of the package's verbs those that take the API's address as an argument: it has no setting for it. */
  #dispatch(
    { v2 }: TwitterApi,
    { method, path, query, body, encoding }: TransportRequest,
  ): Promise<TwitterResponse<unknown>> {
    const common = {
      fullResponse: true as const,
      prefix: this.#prefix,
      forceBodyMode: encoding,
      timeout: this.#timeoutMs,
      enableRateLimitSave: false,
    };
    if (method === 'GET') return v2.get(path, { ...query }, common);
    return method === 'POST' ? v2.post(path, { ...body }, common) : v2.put(path, { ...body }, common);
  }

  /** Cuts what is being read; what is being written has its answer yet to come. */
  stopReading(): void {
    this.#agents.reads.destroy();
  }
}

function signedClient(
  Client: typeof TwitterApi,
  signature: Signature | ClientIdentity,
  httpAgent: HttpAgent,
): TwitterApi {
  const settings = { httpAgent };
  if (signature.kind === 'bearer') return new Client(signature.token, settings);
  if (signature.kind === 'oauth1') return new Client(signature, settings);
  const { id, secret } = signature;
  // A public client names itself in the body alone.
  return secret === undefined
    ? new Client(undefined, settings)
    : new Client({ clientId: id, clientSecret: secret }, settings);
}

function refusal({ code, data, headers }: ApiResponseError): Answer {
  return { kind: 'answered', status: code, body: data, clock: clockOf(headers) };
}

/** An answer that is no JSON is one all the same where its status is an error's: a proxy's page. */
function cutOff({ response, responseError }: ApiPartialResponseError): Answer {
  const status = response.statusCode ?? 0;
  const clock = clockOf(response.headers);
  if (response.complete && status >= 400) return { kind: 'answered', status, body: null, clock };
  return { kind: 'lost', cause: `the answer broke off: ${responseError.message}` };
}

/** Errors that come before a single octet was written. */
const beforeWriting: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EMFILE', 'ENFILE'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'EPROTO'],
]);

function failure(error: ApiRequestError): Answer {
  const reason = reasonOf(error);
  const isConnecting = reason.syscall === 'connect' || reason.syscall === 'getaddrinfo';
  const code = reason.code ?? reason.message;
  return isConnecting || beforeWriting.has(code)
    ? { kind: 'unreached', cause: `X cannot be reached: ${code}` }
    : { kind: 'lost', cause: `the connection to X broke: ${code}` };
}

/** The library keeps the reason under `error` and its getter looks under `requestError` (1.29.1): it finds nothing. */
function reasonOf(error: ApiRequestError): { code?: string; syscall?: string; message: string } {
  const options: unknown = Reflect.get(error, '_options');
  const reason: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'error') : null;
  return reason instanceof Error ? reason : { message: 'no reason given' };
}

type Headers = Readonly<Record<string, unknown>>;

function clockOf(headers: Headers): PeerClock {
  const nowMs = Date.now();
  const dateMs = Date.parse(String(headers.date));
  const aheadMs = Number.isNaN(dateMs) ? null : dateMs - nowMs;
  return { aheadMs, rateLimit: rateLimitOf(headers, aheadMs) };
}

/** A reset is told by X's clock. */
function rateLimitOf(headers: Headers, aheadMs: number | null): RateLimit | null {
  const limit = Number(headers['x-rate-limit-limit']);
  const remaining = Number(headers['x-rate-limit-remaining']);
  const resetAtS = Number(headers['x-rate-limit-reset']);
  if (![limit, remaining, resetAtS].every(Number.isFinite)) return null;
  return { limit, remaining, resetAtMs: resetAtS * 1_000 - offsetOf(aheadMs) };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Networks } from '../domain/network.js';
import type { Log } from '../ports/log.js';
import type { WebhookAnswer, WebhookRequest } from '../ports/webhook.js';
import { sendError, sendFailure, sendUnavailable } from './errors.js';
import { UnderWay } from './underWay.js';

export type WebhookHandler = (request: WebhookRequest) => Promise<WebhookAnswer>;

export interface WebhookLimits {
  readonly bodyMaxBytes: number;
  /** Webhooks that wait for their commit at once; one more is answered with 503. */
  readonly underWayMax: number;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: Networks;
}

/**
 * Reads a request whole, hands it to its handler and answers. By node:http alone: with express' router, body parser and
 * response it took half as much processor time again for each webhook, and everything comes in here.
 */
export class Webhooks {
  readonly #underWay: UnderWay;

  constructor(
    private readonly limits: WebhookLimits,
    private readonly log: Log,
  ) {
    this.#underWay = new UnderWay(limits.underWayMax);
  }

  take(request: IncomingMessage, response: ServerResponse, handler: WebhookHandler): void {
    const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = request.headers;
    // Unpacked bytes would be others than those that were signed.
    if (encoding !== 'identity') {
      refuseUnread(response, 415, 'unsupported_encoding', 'send the body without content-encoding');
    } else if (Number(length) > this.limits.bodyMaxBytes) {
      this.#refuseTooLarge(response);
    } else {
      this.#read(request, response, handler);
    }
  }

  #read(request: IncomingMessage, response: ServerResponse, handler: WebhookHandler): void {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= this.limits.bodyMaxBytes) chunks.push(chunk);
      else if (!response.headersSent) this.#refuseTooLarge(response);
    });
    // Without this listener, a peer that goes in the middle of its body would end the process.
    request.on('error', () => {});
    request.on('end', () => {
      if (!response.headersSent) void this.#answer(request, response, oneBuffer(chunks), handler);
    });
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    handler: WebhookHandler,
  ): Promise<void> {
    try {
      const webhook = new ReceivedWebhook(request, body, this.limits.trustedProxies);
      const answer = await this.#underWay.run(() => handler(webhook));
      if (answer === null) sendUnavailable(response, 'more webhooks wait for the store than it can take now');
      else sendAnswer(response, answer);
    } catch (error) {
      sendFailure(response, error, this.log);
    }
  }

  #refuseTooLarge(response: ServerResponse): void {
    refuseUnread(response, 413, 'too_large', 'the body is longer than this gateway takes');
  }
}

/** What was not read would be taken for the next request of this connection. */
function refuseUnread(response: ServerResponse, status: number, code: string, message: string): void {
  response.setHeader('connection', 'close');
  sendError(response, status, code, message);
}

function sendAnswer(response: ServerResponse, { status, headers, body = '' }: WebhookAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function oneBuffer(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

/** Most handlers look at a few of these, so what costs something is made when it is asked for. */
class ReceivedWebhook implements WebhookRequest {
  readonly method: string;
  readonly url: string;
  /** Of the connection. Asked for now: a socket that was closed meanwhile has none. */
  readonly #peer: string;
  #query: URLSearchParams | null = null;
  #headers: Readonly<Record<string, string | undefined>> | null = null;

  constructor(
    private readonly request: IncomingMessage,
    readonly body: Buffer,
    private readonly trustedProxies: Networks,
  ) {
    this.method = request.method ?? '';
    this.url = request.url ?? '';
    this.#peer = request.socket.remoteAddress ?? '';
  }

  get query(): URLSearchParams {
    const at = this.url.indexOf('?');
    this.#query ??= new URLSearchParams(at === -1 ? '' : this.url.slice(at + 1));
    return this.#query;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    this.#headers ??= singleHeaders(this.request);
    return this.#headers;
  }

  /** The nearest address that is no trusted proxy: each proxy appends whom it got the request from. */
  get remoteAddress(): string {
    const forwarded = this.headers['x-forwarded-for'];
    if (forwarded === undefined || !this.trustedProxies.has(this.#peer)) return this.#peer;
    const farToNear = forwarded.split(',').map((address) => address.trim());
    return farToNear.findLast((address) => !this.trustedProxies.has(address)) ?? farToNear[0] ?? this.#peer;
  }
}

/** Node joins repeated headers itself, `set-cookie` excepted, which no peer of ours sends. */
function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers)) {
    single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}

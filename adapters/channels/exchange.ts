import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/**
 * One request to a peer and what came of it. By node:http, not `fetch`: only here can be told whether a request that
 * failed was ever written, and with it whether the peer may have done what it was asked.
 */

export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For everything: the queue for a connection, the connection, the request and the answer. */
  readonly timeoutMs: number;
  /** A longer answer counts as none. */
  readonly answerMaxBytes: number;
  /** Gives up at once. */
  readonly stop?: AbortSignal;
}

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Causes are words and codes; never a URL or a text. */
export type Exchanged =
  | Answered
  /** Nothing was written: the peer knows nothing of it. */
  | { readonly kind: 'unwritten'; readonly cause: string }
  /** It was written, or may have been, and no whole answer came. */
  | {
      readonly kind: 'unanswered';
      readonly cause: string;
      /** There was an answer, longer than was asked for. */
      readonly tooLong?: true;
    };

export type Agents = Readonly<Record<'http:' | 'https:', HttpAgent>>;

/** Idle connections are closed before common servers close them (5 s), or a request would be written to a closed one. */
const idleMs = 4_000;

/** @param connections at most so many to each host; further requests wait for their turn */
export function agentsOf(connections: number): Agents {
  const options = { keepAlive: true, maxSockets: connections, timeout: idleMs } as const;
  return { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
}

export function closeAgents(agents: Agents): void {
  agents['http:'].destroy();
  agents['https:'].destroy();
}

/** Never rejects, follows no redirect. */
export function exchange(agents: Agents, asked: Asked): Promise<Exchanged> {
  if (asked.stop?.aborted) return Promise.resolve({ kind: 'unwritten', cause: 'stopped' });
  return new Promise((resolve) => {
    const isTls = asked.url.protocol === 'https:';
    const body = asked.body === undefined ? null : Buffer.from(asked.body, 'utf8');
    const headers = { ...asked.headers, ...(body === null ? {} : { 'content-length': String(body.length) }) };
    const send = isTls ? requestHttps : requestHttp;
    const agent = agents[isTls ? 'https:' : 'http:'];
    const request = send(asked.url, { method: asked.method, headers, agent });
    const settle = new Settlement(request, asked.timeoutMs, resolve);
    const onStop = () => settle.failed('stopped');
    asked.stop?.addEventListener('abort', onStop, { once: true });
    request.once('close', () => asked.stop?.removeEventListener('abort', onStop));
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once(isTls ? 'secureConnect' : 'connect', () => settle.written());
      else settle.written();
    });
    request.once('error', (error: NodeJS.ErrnoException) => settle.failed(error.code ?? error.name));
    request.once('response', (response) => gather(response, asked.answerMaxBytes, settle));
    request.end(body);
  });
}

/** Settles one exchange once, whatever ends it first. */
class Settlement {
  #written = false;
  #settled = false;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly request: ClientRequest,
    timeoutMs: number,
    private readonly resolve: (exchanged: Exchanged) => void,
  ) {
    this.#timer = setTimeout(() => this.failed(`no answer within ${Math.round(timeoutMs)} ms`), Math.max(0, timeoutMs));
  }

  written(): void {
    this.#written = true;
  }

  failed(cause: string): void {
    this.#end({ kind: this.#written ? 'unanswered' : 'unwritten', cause });
    this.request.destroy();
  }

  tooLong(maxBytes: number): void {
    this.#end({ kind: 'unanswered', cause: `an answer longer than ${maxBytes} bytes`, tooLong: true });
    this.request.destroy();
  }

  answered(answer: Answered): void {
    this.#end(answer);
  }

  #end(exchanged: Exchanged): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.resolve(exchanged);
  }
}

function gather(response: IncomingMessage, maxBytes: number, settle: Settlement): void {
  // An answer proves the request, also where no socket told of its connection.
  settle.written();
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) settle.tooLong(maxBytes);
    else chunks.push(chunk);
  });
  response.once('error', (error: NodeJS.ErrnoException) => settle.failed(error.code ?? error.name));
  response.once('aborted', () => settle.failed('the connection was closed within the answer'));
  response.once('end', () => {
    const status = response.statusCode ?? 0;
    settle.answered({ kind: 'answered', status, headers: singleHeaders(response), body: Buffer.concat(chunks) });
  });
}

function singleHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headers).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [[name, Array.isArray(value) ? value.join(', ') : value]];
  });
  return Object.fromEntries(entries);
}

const longestRetryAfterMs = 3_600_000;

/**
 * `Retry-After` (RFC 9110 §10.2.3): seconds or a date, an hour at most.
 *
 * @returns null where there is none that can be read
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const waitMs = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), longestRetryAfterMs);
}

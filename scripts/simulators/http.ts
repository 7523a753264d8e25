import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type * as z from 'zod';

/** The little of HTTP that the simulators' APIs share: JSON in, JSON out, routes in a table. */

/** Ends a request with this status and `{ "code", "message" }`. */
export class HttpFault extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when the request has no body. */
  readonly body: unknown;
  /** Fires when the caller hangs up, so that a long poll can stop waiting. */
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface Route {
  readonly method: string;
  /** A path with `{name}` places, such as `/texts/{id}`. */
  readonly path: string;
  handle(request: ApiRequest): ApiAnswer | Promise<ApiAnswer>;
}

const maxBodyBytes = 1024 * 1024;

/** Serves a table of routes. Faults become `{ "code", "message" }`. */
export function jsonApi(routes: readonly Route[]): RequestListener {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return (request, response) => {
    void answer(compiled, request, response).catch((error: unknown) => sendFault(response, error));
  };
}

type CompiledRoute = { readonly route: Route; readonly pattern: RegExp };

async function answer(
  routes: readonly CompiledRoute[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  const onPath = routes.filter(({ pattern }) => pattern.test(url.pathname));
  const found = onPath.find(({ route }) => route.method === request.method);
  if (found === undefined) throw noRoute(request.method, url.pathname, onPath, routes);
  const aborted = new AbortController();
  response.once('close', () => aborted.abort());
  const { status, body } = await found.route.handle({
    params: paramsOf(found.pattern, url.pathname),
    query: url.searchParams,
    body: parseJson(await readBody(request, maxBodyBytes)),
    signal: aborted.signal,
  });
  sendJson(response, status, body);
}

function noRoute(
  method: string | undefined,
  path: string,
  onPath: readonly CompiledRoute[],
  routes: readonly CompiledRoute[],
): HttpFault {
  const offered = (onPath.length > 0 ? onPath : routes).map(({ route }) => `${route.method} ${route.path}`).join(', ');
  const status = onPath.length > 0 ? 405 : 404;
  return new HttpFault(status, 'no_such_route', `No ${method} ${path} here. There is: ${offered}`);
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function paramsOf(pattern: RegExp, path: string): Record<string, string> {
  const groups = pattern.exec(path)?.groups ?? {};
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new HttpFault(400, 'bad_path', 'The path holds a broken percent-escape');
  }
}

/** Listeners rather than `for await`: under the bench's load they take half the time. Rejects with HttpFault 413. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
    });
    request.once('error', reject);
    request.once('end', () => {
      if (bytes <= maxBytes) resolve(Buffer.concat(chunks, bytes));
      else reject(new HttpFault(413, 'too_large', `The body has ${bytes} bytes; ${maxBytes} is the limit`));
    });
  });
}

/** @throws HttpFault 400 when the body is not JSON. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new HttpFault(400, 'not_json', 'The body is not JSON');
  }
}

/** Checks a body against a schema. @throws HttpFault 400 that names every fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new HttpFault(400, 'invalid', faultText(result.error));
}

export function faultText(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}

/** Reads a whole number of the query; `fallback` when absent. @throws HttpFault 400. */
export function wholeNumber(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const given = query.get(name);
  if (given === null) return fallback;
  if (!/^\d{1,15}$/.test(given)) {
    throw new HttpFault(400, 'invalid', `${name}: expected a whole number, found "${given}"`);
  }
  return Math.min(Number(given), max);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const octets = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': octets.length, ...headers });
  response.end(octets);
}

export function sendFault(response: ServerResponse, error: unknown): void {
  const fault = error instanceof HttpFault ? error : new HttpFault(500, 'simulator_fault', String(error));
  sendJson(response, fault.status, { code: fault.code, message: fault.message });
}

/** @returns the port that was opened. Rejects when it is taken. */
export function listen(server: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function closeHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

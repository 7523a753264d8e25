import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IdleConnections } from './idleConnections.js';

/**
 * Limits against peers that are slow or many. Webhooks are small and come from a few peers, so all are far below
 * Node's defaults (requestTimeout 300 s, connections without limit).
 */
const limits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** Longer than a common proxy's 60 s, so that it is the proxy that closes an idle connection: no lost request. */
  keepAliveTimeoutMs: 65_000,
  checkEveryMs: 5_000,
  /** Far more than peers need. Beyond it the one that idled longest goes, so that idlers never keep a new one out. */
  connections: 1_000,
} as const;

/** Where too few idle to make room, connections are still taken up to this many times the limit, and then no more. */
const hardLimitFactor = 2;

const drainMsDefault = 10_000;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** How long `close` waits for requests under way. */
  readonly drainMs?: number;
  /** Beyond so many open connections, those that idle are closed, the idlest first. */
  readonly connectionsMax?: number;
  /** Within which a request must have come whole; its headers in at most `limits.headersTimeoutMs` of it. */
  readonly requestTimeoutMs?: number;
  /** How often slow requests are looked for. */
  readonly checkEveryMs?: number;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no new connection, lets requests under way finish within `drainMs`, then cuts the rest. */
  close(): Promise<void>;
}

/** Why listening failed, and what to do, by the error's code. */
const listenFaults: Readonly<Record<string, (at: string, port: number) => string>> = {
  EADDRINUSE: (at, port) =>
    `${at} is in use, perhaps by another lapor-gateway. See who has it with \`ss -ltnp 'sport = :${port}'\` and stop it, or set another server.port`,
  EACCES: (at) => `not allowed to listen on ${at}: ports below 1024 need a privilege. Set another server.port`,
  EADDRNOTAVAIL: (at) => `${at} can't be listened on: server.host is no address of this machine`,
  ENOTFOUND: (at) => `${at} can't be listened on: server.host is not a known name`,
};

/** A failure to listen that an operator can mend. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Resolves when connections are taken. Rejects with a `ListenError` that says what to do. */
export async function startHttpServer(app: RequestListener, options: HttpServerOptions): Promise<HttpServer> {
  const requestTimeoutMs = options.requestTimeoutMs ?? limits.requestTimeoutMs;
  const server = createServer({
    headersTimeout: Math.min(limits.headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: options.checkEveryMs ?? limits.checkEveryMs,
  });
  const connectionsMax = options.connectionsMax ?? limits.connections;
  server.maxConnections = connectionsMax * hardLimitFactor;
  const idle = new IdleConnections(connectionsMax);
  server.on('connection', (socket) => idle.opened(socket));
  let closing = false;
  server.on('request', (request, response) => {
    if (closing) response.setHeader('connection', 'close');
    const { socket } = request;
    idle.busy(socket);
    // A connection that falls idle while we close would stay until its keep-alive ends.
    response.once('close', () => {
      idle.answered(socket);
      if (closing) server.closeIdleConnections();
    });
    app(request, response);
  });
  const port = await listen(server, options);
  const close = (): Promise<void> => {
    closing = true;
    return drain(server, options.drainMs ?? drainMsDefault);
  };
  let closed: Promise<void> | null = null;
  return {
    port,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const explain = listenFaults[error.code ?? ''];
      const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const message = explain?.(at, port) ?? `${at} can't be listened on: ${error.code ?? error.name}`;
      reject(new ListenError(message, { cause: error }));
    };
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      // With a host and a port the address is always of this form.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function drain(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

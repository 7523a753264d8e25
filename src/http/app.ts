import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express from 'express';
import { Networks, parseNetwork } from '../domain/network.js';
import { mediaPath } from '../media/links.js';
import type { Log } from '../ports/log.js';
import { errorHandler, sendError } from './errors.js';
import { type WebhookHandler, Webhooks } from './webhooks.js';

/** The largest webhooks that peers document are tens of kilobytes. */
const bodyMaxBytesDefault = 64 * 1024;

/**
 * Far more than a store that keeps up has waiting: at 10,000 a second and 5 ms a commit there are 50. Beyond it the
 * store is behind, and a peer that is told so comes again later, instead of waiting until it gives up.
 */
const webhooksUnderWayMaxDefault = 1_000;

const webhookMethods: ReadonlySet<string> = new Set(['GET', 'POST']);

export interface Check {
  readonly ok: boolean;
  /** For a person; never a secret or an address. */
  readonly detail?: string;
}

export interface Readiness {
  /** False: send this instance no traffic. A single channel that is down is not a reason. */
  readonly ready: boolean;
  /** By what was looked at: `store`, `tracker`, `channels.telkomsel`, … */
  readonly checks: Readonly<Record<string, Check>>;
}

export interface HttpDeps {
  readonly log: Log;
  readiness(): Promise<Readiness>;
  /** Metrics in Prometheus' text format, version 0.0.4. */
  metrics(): Promise<string>;
  /** By channel id, asked for with each request; null for one that takes no webhooks, undefined where there is none. */
  readonly channels: Pick<ReadonlyMap<string, WebhookHandler | null>, 'get'>;
  /** Answers what begins with `/media/`. */
  readonly media: RequestListener;
  /** Null where the tracker pushes nothing. */
  readonly trackerEvents: WebhookHandler | null;
  readonly bodyMaxBytes?: number;
  /** Webhooks that wait for their commit at once; one more is answered with 503. */
  readonly webhooksUnderWayMax?: number;
  /**
   * Addresses or networks of reverse proxies whose X-Forwarded-For is believed. Without one, a webhook's remote
   * address is the connection's: a header that anyone may send must not get past a channel's list of addresses.
   */
  readonly trustedProxies?: readonly string[];
}

/** Everything that the gateway says over HTTP. Does not listen: see `startHttpServer`. */
export function createHttpApp(deps: HttpDeps): RequestListener {
  const { channels, trackerEvents, trustedProxies = [] } = deps;
  const webhooks = new Webhooks(
    {
      bodyMaxBytes: deps.bodyMaxBytes ?? bodyMaxBytesDefault,
      underWayMax: deps.webhooksUnderWayMax ?? webhooksUnderWayMaxDefault,
      trustedProxies: new Networks(trustedProxies.flatMap((text) => parseNetwork(text) ?? [])),
    },
    deps.log,
  );
  const operations = operationsApp(deps);
  return (request, response) => {
    const path = pathOf(request);
    if (path.startsWith(mediaPath)) {
      deps.media(request, response);
      return;
    }
    const handler = path.startsWith(webhookPath)
      ? channelHandler(channels.get(path.slice(webhookPath.length)), request, response)
      : eventsHandler(path === eventsPath ? trackerEvents : undefined, request, response);
    if (handler === undefined) operations(request, response);
    else if (handler !== null) webhooks.take(request, response, handler);
  };
}

const webhookPath = '/webhooks/';
const eventsPath = '/tracker/events';

/** Without the query and a slash at the end. Channels' names need no escapes, so none are undone. */
function pathOf({ url = '' }: IncomingMessage): string {
  const queryAt = url.indexOf('?');
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Turns away what no channel will take, before its body is read. @returns null where it was answered. */
function channelHandler(
  handler: WebhookHandler | null | undefined,
  { method = '' }: IncomingMessage,
  response: ServerResponse,
): WebhookHandler | null {
  if (handler === undefined) {
    sendError(response, 404, 'unknown_channel', 'no channel of this name is configured');
    return null;
  }
  if (handler === null) {
    response.setHeader('allow', '');
    sendError(response, 405, 'method_not_allowed', 'this channel takes no webhooks');
    return null;
  }
  if (webhookMethods.has(method)) return handler;
  response.setHeader('allow', [...webhookMethods].join(', '));
  sendError(response, 405, 'method_not_allowed', 'use GET or POST');
  return null;
}

/** @returns undefined where it is no request for events; null where it was answered. */
function eventsHandler(
  handler: WebhookHandler | null | undefined,
  { method }: IncomingMessage,
  response: ServerResponse,
): WebhookHandler | null | undefined {
  if (handler === null || handler === undefined) return undefined;
  if (method === 'POST') return handler;
  response.setHeader('allow', 'POST');
  sendError(response, 405, 'method_not_allowed', 'use POST');
  return null;
}

/** What probes and Prometheus ask. */
function operationsApp(deps: HttpDeps): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', async (_request, response) => {
    const readiness = await deps.readiness();
    response
      .status(readiness.ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json(readiness);
  });
  app.get('/metrics', async (_request, response) => {
    const metrics = await deps.metrics();
    response.set('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(metrics);
  });
  app.use((_request, response) => sendError(response, 404, 'not_found', 'there is nothing here'));
  app.use(errorHandler(deps.log));
  return app;
}

import express from 'express';
import type { Log } from '../ports/log.js';
import type { WebhookAnswer, WebhookRequest } from '../ports/webhook.js';
import { errorHandler, sendError, sendUnavailable } from './errors.js';
import { UnderWay } from './underWay.js';
import { sendAnswer, webhookRequestOf } from './webhookRequest.js';

/** The largest webhooks that peers document are tens of kilobytes. */
const bodyMaxBytesDefault = 64 * 1024;

/**
 * Far more than a store that keeps up has waiting: at 10,000 a second and 5 ms a commit there are 50. Beyond it the
 * store is behind, and a peer that is told so comes again later, instead of waiting until it gives up.
 */
const webhooksUnderWayMaxDefault = 1_000;

const webhookMethods: ReadonlySet<string> = new Set(['GET', 'POST']);

export type WebhookHandler = (request: WebhookRequest) => Promise<WebhookAnswer>;

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
export function createHttpApp(deps: HttpDeps): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...(deps.trustedProxies ?? [])]);
  // Signatures are over bytes, so bodies stay raw. Unpacked bytes would be others than those that were signed.
  const rawBody = express.raw({ type: () => true, limit: deps.bodyMaxBytes ?? bodyMaxBytesDefault, inflate: false });
  app.use(operations(deps));
  const underWay = new UnderWay(deps.webhooksUnderWayMax ?? webhooksUnderWayMaxDefault);
  app.all('/webhooks/:channel', acceptable(deps.channels), rawBody, async (request, response) => {
    const handler = deps.channels.get(String(request.params.channel));
    if (!handler) return;
    const answer = await underWay.run(() => handler(webhookRequestOf(request)));
    if (answer === null) sendUnavailable(response, 'more webhooks wait for the store than it can take now');
    else sendAnswer(response, answer);
  });
  const { trackerEvents } = deps;
  if (trackerEvents !== null) {
    app.post('/tracker/events', rawBody, async (request, response) => {
      sendAnswer(response, await trackerEvents(webhookRequestOf(request)));
    });
    app.all('/tracker/events', (_request, response) => {
      response.setHeader('allow', 'POST');
      sendError(response, 405, 'method_not_allowed', 'use POST');
    });
  }
  app.use((_request, response) => sendError(response, 404, 'not_found', 'there is nothing here'));
  app.use(errorHandler(deps.log));
  return app;
}

/** What probes and Prometheus ask. */
function operations(deps: HttpDeps): express.Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const readiness = await deps.readiness();
    response
      .status(readiness.ready ? 200 : 503)
      .set('cache-control', 'no-store')
      .json(readiness);
  });
  router.get('/metrics', async (_request, response) => {
    const metrics = await deps.metrics();
    response.set('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(metrics);
  });
  return router;
}

/** Turns away what no channel will take, before its body is read. */
function acceptable(channels: HttpDeps['channels']): express.RequestHandler {
  return (request, response, next) => {
    const handler = channels.get(String(request.params.channel));
    if (handler === undefined) {
      sendError(response, 404, 'unknown_channel', 'no channel of this name is configured');
    } else if (handler === null) {
      response.setHeader('allow', '');
      sendError(response, 405, 'method_not_allowed', 'this channel takes no webhooks');
    } else if (!webhookMethods.has(request.method)) {
      response.setHeader('allow', [...webhookMethods].join(', '));
      sendError(response, 405, 'method_not_allowed', 'use GET or POST');
    } else {
      next();
    }
  };
}

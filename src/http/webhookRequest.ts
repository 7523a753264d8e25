import type { Request, Response } from 'express';
import type { WebhookAnswer, WebhookRequest } from '../ports/webhook.js';

/** What the parser left in `request.body`: nothing at all where the request had no body. */
export function webhookRequestOf(request: Request): WebhookRequest {
  const body: unknown = request.body;
  const queryAt = request.originalUrl.indexOf('?');
  return {
    method: request.method,
    url: request.originalUrl,
    query: new URLSearchParams(queryAt === -1 ? '' : request.originalUrl.slice(queryAt + 1)),
    headers: singleHeaders(request),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    remoteAddress: request.ip ?? '',
  };
}

export function sendAnswer(response: Response, answer: WebhookAnswer): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.end(answer.body);
}

/** Node joins repeated headers itself, `set-cookie` excepted, which no peer of ours sends. */
function singleHeaders(request: Request): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers)) {
    single[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return single;
}

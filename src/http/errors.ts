import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import type { Log } from '../ports/log.js';

/** How soon a peer should come back when a handler failed, or the store is behind. */
const retryAfterSeconds = 10;

/** Every error body has this shape; it never quotes what came in. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  const body = JSON.stringify({ code, message });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, headers).end(body);
}

/** Nothing was taken; the peer should come again. */
export function sendUnavailable(response: ServerResponse, message: string): void {
  response.setHeader('retry-after', String(retryAfterSeconds));
  sendError(response, 503, 'unavailable', message);
}

/** A handler failed: says so, and keeps the stack for the log. Half an answer can't be mended but by closing. */
export function sendFailure(response: ServerResponse, error: unknown, log: Log): void {
  log.error({ cause: error instanceof Error ? error.stack : 'unknown' }, 'an HTTP handler failed');
  if (response.headersSent) response.destroy();
  else sendUnavailable(response, 'the gateway could not take this now; send it again');
}

/** Express' last handler. What its router cannot read is the peer's fault, all else is ours. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (statusOf(error) === 400) sendError(response, 400, 'bad_request', 'the request could not be read');
    else sendFailure(response, error, log);
  };
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500;
  return typeof error.status === 'number' ? error.status : 500;
}

import type { ErrorRequestHandler, Response } from 'express';
import type { Log } from '../ports/log.js';

/** How soon a peer should come back when a handler failed, or the store is behind. */
const retryAfterSeconds = 10;

/** Faults of the request, by the status that the parsers give them. What is not here is our own fault. */
const requestFaults: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'bad_request', message: 'the request could not be read' },
  413: { code: 'too_large', message: 'the body is longer than this gateway takes' },
  415: { code: 'unsupported_encoding', message: 'send the body without content-encoding' },
};

/** Every error body has this shape; it never quotes what came in. */
export function sendError(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ code, message });
}

/** Nothing was taken; the peer should come again. */
export function sendUnavailable(response: Response, message: string): void {
  response.setHeader('retry-after', String(retryAfterSeconds));
  sendError(response, 503, 'unavailable', message);
}

/** The last handler: says what kind of fault it was, keeps the stack for the log. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      // Half an answer can't be mended: Express' own handler closes the connection.
      next(error);
      return;
    }
    const status = statusOf(error);
    const fault = requestFaults[status];
    if (fault !== undefined) {
      sendError(response, status, fault.code, fault.message);
      return;
    }
    log.error({ cause: error instanceof Error ? error.stack : 'unknown' }, 'an HTTP handler failed');
    sendUnavailable(response, 'the gateway could not take this now; send it again');
  };
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500;
  return typeof error.status === 'number' ? error.status : 500;
}

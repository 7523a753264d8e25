import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { followUpSchema } from '../../../src/domain/followUp.js';
import { reportSchema } from '../../../src/domain/report.js';
import { type ApiAnswer, checked, HttpFault, parseJson, readBody, sendFault, sendJson } from '../http.js';
import type { Timers } from '../timers.js';
import type { ApiRouteName, Failure, Failures } from './failures.js';
import { type Ledger, LedgerFull, type Ticket } from './ledger.js';

/**
 * The tracker API as the gateway's contract has it. Plain node:http, no framework and no log: the bench asks for
 * 6,000 reports a second while it measures someone else.
 */

const maxBodyBytes = 256 * 1024;

export interface TrackerApi {
  readonly ledger: Ledger;
  readonly failures: Failures;
  readonly timers: Timers;
  /** Required as `Authorization: Bearer` when not null. */
  readonly token: string | null;
  readonly onChange: () => void;
}

interface Call {
  readonly route: ApiRouteName;
  readonly trackingId: string;
  readonly query: URLSearchParams;
  readonly idempotencyKey: string | undefined;
  readonly body: Buffer;
}

interface ApiRoute {
  readonly method: string;
  readonly pattern: RegExp;
  readonly name: ApiRouteName;
  answer(api: TrackerApi, call: Call): ApiAnswer;
}

const routes: readonly ApiRoute[] = [
  { method: 'POST', pattern: /^\/reports$/, name: 'reports', answer: fileReport },
  { method: 'POST', pattern: /^\/reports\/([^/]+)\/follow-ups$/, name: 'follow-ups', answer: fileFollowUp },
  { method: 'GET', pattern: /^\/reports\/([^/]+)$/, name: 'tickets', answer: showTicket },
  { method: 'GET', pattern: /^\/events$/, name: 'events', answer: showEvents },
];

export function trackerApi(api: TrackerApi): RequestListener {
  return (request, response) => {
    void serve(api, request, response).catch((error: unknown) => sendFault(response, error));
  };
}

async function serve(api: TrackerApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, maxBodyBytes);
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
  const route = routes.find(({ method, pattern }) => method === request.method && pattern.test(path));
  if (route === undefined) throw new HttpFault(404, 'no_such_route', `The tracker has no ${request.method} ${path}`);
  const failure = api.failures.next(route.name);
  if (failure?.delayMs !== undefined) await delayed(api.timers, failure.delayMs);
  if (failure !== null && suffers(failure, response)) return;
  authorize(api.token, request.headers.authorization);
  const answer = route.answer(api, {
    route: route.name,
    trackingId: route.pattern.exec(path)?.[1] ?? '',
    query: new URLSearchParams(search),
    idempotencyKey: request.headers['idempotency-key']?.toString(),
    body,
  });
  if (failure?.dropAfterStore) response.destroy();
  else sendJson(response, answer.status, answer.body);
}

/** @returns true when that was all the request gets. */
function suffers(failure: Failure, response: ServerResponse): boolean {
  if (failure.dropConnection) response.destroy();
  if (failure.status !== undefined) {
    const { status, retryAfterSeconds } = failure;
    const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    sendJson(response, status, { code: 'simulated', message: `The simulator was told to answer ${status}` }, headers);
  }
  return failure.dropConnection === true || failure.hang === true || failure.status !== undefined;
}

function delayed(timers: Timers, delayMs: number): Promise<void> {
  return new Promise((resolve) => timers.after(delayMs, resolve));
}

function authorize(token: string | null, header: string | undefined): void {
  if (token !== null && header !== `Bearer ${token}`) {
    throw new HttpFault(
      401,
      'unauthorized',
      'Expected the header Authorization: Bearer with the token given to the simulator',
    );
  }
}

function fileReport(api: TrackerApi, { body, idempotencyKey }: Call): ApiAnswer {
  const report = checked(reportSchema, parseJson(body));
  if (idempotencyKey !== report.id) {
    throw new HttpFault(
      400,
      'idempotency_key',
      `Expected the header Idempotency-Key to be the report's id, ${report.id}`,
    );
  }
  try {
    const { ticket, isNew } = api.ledger.file(report);
    api.onChange();
    return { status: isNew ? 201 : 200, body: { trackingId: ticket.trackingId, status: ticket.status } };
  } catch (error) {
    if (error instanceof LedgerFull) throw new HttpFault(507, 'full', 'The simulator holds --max-tickets reports');
    throw error;
  }
}

function fileFollowUp(api: TrackerApi, { body, trackingId }: Call): ApiAnswer {
  known(api.ledger, trackingId);
  const followUp = checked(followUpSchema, parseJson(body));
  const isNew = api.ledger.addFollowUp(trackingId, followUp);
  api.onChange();
  return { status: isNew ? 201 : 200, body: { id: followUp.id } };
}

function showTicket(api: TrackerApi, { trackingId }: Call): ApiAnswer {
  const { status, agency, message, updatedAtMs, dueAt } = known(api.ledger, trackingId);
  const updatedAt = new Date(updatedAtMs).toISOString();
  return { status: 200, body: { trackingId, status, agency, message, updatedAt, dueAt } };
}

function showEvents(api: TrackerApi, { query }: Call): ApiAnswer {
  const after = query.get('after') ?? '';
  if (!/^\d{0,15}$/.test(after)) throw new HttpFault(400, 'cursor', 'after: expected a cursor that this API has given');
  return { status: 200, body: api.ledger.eventsAfter(Number(after)) };
}

function known(ledger: Ledger, trackingId: string): Ticket {
  const ticket = ledger.ticket(trackingId);
  if (ticket === undefined)
    throw new HttpFault(404, 'unknown_ticket', 'The tracker has no ticket with this tracking id');
  return ticket;
}

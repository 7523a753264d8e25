import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FollowUp } from '../../../../src/domain/followUp.js';
import type { Report } from '../../../../src/domain/report.js';
import type { Status } from '../../../../src/domain/status.js';
import type { StatusEvent } from '../../../../src/domain/statusEvent.js';

interface Ticket {
  readonly trackingId: string;
  readonly report: Report;
  status: Status;
  sequence: number;
  message: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What to answer instead of what a tracker would; `hang` never answers. */
export type Scripted =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang'
  | 'reset';

/** A small tracker on a real socket that speaks the contract, and misbehaves on demand. */
export class PeerTracker {
  readonly seen: SeenRequest[] = [];
  readonly tickets = new Map<string, Ticket>();
  readonly followUps = new Map<string, FollowUp>();
  readonly events: unknown[] = [];
  readonly #byReport = new Map<string, Ticket>();
  readonly #server: Server;
  #waiters: (() => void)[] = [];
  #script: Scripted[] = [];
  #always: Scripted | null = null;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#handle(request, Buffer.concat(chunks).toString('utf8'), response));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Resolves once `count` requests have come in whole, answered or not. */
  async untilSeen(count: number): Promise<void> {
    while (this.seen.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** The next requests get these answers, in this order. */
  script(...answers: readonly Scripted[]): void {
    this.#script.push(...answers);
  }

  /** Every request gets this answer, until null. */
  always(answer: Scripted | null): void {
    this.#always = answer;
  }

  move(trackingId: string, status: Status, message: string): void {
    const ticket = this.tickets.get(trackingId);
    if (ticket === undefined) throw new Error('no such ticket');
    Object.assign(ticket, { status, message, sequence: ticket.sequence + 1 });
    const data = { reportId: ticket.report.id, trackingId, sequence: ticket.sequence, status, message };
    const event: StatusEvent = { type: 'report.status_changed', timestamp: '2026-11-22T08:00:00+07:00', data };
    this.events.push(event);
  }

  #handle(request: IncomingMessage, body: string, response: ServerResponse): void {
    this.seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    for (const wake of this.#waiters.splice(0)) wake();
    const scripted = this.#always ?? this.#script.shift();
    if (scripted === undefined) this.#answer(request, body, response);
    else if (scripted === 'reset') response.destroy();
    else if (scripted !== 'hang') response.writeHead(scripted.status, scripted.headers).end(scripted.body);
  }

  #answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://peer');
    const route = `${request.method} ${url.pathname.replace(/^\/reports\/[^/]+/, '/reports/:id')}`;
    const trackingId = decodeURIComponent(url.pathname.split('/')[2] ?? '');
    const [status, answer] = this.#route(route, trackingId, url, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #route(route: string, trackingId: string, url: URL, body: string): [number, unknown] {
    switch (route) {
      case 'POST /reports':
        return this.#file(JSON.parse(body) as Report);
      case 'POST /reports/:id/follow-ups':
        return this.#followUp(trackingId, JSON.parse(body) as FollowUp);
      case 'GET /reports/:id':
        return this.#status(trackingId);
      case 'GET /events': {
        const after = Number(url.searchParams.get('after') ?? 0);
        return [200, { events: this.events.slice(after), cursor: String(this.events.length) }];
      }
      default:
        return [404, { code: 'not_found', message: 'no such path' }];
    }
  }

  #file(report: Report): [number, unknown] {
    const known = this.#byReport.get(report.id);
    if (known !== undefined) return [200, { trackingId: known.trackingId, status: known.status }];
    const trackingId = String(9_165_816 + this.tickets.size);
    const ticket: Ticket = { trackingId, report, status: 'received', sequence: 0, message: '' };
    this.tickets.set(trackingId, ticket);
    this.#byReport.set(report.id, ticket);
    return [201, { trackingId, status: 'received' }];
  }

  #followUp(trackingId: string, followUp: FollowUp): [number, unknown] {
    if (!this.tickets.has(trackingId)) return unknownTicket;
    this.followUps.set(followUp.id, followUp);
    return [201, {}];
  }

  #status(trackingId: string): [number, unknown] {
    const ticket = this.tickets.get(trackingId);
    if (ticket === undefined) return unknownTicket;
    const { status, message } = ticket;
    return [200, { trackingId, status, message, updatedAt: '2026-11-22T08:00:00+07:00' }];
  }
}

const unknownTicket: [number, unknown] = [404, { code: 'unknown_ticket', message: 'no such ticket' }];

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readBody, sendJson } from '../../http.js';
import type { Timers } from '../../timers.js';
import type { Push } from '../push/push.js';
import type { XSimulator } from '../simulator.js';
import { accountEndpoints } from './accounts.js';
import type { CallerKind } from './app.js';
import { conversationEndpoints } from './conversations.js';
import { type Answer, type Call, type Endpoint, unknownParameter } from './endpoint.js';
import type { Fault } from './faults.js';
import type { Allowance } from './limits.js';
import { mediaEndpoints, serveMedia } from './media.js';
import { invalidRequest, known, knownProblems, problemBody, XProblem } from './problems.js';
import { timelineEndpoints } from './timelines.js';
import { tokenAnswer } from './token.js';
import { usageEndpoints } from './usage.js';
import { writingEndpoints } from './writing.js';

/**
 * X's API over HTTP. A request goes through what X would do, in X's order: who calls, how often, what is left of the
 * credits, and only then what was asked.
 */

/** All that X answers to. */
export function endpointsOf({ filtered, activity, webhooks }: Push): readonly Endpoint[] {
  return [
    ...accountEndpoints,
    ...timelineEndpoints,
    ...writingEndpoints,
    ...conversationEndpoints,
    ...mediaEndpoints,
    ...usageEndpoints,
    ...filtered.endpoints,
    ...activity.endpoints,
    ...webhooks.endpoints,
  ];
}

interface CompiledEndpoint {
  readonly endpoint: Endpoint;
  readonly pattern: RegExp;
}

/** Exact paths win over those with places: `/2/users/me` is no user with the id `me`. */
function compile(endpoints: readonly Endpoint[]): readonly CompiledEndpoint[] {
  return endpoints
    .map((endpoint) => ({
      endpoint,
      pattern: new RegExp(`^${endpoint.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }))
    .sort((one, other) => Number(one.endpoint.path.includes('{')) - Number(other.endpoint.path.includes('{')));
}

const maxBodyBytes = 1024 * 1024;

export function xApi(x: XSimulator, endpoints: readonly Endpoint[], timers: Timers): RequestListener {
  const compiled = compile(endpoints);
  return (request, response) => {
    const exchange = new Conversation(x, compiled, timers, request, response);
    void exchange.run().catch((error: unknown) => exchange.fail(error));
  };
}

class Conversation {
  readonly #url: URL;
  #name = 'unknown';
  #call: Call | null = null;
  #headers: Record<string, string> = {};

  constructor(
    private readonly x: XSimulator,
    private readonly endpoints: readonly CompiledEndpoint[],
    private readonly timers: Timers,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.#url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  }

  async run(): Promise<void> {
    const { x, request, response } = this;
    response.setHeader('date', new Date(x.nowMs()).toUTCString());
    const octets = await readBody(request, maxBodyBytes);
    const { pathname } = this.#url;
    if (pathname === '/2/oauth2/token') return this.#token(octets);
    if (pathname.startsWith('/media/')) {
      const key = /^\/media\/(\w+)\.\w+$/.exec(pathname)?.[1] ?? '';
      return serveMedia(x.media.get(key), request.method === 'HEAD', response);
    }
    const found = this.endpoints.find(
      ({ endpoint, pattern }) => endpoint.method === request.method && pattern.test(pathname),
    );
    if (found === undefined) throw noEndpoint(pathname);
    const { endpoint, pattern } = found;
    this.#name = endpoint.name;
    const fault = x.faults.next(endpoint.name);
    if (await this.#suffers(fault)) return;
    const caller = this.#caller(endpoint, octets);
    this.#takeAllowance(endpoint, caller);
    this.#checkBudget(endpoint);
    const params = pattern.exec(pathname)?.groups ?? {};
    this.#call = { x, caller, params, query: this.#url.searchParams, body: jsonOf(octets) };
    this.#checkParameters(endpoint);
    const answer = await endpoint.answer(this.#call);
    this.#settle(answer, fault);
  }

  fail(error: unknown): void {
    const { wording } = this.x.switches;
    const shape =
      error instanceof XProblem ? error.shape : { ...knownProblems['internal-error'], detail: String(error) };
    const headers = { ...this.#headers, 'content-type': 'application/problem+json; charset=utf-8' };
    this.#answered(shape.status, problemBody(shape, wording), headers);
  }

  async #token(octets: Buffer): Promise<void> {
    this.#name = 'token';
    const fault = this.x.faults.next('token');
    if (await this.#suffers(fault)) return;
    const form = new URLSearchParams(octets.toString());
    const answer = tokenAnswer(this.x, form, this.request.headers.authorization);
    this.#settle(answer, fault);
  }

  /** @returns true when that was all the request gets. */
  async #suffers(fault: Fault | null): Promise<boolean> {
    if (fault === null) return false;
    const { delayMs } = fault;
    if (delayMs !== undefined) await new Promise<void>((resolve) => this.timers.after(delayMs, resolve));
    if (fault.problem !== undefined) throw this.#problemWithHeaders(fault.problem);
    if (fault.status !== undefined) {
      this.x.noteAnswer(this.#name, fault.status);
      this.response
        .writeHead(fault.status, { 'content-type': 'text/html' })
        .end('<html><body>Over capacity</body></html>');
      return true;
    }
    if (fault.dropConnection) this.#drop();
    return fault.dropConnection === true || fault.hang === true;
  }

  /** A 429 that was asked for tells of its reset as a real one does. */
  #problemWithHeaders(name: keyof typeof knownProblems): XProblem {
    if (name === 'rate-limited') {
      const resetAtS = Math.ceil((this.x.nowMs() + this.x.switches.windowMs) / 1_000);
      this.#headers = limitHeaders({ limit: 0, remaining: 0, resetAtS, isAllowed: false });
    }
    return known(name);
  }

  #caller(endpoint: Endpoint, octets: Buffer): CallerKind {
    const { x, request } = this;
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    const signed = {
      method: request.method ?? 'GET',
      url: this.#url,
      form: isForm ? new URLSearchParams(octets.toString()) : null,
    };
    const caller = x.app.identify(request.headers.authorization, signed, x.nowMs());
    if (caller === null) throw known('unauthorized');
    if (!endpoint.callers.includes(caller)) throw wrongCaller(caller, endpoint.callers);
    return caller;
  }

  #takeAllowance(endpoint: Endpoint, caller: CallerKind): void {
    const limit = caller === 'app' ? endpoint.perApp : endpoint.perUser;
    if (limit === null) return;
    const { limits, switches } = this.x;
    const allowance = limits.take(`${endpoint.name} ${caller === 'app'}`, limit, switches.windowMs, this.x.nowMs());
    this.#headers = limitHeaders(allowance);
    if (switches.enforceLimits && !allowance.isAllowed) throw known('rate-limited');
  }

  #checkBudget({ method }: Endpoint): void {
    const { bill, switches } = this.x;
    if (switches.creditsUsd !== null && bill.totalUsd >= switches.creditsUsd) throw known('no-credits');
    const isRead = method === 'GET' && this.#name !== 'getUsage';
    if (isRead && switches.monthlyReadCap !== null && bill.postsRead >= switches.monthlyReadCap)
      throw known('usage-capped');
  }

  #checkParameters({ parameters }: Endpoint): void {
    for (const name of this.#url.searchParams.keys()) if (!parameters.includes(name)) throw unknownParameter(name);
  }

  #settle(answer: Answer, fault: Fault | null): void {
    if (fault?.hangAfterStore) this.x.noteAnswer(this.#name, 0);
    else if (fault?.dropAfterStore) this.#drop();
    else this.#give(answer);
  }

  #give(answer: Answer): void {
    const headers = { ...this.#headers, 'content-type': 'application/json; charset=utf-8' };
    if ('stream' in answer) {
      this.x.noteAnswer(this.#name, 200);
      this.response.writeHead(200, headers);
      this.response.flushHeaders();
      answer.stream(this.response);
      return;
    }
    this.#answered(answer.status, answer.body, headers);
  }

  #answered(status: number, answer: unknown, headers: Readonly<Record<string, string>>): void {
    this.x.noteAnswer(this.#name, status);
    if (this.#call !== null) {
      const { caller, params, query, body: request } = this.#call;
      this.x.settings.observe?.({ operation: this.#name, caller, params, query, request, status, answer });
    }
    sendJson(this.response, status, answer, headers);
  }

  #drop(): void {
    this.x.noteAnswer(this.#name, 0);
    this.response.destroy();
  }
}

function limitHeaders({ limit, remaining, resetAtS }: Allowance): Record<string, string> {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(resetAtS),
  };
}

function jsonOf(octets: Buffer): unknown {
  if (octets.length === 0) return undefined;
  try {
    return JSON.parse(octets.toString('utf8'));
  } catch {
    throw invalidRequest('body', '', 'The body is not JSON');
  }
}

function noEndpoint(path: string): XProblem {
  return new XProblem({ status: 404, title: 'Not Found', detail: `Not Found: ${path}`, type: null });
}

const callerNames: Readonly<Record<CallerKind, string>> = {
  oauth1: 'OAuth 1.0a User Context',
  oauth2: 'OAuth 2.0 User Context',
  app: 'OAuth 2.0 Application-Only',
};

function wrongCaller(caller: CallerKind, allowed: readonly CallerKind[]): XProblem {
  const supported = allowed.map((kind) => callerNames[kind]).join(', ');
  return new XProblem({
    status: 403,
    title: 'Unsupported Authentication',
    detail: `Authenticating with ${callerNames[caller]} is forbidden for this endpoint. Supported authentication types are [${supported}].`,
    type: 'unsupported-authentication',
  });
}

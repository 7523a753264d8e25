import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import nock from 'nock';

/**
 * A peer that says what a test tells it to, octet by octet where need be: pages of posts as X gives them, and answers that
 * X's simulator, which plays by X's rules, would never give.
 */

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type FakeAnswer =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** Takes the response over. */
  | ((response: ServerResponse) => void);

export const selfId = '1708000000000000001';
export const citizenId = '2222222222222222222';

export class FakeX {
  readonly requests: FakeRequest[] = [];
  /** Newest last. */
  readonly mentions: Readonly<Record<string, unknown>>[] = [];
  /** By method and path: what is answered in place of the usual. */
  readonly answers = new Map<string, (request: FakeRequest) => FakeAnswer>();
  readonly #sockets = new Set<Socket>();
  #waiting: (() => void)[] = [];
  #replies = 0;

  private constructor(private readonly server: Server) {}

  /** nock stands aside meanwhile: `twitter-api-v2` always calls https.request, which nock's stand-in refuses for HTTP. */
  static async listen(): Promise<FakeX> {
    if (nock.isActive()) nock.restore();
    const server = createServer();
    const fake = new FakeX(server);
    server.on('connection', (socket) => {
      fake.#sockets.add(socket);
      socket.on('close', () => fake.#sockets.delete(socket));
    });
    server.on('request', (request, response) => void fake.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when a fact holds; looked at after each request. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const deadlineMs = Date.now() + 10_000;
    while (!isSo()) {
      if (Date.now() > deadlineMs) throw new Error(`not within 10 s: ${what}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, 20).unref();
      });
    }
  }

  to(method: string, path: string): readonly FakeRequest[] {
    return this.requests.filter((request) => request.method === method && request.path === path);
  }

  async close(): Promise<void> {
    await this.goAway();
    if (!nock.isActive()) nock.activate();
  }

  /** Cuts every connection, and takes no new one. */
  async goAway(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.server.listening) return;
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const seen: FakeRequest = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(seen);
    const answer = (this.answers.get(`${seen.method} ${pathname}`) ?? this.#usual(seen))(seen);
    if (typeof answer === 'function') answer(response);
    else {
      const { status = 200, body = {}, headers = {} } = answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #usual({ method, path, query }: FakeRequest): () => FakeAnswer {
    if (path === '/2/users/me')
      return () => ({ body: { data: { id: selfId, username: 'lapor1708', name: 'LAPOR!' } } });
    if (path === `/2/users/${selfId}/mentions`) return () => ({ body: this.#mentionsSince(query.get('since_id')) });
    if (method === 'POST' && path === '/2/tweets') {
      this.#replies += 1;
      return () => ({ status: 201, body: { data: { id: `9${String(this.#replies).padStart(18, '0')}` } } });
    }
    return () => ({ body: { meta: { result_count: 0 } } });
  }

  #mentionsSince(since: string | null): unknown {
    const data = this.mentions.filter((post) => since === null || BigInt(String(post.id)) > BigInt(since)).reverse();
    return { ...(data.length > 0 && { data }), meta: { result_count: data.length } };
  }
}

let lastId = 2_000_000_000_000_000_000n;

/** A mention as X gives it. */
export function mention(
  text: string,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  lastId += 1n;
  const id = String(lastId);
  return {
    id,
    text: `@lapor1708 ${text}`,
    author_id: citizenId,
    created_at: new Date().toISOString(),
    conversation_id: id,
    edit_history_tweet_ids: [id],
    display_text_range: [0, 11 + text.length],
    ...given,
  };
}

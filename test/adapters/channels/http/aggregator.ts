import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Taken {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Told {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The sending side of an aggregator: answers as it is told, and keeps what it took. */
export class Aggregator {
  readonly taken: Taken[] = [];
  /** Null breaks the connection instead of answering. */
  answer: (taken: Taken) => Told | null = () => ({ status: 202, body: '0: Accepted for delivery' });
  readonly #server = createServer((request, response) => this.#take(request, response));

  static async listen(): Promise<Aggregator> {
    const aggregator = new Aggregator();
    aggregator.#server.listen(0, '127.0.0.1');
    await once(aggregator.#server, 'listening');
    return aggregator;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/send`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://aggregator');
      const taken = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      this.taken.push(taken);
      const told = this.answer(taken);
      if (told === null) request.socket.destroy();
      else response.writeHead(told.status, told.headers).end(told.body);
    });
  }
}

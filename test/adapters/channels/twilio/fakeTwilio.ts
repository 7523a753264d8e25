import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Told {
  readonly status: number;
  readonly json: unknown;
}

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

/** The REST side of Twilio: answers as it is told, and keeps what it was asked. */
export class FakeTwilio {
  readonly asked: Asked[] = [];
  /** Null breaks the connection instead of answering. */
  answer: (asked: Asked) => Told | null = () => ({ status: 404, json: { code: 20404, status: 404 } });
  readonly #server = createServer((request, response) => this.#take(request, response));

  static async listen(): Promise<FakeTwilio> {
    const twilio = new FakeTwilio();
    twilio.#server.listen(0, '127.0.0.1');
    await once(twilio.#server, 'listening');
    return twilio;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bodies of the messages it was asked to send. */
  get sent(): string[] {
    return this.asked.filter(({ method }) => method === 'POST').map(({ form }) => form.get('Body') ?? '');
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
      const asked = {
        method: request.method ?? '',
        url: new URL(request.url ?? '', 'http://twilio'),
        headers: request.headers,
        form: new URLSearchParams(Buffer.concat(chunks).toString('utf8')),
      };
      this.asked.push(asked);
      const told = this.answer(asked);
      if (told === null) request.socket.destroy();
      else response.writeHead(told.status, { 'content-type': 'application/json' }).end(JSON.stringify(told.json));
    });
  }
}

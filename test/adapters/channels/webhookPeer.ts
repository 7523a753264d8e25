import { request } from 'node:http';
import { createHttpApp } from '../../../src/http/app.js';
import { type HttpServer, startHttpServer } from '../../../src/http/server.js';
import type { Channel, Inbox } from '../../../src/ports/channel.js';
import type { Verdict } from '../../conformance/channel.js';
import { MemoryLog } from '../../fakes/log.js';

export interface Asked {
  readonly method?: 'GET' | 'POST';
  /** With the question mark, or empty. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A peer of a channel's webhooks: over a real socket and the gateway's own HTTP server. */
export class WebhookPeer {
  readonly log: MemoryLog;

  private constructor(
    private readonly server: HttpServer,
    log: MemoryLog,
  ) {
    this.log = log;
  }

  static async serve(channel: Pick<Channel, 'handleWebhook'>, inbox: Inbox): Promise<WebhookPeer> {
    const log = new MemoryLog();
    const app = createHttpApp({
      log,
      readiness: async () => ({ ready: true, checks: {} }),
      metrics: async () => '',
      channels: new Map([
        ['tested', (asked) => channel.handleWebhook?.(asked, inbox) ?? Promise.resolve({ status: 405 })],
      ]),
      trackerEvents: null,
      media: (_request, response) => response.writeHead(404).end(),
    });
    return new WebhookPeer(await startHttpServer(app, { host: '127.0.0.1', port: 0, drainMs: 500 }), log);
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}/webhooks/tested`;
  }

  ask({ method = 'GET', query = '', headers = {}, body }: Asked): Promise<Got> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.url}${query}`, { method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  /** Resolves when the server has answered something that was asked later. */
  async roundTrip(): Promise<void> {
    await fetch(new URL('/healthz', this.url));
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

/** What a peer that looks at the status alone makes of an answer. */
export function verdictOf({ status }: Pick<Got, 'status'>): Verdict {
  if (status >= 200 && status < 300) return 'acknowledged';
  if (status === 503) return 'send_again';
  throw new Error(`neither an acknowledgement nor a request to come again: ${status}`);
}

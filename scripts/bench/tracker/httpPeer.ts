import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PeerCounts {
  readonly reports: number;
  /** Reports that came again with a known idempotency key. */
  readonly repeats: number;
  readonly followUps: number;
  readonly replyTexts: number;
}

const reportsPath = '/reports';
const followUpsEnd = '/follow-ups';
const replyTextPath = '/reply-text';
const json = { 'content-type': 'application/json' };

/**
 * The cheapest peer that is still correct: a tracker for the gateway (the contract's `POST /reports`, idempotent by
 * key), and for Kannel a page whose text becomes the reply. It reads bodies to their end and looks at none.
 */
export class HttpPeer {
  readonly #server: Server = createServer((request, answer) => this.#take(request, answer));
  readonly #trackingIds = new Map<string, number>();
  #nextTrackingId = 1_000_000;
  #repeats = 0;
  #followUps = 0;
  #replyTexts = 0;

  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  counts(): PeerCounts {
    return {
      reports: this.#trackingIds.size,
      repeats: this.#repeats,
      followUps: this.#followUps,
      replyTexts: this.#replyTexts,
    };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(request: IncomingMessage, answer: ServerResponse): void {
    const path = request.url ?? '';
    request.resume();
    request.once('end', () => {
      if (request.method === 'POST' && path === reportsPath) this.#file(request, answer);
      else if (request.method === 'POST' && path.endsWith(followUpsEnd)) this.#followUp(answer);
      else if (path.startsWith(replyTextPath)) this.#replyText(answer);
      else answer.writeHead(404).end();
    });
  }

  #file(request: IncomingMessage, answer: ServerResponse): void {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') {
      answer.writeHead(400, json).end('{"code":"no_key","message":"Idempotency-Key is missing"}');
      return;
    }
    const known = this.#trackingIds.get(key);
    const trackingId = known ?? this.#nextTrackingId++;
    if (known === undefined) this.#trackingIds.set(key, trackingId);
    else this.#repeats++;
    answer.writeHead(known === undefined ? 201 : 200, json).end(`{"trackingId":"${trackingId}","status":"received"}`);
  }

  #followUp(answer: ServerResponse): void {
    this.#followUps++;
    answer.writeHead(201, json).end('{}');
  }

  #replyText(answer: ServerResponse): void {
    const number = this.#nextTrackingId++;
    this.#replyTexts++;
    answer
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(
        `Terima kasih. Laporan Anda kami terima dengan nomor #${number}. Balas STATUS ${number} untuk perkembangan.`,
      );
  }
}

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf } from '../../../../src/domain/messageOf.js';
import type { LinkHealth } from '../../../../src/ports/channel.js';
import type { Log } from '../../../../src/ports/log.js';
import { Pacer } from '../inbound/pacer.js';
import { LineReader } from './lineReader.js';
import { StreamBackoff, type StreamEnd } from './streamBackoff.js';

/**
 * A stream of X, kept open. Not by `twitter-api-v2`, whose stream corrupts a character that comes in two pieces, waits
 * for ever on a connection that died in silence, and stays closed once it is closed.
 *
 *   closed --> connecting --> open --> closed ...
 */

/** X sends a sign of life every 20 s; the rest is for the way. */
const silenceMs = 25_000;

export interface StreamSettings {
  readonly name: string;
  readonly url: string;
  readonly bearerToken: string;
  /** Makes sure that there is something to stream; null when all is well, else what is not. */
  readonly prepare: () => Promise<string | null>;
  /** Takes a message. Rejects when it was not stored: the stream is then closed, and what was missed is read by polling. */
  readonly take: (message: unknown) => Promise<void>;
  /** The stream is open: what came before is to be read by other means. */
  readonly onOpen: () => void;
  readonly silenceMs?: number;
}

interface Ended {
  readonly end: StreamEnd;
  readonly cause: string;
}

export class Stream {
  readonly #pacer = new Pacer();
  readonly #backoff = new StreamBackoff();
  #health: LinkHealth;

  constructor(
    private readonly settings: StreamSettings,
    private readonly log: Log,
  ) {
    this.#health = { name: settings.name, state: 'closed', sinceMs: Date.now(), detail: '' };
  }

  health(): LinkHealth {
    return this.#health;
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#move('connecting', '');
      const { end, cause } = await this.#once(stop);
      if (stop.aborted) break;
      if (end === 'served') this.#backoff.delayMs('served');
      // A stream that was open and broke is a lost connection like any other, from the first wait on.
      const waitMs = this.#backoff.delayMs(end === 'served' ? 'network' : end);
      this.#move('closed', `${cause}; opened again in ${Math.ceil(waitMs / 1_000)} s`);
      await this.#pacer.wait(waitMs, stop);
    }
    this.#move('closed', '');
  }

  async #once(stop: AbortSignal): Promise<Ended> {
    const missing = await this.settings.prepare();
    if (missing !== null) return { end: 'http', cause: missing };
    const opened = await this.#open(stop);
    if ('end' in opened) return opened;
    const { request, response } = opened;
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      request.destroy();
      return { end: status === 429 ? 'rate_limited' : 'http', cause: `X answered with status ${status}` };
    }
    this.#move('open', '');
    this.settings.onOpen();
    return this.#read(request, response, stop);
  }

  #open(stop: AbortSignal): Promise<{ request: ClientRequest; response: IncomingMessage } | Ended> {
    const { url, bearerToken } = this.settings;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve) => {
      const headers = { authorization: `Bearer ${bearerToken}`, accept: 'application/json' };
      const request = send(url, { headers, signal: stop, timeout: this.#silenceMs });
      request.on('response', (response) => {
        // From here on the watchdog sees to it: it knows a sign of life.
        request.setTimeout(0);
        resolve({ request, response });
      });
      request.on('timeout', () => request.destroy(new Error('no answer')));
      // Stays: a request that ends later with an error has nobody else to tell it to.
      request.on('error', (error) => resolve({ end: 'network', cause: messageOf(error) }));
      request.end();
    });
  }

  /** Until it ends, breaks or falls silent. Messages are taken one after the other. */
  async #read(request: ClientRequest, response: IncomingMessage, stop: AbortSignal): Promise<Ended> {
    const watchdog = setTimeout(() => request.destroy(new Error('not even a sign of life')), this.#silenceMs);
    const lines = new LineReader();
    let end: StreamEnd = 'network';
    try {
      for await (const chunk of response) {
        watchdog.refresh();
        for (const line of lines.push(chunk as Buffer)) {
          end = 'served';
          if (line.trim() !== '') await this.#take(line);
          if (stop.aborted) return { end, cause: 'stopped' };
        }
      }
      return { end, cause: 'X closed the stream' };
    } catch (error) {
      return { end, cause: messageOf(error) };
    } finally {
      clearTimeout(watchdog);
      request.destroy();
    }
  }

  async #take(line: string): Promise<void> {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      message = { unparsed: line };
    }
    const notice = noticeOf(message);
    if (notice !== null) throw new Error(`X says: ${notice}`);
    await this.settings.take(message);
  }

  #move(state: string, detail: string): void {
    if (this.#health.state === state && this.#health.detail === detail) return;
    this.#health = { name: this.settings.name, state, detail, sinceMs: Date.now() };
    const fields = { stream: this.settings.name, state, detail };
    if (state === 'closed' && detail !== '') this.log.warn(fields, 'the stream is closed');
    else this.log.info(fields, 'the stream');
  }

  get #silenceMs(): number {
    return this.settings.silenceMs ?? silenceMs;
  }
}

/** What X says of the stream itself before it closes it, such as `operational-disconnect`. */
function noticeOf(message: unknown): string | null {
  if (typeof message !== 'object' || message === null || 'data' in message || !('errors' in message)) return null;
  const [first]: unknown[] = Array.isArray(message.errors) ? message.errors : [];
  const title: unknown = typeof first === 'object' && first !== null ? Reflect.get(first, 'title') : null;
  return typeof title === 'string' ? title : 'an error without a title';
}

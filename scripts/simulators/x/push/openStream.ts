import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Switches } from '../switches.js';

/**
 * One response that stays open: JSON objects, each ended by `\r\n`, and a bare `\r\n` whenever it is quiet. What is written
 * can be cut into chunks anywhere, also inside a character.
 */
export class OpenStream {
  #queued = 0;
  #written: Promise<void> = Promise.resolve();
  #keepAlive: NodeJS.Timeout | null = null;
  #isSilent = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly switches: () => Switches,
    onEnd: () => void,
  ) {
    response.once('close', () => {
      if (this.#keepAlive !== null) clearTimeout(this.#keepAlive);
      onEnd();
    });
    this.#rest();
  }

  send(object: unknown): void {
    this.#write(`${JSON.stringify(object)}\r\n`);
  }

  /** Says why and ends, as X does when it restarts a server. */
  end(reason: unknown): void {
    this.send(reason);
    this.#written = this.#written.then(() => void this.response.end());
  }

  drop(): void {
    this.response.destroy();
  }

  /** The connection stays and nothing comes any more: a network that died without a word. */
  silence(): void {
    this.#isSilent = true;
  }

  #write(text: string): void {
    if (this.#isSilent || this.response.destroyed) return;
    if (this.#queued >= this.switches().streamBacklog) {
      this.drop();
      return;
    }
    this.#queued += 1;
    this.#written = this.#written.then(() => this.#writeChunks(Buffer.from(text)));
    this.#rest();
  }

  async #writeChunks(octets: Buffer): Promise<void> {
    const size = this.switches().chunkOctets ?? octets.length;
    for (let start = 0; start < octets.length && !this.response.destroyed; start += size) {
      if (start > 0) await turn();
      if (!this.response.write(octets.subarray(start, start + size))) await this.#drained();
    }
    this.#queued -= 1;
  }

  /** A client that does not read holds back what comes after, until there is too much of it. */
  #drained(): Promise<void> {
    const { response } = this;
    return new Promise((resolve) => {
      const settle = () => {
        response.off('drain', settle).off('close', settle);
        resolve();
      };
      response.once('drain', settle).once('close', settle);
    });
  }

  #rest(): void {
    if (this.#keepAlive !== null) clearTimeout(this.#keepAlive);
    this.#keepAlive = setTimeout(() => {
      this.#write('\r\n');
      if (!this.#isSilent && !this.response.destroyed) this.#rest();
    }, this.switches().keepAliveMs);
  }
}

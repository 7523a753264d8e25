import type { ChannelHealth } from '../../src/ports/channel.js';
import type { Exchanged } from './exchange.js';

/**
 * The health of a peer that is reached by single requests: as the last one found it. A peer that cannot be reached may
 * still reach us, so the channel is then `degraded`; where everything comes by our own requests it is `down`.
 */
export class PeerHealth {
  #running = false;
  #state = 'not asked yet';
  #sinceMs = Date.now();
  #detail = '';

  /** @param name shown to people: a host, no credentials */
  constructor(
    private readonly name: string,
    private readonly whenUnreachable: 'degraded' | 'down' = 'degraded',
  ) {}

  start(): void {
    this.#running = true;
  }

  stop(): void {
    this.#running = false;
  }

  note(exchanged: Exchanged): void {
    const isGone = exchanged.kind !== 'answered';
    const isRefusing = exchanged.kind === 'answered' && (exchanged.status === 401 || exchanged.status === 403);
    if (isGone) this.#set('unreachable', `${exchanged.cause}; each reply is tried again`);
    else if (isRefusing) this.#set('refusing', `answers ${exchanged.status}: are the credentials right?`);
    else this.#set('answering', '');
  }

  health(): ChannelHealth {
    const link = { name: this.name, state: this.#state, sinceMs: this.#sinceMs, detail: this.#detail };
    if (!this.#running) return { state: 'down', links: [link] };
    return { state: this.#detail === '' ? 'up' : this.whenUnreachable, links: [link] };
  }

  #set(state: string, detail: string): void {
    if (state !== this.#state) this.#sinceMs = Date.now();
    this.#state = state;
    this.#detail = detail;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelMeter, Inbox, LinkHealth } from '../../../src/ports/channel.js';
import type { Log } from '../../../src/ports/log.js';
import { type AttemptEnd, Backoff } from './backoff.js';
import type { BindRole } from './bind.js';
import { bindRefusal, statusName } from './codec/status.js';
import type { SmppConfig } from './config.js';
import { Link } from './link.js';

export interface SessionOptions {
  readonly config: SmppConfig;
  readonly role: BindRole;
  /** Counted from 1, for people. */
  readonly number: number;
  readonly log: Log;
  readonly meter: ChannelMeter;
  readonly onRoom: () => void;
}

/**
 * One of a channel's binds, kept up: link after link, on the hosts in turn.
 *
 *   idle -> connecting -> binding -> bound -> draining -> backing_off -> connecting … -> idle
 *
 * After a failure it backs off from `reconnectMinSeconds` to `reconnectMaxSeconds`; after a refusal that a person must
 * mend it waits `refusedRetrySeconds`, for ever: the telco may mend it on its side. See `Link` for the rest.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #backoff: Backoff;
  #link: Link | null = null;
  #attempts = 0;
  #state = 'idle';
  #sinceMs = Date.now();
  #detail = '';
  /** Why the last attempt ended. */
  #trouble = '';

  constructor(options: SessionOptions) {
    const { reconnectMinSeconds, reconnectMaxSeconds, refusedRetrySeconds } = options.config;
    this.#options = options;
    this.#backoff = new Backoff({
      minMs: reconnectMinSeconds * 1_000,
      maxMs: reconnectMaxSeconds * 1_000,
      refusedMs: refusedRetrySeconds * 1_000,
    });
  }

  get link(): Link | null {
    return this.#link;
  }

  get isBound(): boolean {
    return this.#link?.state === 'bound';
  }

  health(): LinkHealth {
    const { role, number } = this.#options;
    const linkState = this.#link?.state;
    const state = linkState === undefined || linkState === 'closed' ? this.#state : linkState;
    const inFlight = this.#link?.outstandingSubmits ?? 0;
    return {
      name: `${role} ${number} at ${this.#target()}`,
      state,
      sinceMs: this.#sinceMs,
      detail: this.#detail,
      inFlight,
    };
  }

  /** Resolves after `stop`, when the link has been given up in good order. */
  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const end = await this.#attempt(inbox, stop);
      this.#attempts += 1;
      if (stop.aborted) break;
      const waitMs = this.#backoff.delayMs(end);
      this.#enter('backing_off', `${this.#trouble}; next attempt in ${(waitMs / 1_000).toFixed(1)} s`);
      await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
    }
    this.#enter('idle', '');
  }

  async #attempt(inbox: Inbox, stop: AbortSignal): Promise<AttemptEnd> {
    const { config, role, log, meter, onRoom } = this.#options;
    const link = new Link({ host: this.#host(), role, config, inbox, log, meter, onRoom });
    this.#link = link;
    const drain = () => void link.drain('the gateway stops');
    stop.addEventListener('abort', drain, { once: true });
    this.#enter('connecting', this.#trouble);
    try {
      return await this.#follow(link, stop);
    } finally {
      stop.removeEventListener('abort', drain);
      this.#link = null;
    }
  }

  async #follow(link: Link, stop: AbortSignal): Promise<AttemptEnd> {
    const { log, meter } = this.#options;
    const target = this.#target();
    const bind = await link.open();
    meter.count('bind', { result: bind.kind === 'refused' ? statusName(bind.status) : bind.kind });
    if (bind.kind === 'bound') {
      this.#enter('bound', '');
      log.info({ target, link: link.number }, 'bound');
      const cause = await link.closed;
      const boundForMs = Date.now() - this.#sinceMs;
      if (!stop.aborted) meter.count('link_lost');
      log[stop.aborted ? 'info' : 'warn']({ target, link: link.number, cause }, 'link ended');
      this.#trouble = `link lost: ${cause}`;
      return { kind: 'lost', boundForMs };
    }
    await link.closed;
    if (bind.kind === 'failed') {
      if (!stop.aborted) log.warn({ target, cause: bind.cause }, 'could not bind');
      this.#trouble = `could not bind: ${bind.cause}`;
      return { kind: 'failed' };
    }
    const { credentials, advice } = bindRefusal(bind.status);
    log.error({ target, status: statusName(bind.status), advice }, 'bind refused');
    this.#trouble = `bind refused with ${statusName(bind.status)}: ${advice}`;
    return { kind: 'refused', credentials };
  }

  #host(): string {
    const { hosts } = this.#options.config;
    return hosts[(this.#attempts + this.#options.number - 1) % hosts.length] ?? hosts[0];
  }

  #target(): string {
    return `${this.#host()}:${this.#options.config.port}`;
  }

  #enter(state: string, detail: string): void {
    this.#state = state;
    this.#sinceMs = Date.now();
    this.#detail = detail;
  }
}

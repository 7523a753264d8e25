import { messageOf } from '../domain/messageOf.js';
import type { ChannelInbox } from '../intake/channelInbox.js';
import { type Channel, type ChannelHealth, stopLimitMs } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { Hold } from '../ports/operations.js';
import type { Replier } from '../replies/replier.js';
import { within } from './within.js';

/** How a channel is made, each time its links are begun anew: an adapter's channel runs once. */
export interface ChannelSetup {
  /** The adapter's name. */
  readonly adapter: string;
  readonly medium: string;
  create(): Channel;
}

export interface ServedChannelDeps {
  readonly inbox: ChannelInbox;
  readonly replierOf: (channel: Channel) => Replier;
  readonly log: Log;
  /** How long it may take in all to give the links up, replies under way included. */
  readonly drainMs: number;
}

interface Links {
  readonly channel: Channel;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

interface Sending {
  readonly replier: Replier;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** After the links are gone each reply under way has its outcome; this is for recording it. */
const recordMs = 2_000;

const noLinks: ChannelHealth = { state: 'down', links: [] };

/**
 * One channel in service: its links, and the replier that sends over them.
 *
 *   idle --start--> serving --pause--> paused --resume--> serving
 *                      |                 |
 *                      +------drain------+--> drained --resume--> serving
 *
 * - serving: links are up, texts come in, replies go out.
 * - paused: the same without replies; they wait in the store.
 * - drained: no links; the telco keeps its texts.
 *
 * Each way down lets replies under way come to their end first. Then the links are given up, by which every reply has an
 * outcome, and that is recorded: all within `drainMs`, of which replies get what the rest may not need. Callers see to it that one change ends before the next begins;
 * `stop` alone may come at any time.
 */
export class ServedChannel {
  #links: Links | null = null;
  #sending: Sending | null = null;
  /** Those that were told to stop and have replies under way still. */
  readonly #ending = new Set<Sending>();
  #hold: Hold | null = null;
  #stopped = false;

  constructor(
    readonly id: string,
    readonly setup: ChannelSetup,
    private readonly deps: ServedChannelDeps,
  ) {}

  get hold(): Hold | null {
    return this.#hold;
  }

  /** Null while it is drained. */
  get channel(): Channel | null {
    return this.#links?.channel ?? null;
  }

  get inbox(): ChannelInbox {
    return this.deps.inbox;
  }

  /** Replies under way. */
  get repliesUnderWay(): number {
    const current = this.#sending === null ? [] : [this.#sending];
    return [...current, ...this.#ending].reduce((sum, { replier }) => sum + replier.underWay, 0);
  }

  health(): ChannelHealth {
    return this.#links?.channel.health() ?? noLinks;
  }

  /** There may be replies to send. */
  wake(): void {
    this.#sending?.replier.wake();
  }

  /** @param channel made by `setup`, where the caller made it already. */
  start(hold: Hold | null, channel: Channel | null = null): void {
    this.#hold = hold;
    if (hold !== 'drained') this.#openLinks(channel ?? this.setup.create());
    if (hold === null) this.#startSending();
  }

  /** @returns whether all replies under way came to their end in time; those that did not are still waited for. */
  async pause(): Promise<boolean> {
    this.#hold = 'paused';
    const sending = this.#stopSending();
    return sending === null || (await within(this.deps.drainMs, sending.ended));
  }

  resume(): void {
    this.#hold = null;
    if (this.#links === null) this.#openLinks(this.setup.create());
    this.#startSending();
  }

  async drain(): Promise<void> {
    this.#hold = 'drained';
    await this.#close();
  }

  /** Gives the links up and begins them anew; a paused channel stays paused. */
  async rebind(): Promise<void> {
    await this.#close();
    if (this.#stopped) return;
    this.#openLinks(this.setup.create());
    if (this.#hold === null) this.#startSending();
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#close();
  }

  /** For a stop that must not wait any longer: leaves what is under way to its leases. */
  abandon(): void {
    this.#sending?.replier.abandon();
    for (const { replier } of this.#ending) replier.abandon();
  }

  async #close(): Promise<void> {
    this.#stopSending();
    await within(Math.max(0, this.deps.drainMs - stopLimitMs - recordMs), this.#allEnded());
    const links = this.#links;
    links?.stop.abort();
    await links?.ended;
    this.#links = null;
    if (await within(recordMs, this.#allEnded())) return;
    this.deps.log.warn({ channel: this.id }, 'not all replies came to an end; their leases bring them back');
    this.abandon();
  }

  #openLinks(channel: Channel): void {
    if (this.#stopped) return;
    const stop = new AbortController();
    this.#links = { channel, stop, ended: this.#guard(channel.run(this.deps.inbox, stop.signal)) };
  }

  #startSending(): void {
    if (this.#links === null || this.#sending !== null) return;
    const replier = this.deps.replierOf(this.#links.channel);
    const stop = new AbortController();
    this.#sending = { replier, stop, ended: replier.run(stop.signal) };
  }

  #stopSending(): Sending | null {
    const sending = this.#sending;
    if (sending === null) return null;
    this.#sending = null;
    this.#ending.add(sending);
    sending.stop.abort();
    void sending.ended.then(() => this.#ending.delete(sending));
    return sending;
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#ending].map(({ ended }) => ended));
  }

  /** One channel that cannot go on must not take the others with it; its health says what is wrong. */
  async #guard(run: Promise<void>): Promise<void> {
    try {
      await run;
    } catch (error) {
      this.deps.log.error({ channel: this.id, error: messageOf(error) }, 'stopped for good');
    }
  }
}

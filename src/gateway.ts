import { randomUUID } from 'node:crypto';
import type { Understand } from './conversation/understand.js';
import { messageOf } from './domain/messageOf.js';
import { Forwarder } from './forward/forwarder.js';
import { ChannelInbox } from './intake/channelInbox.js';
import type { Channel } from './ports/channel.js';
import type { Log } from './ports/log.js';
import type { Store } from './ports/store.js';
import type { Tracker } from './ports/tracker.js';
import type { ReplyPolicy } from './replies/policy.js';
import { Replier } from './replies/replier.js';
import { StatusSink } from './replies/statusSink.js';
import type { ReplyTexts } from './replies/texts.js';
import type { Metrics } from './telemetry/metrics.js';
import type { BackoffRange } from './work/backoff.js';
import { startJobs } from './work/jobs.js';

export interface GatewaySettings {
  readonly joinWindowMs: number;
  readonly forward: { readonly inFlight: number; readonly attempts: number; readonly retry: BackoffRange };
  readonly replies: ReplyPolicy & { readonly inFlight: number; readonly deadlineMs: number };
}

export interface GatewayParts {
  readonly store: Store;
  readonly tracker: Tracker;
  /** By channel id, with the medium that the adapter declares. */
  readonly channels: ReadonlyMap<string, { readonly channel: Channel; readonly medium: string }>;
  readonly understand: Understand;
  readonly texts: ReplyTexts;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** How long a stop waits for what is under way before it leaves the rest to the leases. */
const drainMs = 20_000;

/**
 * The gateway without its outside: channels feed the store, the forwarder takes reports from it to the tracker, one
 * replier a channel takes replies from it to the citizens. They meet only in the store; a wake is a hint, never a fact.
 */
export class Gateway {
  readonly forwarder: Forwarder;
  readonly statusSink: StatusSink;
  readonly inboxes: ReadonlyMap<string, ChannelInbox>;
  readonly #repliers: readonly Replier[];
  readonly #intakeStop = new AbortController();
  readonly #workStop = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #working: Promise<void>[] = [];
  #stopJobs: (() => Promise<void>) | null = null;

  constructor(
    private readonly parts: GatewayParts,
    settings: GatewaySettings,
  ) {
    const { store, tracker, understand, texts, metrics, log } = parts;
    const owner = randomUUID();
    const repliesQueued = (): void => this.#wakeRepliers();
    const listener = { ...metrics.forward, repliesQueued };
    this.forwarder = new Forwarder(store, tracker, understand, texts, { owner, ...settings.forward }, listener, log);
    this.statusSink = new StatusSink(store, texts, { status: (result) => metrics.status(result), repliesQueued }, log);
    const intake = {
      ...metrics.intake,
      accepted: (...[channelId, summary]: Parameters<typeof metrics.intake.accepted>) => {
        metrics.intake.accepted(channelId, summary);
        this.forwarder.wake();
      },
    };
    const entries = [...parts.channels];
    this.inboxes = new Map(
      entries.map(([id, { medium }]) => [id, new ChannelInbox(id, medium, store, settings.joinWindowMs, intake, log)]),
    );
    this.#repliers = entries.map(
      ([channelId, { channel }]) =>
        new Replier(store, channel, { owner, channelId, ...settings.replies }, metrics.replies, log),
    );
  }

  start(): void {
    const { store, tracker, channels, log } = this.parts;
    this.#working.push(this.forwarder.run(this.#workStop.signal));
    for (const replier of this.#repliers) this.#working.push(replier.run(this.#workStop.signal));
    this.#running.push(this.#guard('tracker', tracker.run(this.statusSink, this.#intakeStop.signal)));
    for (const [id, inbox] of this.inboxes) {
      const run = channels.get(id)?.channel.run(inbox, this.#intakeStop.signal);
      if (run !== undefined) this.#running.push(this.#guard(id, run));
    }
    this.#stopJobs = startJobs(store, () => this.forwarder.wake(), log);
  }

  /** Ends what is under way, at most for `drainMs`; nothing is lost by what then is left. */
  async stop(): Promise<void> {
    await this.#stopJobs?.();
    this.#workStop.abort();
    const overdue = setTimeout(() => this.#abandon(), drainMs);
    // Replies under way need their channel: first the work, then the links.
    await Promise.all(this.#working);
    this.#intakeStop.abort();
    await Promise.all(this.#running);
    clearTimeout(overdue);
    await this.parts.tracker.close();
    await this.parts.store.close();
  }

  #abandon(): void {
    this.parts.log.warn({}, 'not all that was under way came to an end; the leases bring it back');
    this.forwarder.abandon();
    for (const replier of this.#repliers) replier.abandon();
  }

  #wakeRepliers(): void {
    for (const replier of this.#repliers) replier.wake();
  }

  /** One channel that cannot go on must not take the others with it; its health says what is wrong. */
  async #guard(what: string, run: Promise<void>): Promise<void> {
    try {
      await run;
    } catch (error) {
      this.parts.log.error({ what, error: messageOf(error) }, 'stopped for good');
    }
  }
}

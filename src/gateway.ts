import type { ChannelSetup } from './control/servedChannel.js';
import { Switchboard } from './control/switchboard.js';
import type { WorkingCalendar } from './conversation/calendar.js';
import { Conversation } from './conversation/conversation.js';
import type { CurrentWording } from './conversation/currentWording.js';
import type { ConversationRules } from './conversation/rules.js';
import type { TextReader } from './conversation/understanding/textReader.js';
import type { Vocabulary } from './conversation/understanding/vocabulary.js';
import { messageOf } from './domain/messageOf.js';
import { Forwarder } from './forward/forwarder.js';
import type { Log } from './ports/log.js';
import type { StatusResult, Store } from './ports/store.js';
import type { Tracker } from './ports/tracker.js';
import type { Turn, Turns } from './ports/turns.js';
import type { ReplyPolicy } from './replies/policy.js';
import { StatusSink } from './replies/statusSink.js';
import type { Metrics } from './telemetry/metrics.js';
import type { BackoffRange } from './work/backoff.js';
import { type Job, standingJobs, startJobs } from './work/jobs.js';

export interface GatewaySettings {
  readonly joinWindowMs: number;
  /** How long a stop may take in all before it leaves the rest to the leases. */
  readonly drainMs: number;
  readonly conversation: ConversationRules;
  readonly forward: { readonly inFlight: number; readonly attempts: number; readonly retry: BackoffRange };
  readonly replies: ReplyPolicy & { readonly inFlight: number; readonly deadlineMs: number };
}

export interface GatewayParts {
  readonly store: Store;
  readonly tracker: Tracker;
  /** By channel id. */
  readonly channels: ReadonlyMap<string, ChannelSetup>;
  readonly reader: TextReader;
  readonly wording: CurrentWording;
  readonly vocabulary: Vocabulary;
  readonly calendar: WorkingCalendar;
  readonly metrics: Metrics;
  /** Names this gateway in leases. */
  readonly owner: string;
  readonly turns: Turns;
  /** Beside the standing ones. */
  readonly jobs: readonly Job[];
  readonly log: Log;
}

/** The node that did the last job does the next, unless it is gone for so long. */
const jobsLeaseMs = 20_000;

/**
 * The gateway without its outside: channels feed the store, the forwarder takes reports from it to the tracker, one
 * replier a channel takes replies from it to the citizens. They meet only in the store; a wake is a hint, never a fact.
 */
export class Gateway {
  readonly forwarder: Forwarder;
  readonly statusSink: StatusSink;
  readonly switchboard: Switchboard;
  readonly #intakeStop = new AbortController();
  readonly #workStop = new AbortController();
  #forwarding: Promise<void> = Promise.resolve();
  #polling: Promise<void> = Promise.resolve();
  #stopJobs: (() => Promise<void>) | null = null;

  constructor(
    private readonly parts: GatewayParts,
    private readonly settings: GatewaySettings,
  ) {
    const { store, wording, calendar, metrics, owner, log } = parts;
    const rules = settings.conversation;
    const repliesQueued = (): void => this.switchboard.wake();
    const listener = { ...metrics.forward, repliesQueued };
    const conversation = new Conversation(parts, rules);
    this.forwarder = new Forwarder(store, conversation, { owner, ...settings.forward }, listener, log);
    const statusListener = { status: (result: StatusResult) => metrics.status(result), repliesQueued };
    this.statusSink = new StatusSink(store, { wording, calendar, rules }, statusListener, log);
    const intake = {
      ...metrics.intake,
      accepted: (...[channelId, summary]: Parameters<typeof metrics.intake.accepted>) => {
        metrics.intake.accepted(channelId, summary);
        this.forwarder.wake();
      },
    };
    const { joinWindowMs, drainMs, replies } = settings;
    this.switchboard = new Switchboard(
      { store, intake, replies: metrics.replies, log },
      { owner, joinWindowMs, replies, drainMs },
      parts.channels,
    );
  }

  /** Channels that an operator holds stay held: a restart is no reason to undo what somebody decided. */
  async start(): Promise<void> {
    const { store, tracker, turns, owner, log } = this.parts;
    const holds = await store.channelHolds();
    this.#forwarding = this.forwarder.run(this.#workStop.signal);
    const poll = (turn: Turn, ended: AbortSignal) => tracker.run(this.statusSink.under(turn), ended);
    this.#polling = this.#guard('tracker', turns.hold('tracker events', this.#intakeStop.signal, poll));
    this.switchboard.start(holds);
    for (const [channel, { hold, sinceMs, actor }] of holds) {
      if (!this.switchboard.channels.has(channel)) continue;
      const since = new Date(sinceMs).toISOString();
      log.warn({ channel, hold, since, by: actor }, 'held by an operator; `lapor-gateway channel resume` ends that');
    }
    const wake = (): void => {
      this.forwarder.wake();
      this.switchboard.wake();
    };
    store.onHint?.(() => this.switchboard.wake());
    const isOurs = async () => (await store.takeTurn({ name: 'jobs', owner, leaseMs: jobsLeaseMs })) !== null;
    this.#stopJobs = startJobs(store, wake, log, isOurs, [...standingJobs, ...this.parts.jobs]);
  }

  /** Ends what is under way, at most for `drainMs`; nothing is lost by what then is left. */
  async stop(): Promise<void> {
    await this.#stopJobs?.();
    this.#workStop.abort();
    const overdue = setTimeout(() => this.#abandon(), this.settings.drainMs);
    await Promise.all([this.#forwarding, this.switchboard.stop()]);
    this.#intakeStop.abort();
    await this.#polling;
    clearTimeout(overdue);
  }

  /** After `stop`, when nobody needs the store any more. */
  async close(): Promise<void> {
    await this.parts.reader.close();
    await this.parts.tracker.close();
    await this.parts.store.close();
  }

  #abandon(): void {
    this.parts.log.warn({}, 'not all that was under way came to an end; the leases bring it back');
    this.forwarder.abandon();
    this.switchboard.abandon();
  }

  /** A tracker that cannot be polled must not take the rest with it. */
  async #guard(what: string, run: Promise<void>): Promise<void> {
    try {
      await run;
    } catch (error) {
      this.parts.log.error({ what, error: messageOf(error) }, 'stopped for good');
    }
  }
}

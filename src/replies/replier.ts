import { steadyNowMs } from '../domain/clock.js';
import { messageOf } from '../domain/messageOf.js';
import type { Channel, Outcome } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { RecordedOutcome, ReplyClaim, Store } from '../ports/store.js';
import { Recorder } from '../work/recorder.js';
import { Wakeup } from '../work/wakeup.js';
import { decide, maySendAgain, type ReplyPolicy } from './policy.js';

export interface ReplierSettings extends ReplyPolicy {
  readonly owner: string;
  readonly channelId: string;
  /** Replies under way at once. */
  readonly inFlight: number;
  /** How long one attempt may wait for a place in the channel's window. */
  readonly deadlineMs: number;
}

export interface ReplyListener {
  attempted(channelId: string, outcome: Outcome['kind'], resent: boolean): void;
}

const idleMs = 1_000;
/** A lease outlives every attempt by far: a reply whose lease ends was its worker's last. */
const leaseFactor = 4;

const heldByPolicy: Outcome = { kind: 'uncertain', cause: 'an earlier attempt ended without a word' };

/**
 * Takes the replies of one channel from the store to the citizen. A reply under way is leased: if we die here it comes
 * back marked as perhaps sent, and the policy for uncertain replies decides.
 */
export class Replier {
  readonly #wakeup = new Wakeup();
  readonly #outcomes: Recorder<RecordedOutcome>;
  readonly #abandoned = new AbortController();
  #inFlight = 0;

  constructor(
    private readonly store: Store,
    private readonly channel: Channel,
    private readonly settings: ReplierSettings,
    private readonly listener: ReplyListener,
    private readonly log: Log,
  ) {
    this.#outcomes = new Recorder('outcomes', (facts) => store.recordOutcomes(facts), log);
  }

  /** There may be new work. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Replies that are claimed and whose outcome is not on disk yet. */
  get underWay(): number {
    return this.#inFlight;
  }

  /** Runs until `stop` fires, then lets what is under way come to its end. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const claimed = await this.#claim();
      for (const claim of claimed) void this.#send(claim);
      if (claimed.length === 0) await this.#wakeup.wait(idleMs, stop);
    }
    const abandoned = this.#abandoned.signal;
    while (this.#inFlight > 0 && !abandoned.aborted) await this.#wakeup.wait(idleMs, abandoned);
  }

  /** For a stop that must not wait any longer: leaves what is under way to its leases. */
  abandon(): void {
    this.#abandoned.abort();
    this.#outcomes.abandon();
  }

  async #claim(): Promise<readonly ReplyClaim[]> {
    const limit = this.settings.inFlight - this.#inFlight;
    if (limit <= 0 || (limit < this.settings.inFlight / 4 && this.#inFlight > 0)) return [];
    // A channel that is down would only hand everything back: its replies wait in the store, uncounted.
    const { state, sendsAgainAtMs = 0 } = this.channel.health();
    if (state === 'down' || sendsAgainAtMs > steadyNowMs()) return [];
    const { owner, channelId, deadlineMs } = this.settings;
    try {
      const nowMs = steadyNowMs();
      return await this.store.claimReplies({ owner, channelId, limit, nowMs, leaseMs: deadlineMs * leaseFactor });
    } catch (error) {
      this.log.error({ channel: channelId, error: messageOf(error) }, 'no replies claimed');
      return [];
    }
  }

  /** One async function for the whole of it: each costs half a kilobyte and half a microsecond, for every reply. */
  async #send(claim: ReplyClaim): Promise<void> {
    this.#inFlight += 1;
    const { id, to, text, kind, inReplyTo, uncertainAttempts } = claim;
    const isResent = uncertainAttempts > 0;
    let outcome = heldByPolicy;
    if (!isResent || maySendAgain(this.settings, uncertainAttempts)) {
      try {
        const deadlineMs = steadyNowMs() + this.settings.deadlineMs;
        outcome = await this.channel.send({ id, to, text, kind, inReplyTo }, deadlineMs);
      } catch (error) {
        outcome = this.#broken(id, error);
      }
      this.listener.attempted(this.settings.channelId, outcome.kind, isResent);
    }
    this.#record(claim, outcome);
  }

  /** An adapter that breaks its promise and throws tells nothing of what it did before. */
  #broken(reply: string, error: unknown): Outcome {
    // The name alone: an error's message may quote the address.
    const cause = `unexpected ${error instanceof Error ? error.name : typeof error}`;
    this.log.error({ channel: this.settings.channelId, reply, cause }, 'a reply broke its channel adapter');
    return { kind: 'uncertain', cause };
  }

  #record(claim: ReplyClaim, outcome: Outcome): void {
    const { retryAtMs, deadLetter, stopped } = decide(outcome, claim, this.settings, steadyNowMs());
    const fact = { seq: claim.seq, outcome, atMs: Date.now(), retryAtMs, deadLetter };
    this.#outcomes.addThen(stopped === undefined ? fact : { ...fact, stopped }, this.#recorded);
  }

  readonly #recorded = (): void => {
    this.#inFlight -= 1;
    this.wake();
  };
}

import type { Done, MessageResult } from '../conversation/conversation.js';
import { steadyNowMs } from '../domain/clock.js';
import { messageOf } from '../domain/messageOf.js';
import type { Handled } from '../ports/conversation.js';
import type { Log } from '../ports/log.js';
import type { Buried, Forwarded, Postponed, ReportClaim, Store } from '../ports/store.js';
import type { TrackerFault } from '../ports/tracker.js';
import { type BackoffRange, backoffMs } from '../work/backoff.js';
import { Recorder } from '../work/recorder.js';
import { Wakeup } from '../work/wakeup.js';
import { TrackerGate } from './trackerGate.js';

export interface ForwarderSettings {
  readonly owner: string;
  /** Reports under way at once. */
  readonly inFlight: number;
  /** After so many failures of its own a report becomes a dead letter. */
  readonly attempts: number;
  readonly retry: BackoffRange;
}

/** Does with a message what is to be done about it, and tells what is to be recorded. */
export interface MessageHandler {
  handle(claim: ReportClaim, signal: AbortSignal): Promise<MessageResult>;
  /** What a citizen is told whose message waits for a person, and what is to be noted of it. */
  refusal(claim: ReportClaim): Pick<Buried, 'reply' | 'notes'>;
}

export interface ForwardListener {
  /** `result`: forwarded, postponed, released, refused, or what else became of a message, such as `answered`. */
  forwarded(result: string): void;
  /** In a word, what was done about a message that made no report. */
  handled(deed: string): void;
  /** Replies were queued. */
  repliesQueued(): void;
}

const leaseMs = 120_000;
const idleMs = 1_000;

/**
 * Takes messages from the store to whoever handles them, which mostly makes them reports in the tracker. If we die
 * anywhere in here the lease ends, the message is handed out again, and the tracker recognises its id.
 */
export class Forwarder {
  readonly #wakeup = new Wakeup();
  readonly #gate: TrackerGate;
  readonly #forwarded: Recorder<Forwarded>;
  readonly #handled: Recorder<Handled>;
  readonly #postponed: Recorder<Postponed>;
  readonly #buried: Recorder<Buried>;
  readonly #released: Recorder<number>;
  readonly #abandoned = new AbortController();
  #inFlight = 0;
  #trackerFault: string | null = null;

  constructor(
    private readonly store: Store,
    private readonly handler: MessageHandler,
    private readonly settings: ForwarderSettings,
    private readonly listener: ForwardListener,
    private readonly log: Log,
  ) {
    this.#gate = new TrackerGate(settings.inFlight);
    this.#forwarded = new Recorder('forwarded reports', (facts) => store.recordForwarded(facts), log);
    this.#handled = new Recorder('handled messages', (facts) => store.recordHandled(facts), log);
    this.#postponed = new Recorder('postponed reports', (facts) => store.postponeReports(facts), log);
    this.#buried = new Recorder('refused reports', (facts) => store.buryReports(facts), log);
    this.#released = new Recorder('released reports', (facts) => store.releaseReports(facts), log);
  }

  /** There may be new work. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Why reports are held back; null while the tracker takes them. For readiness and metrics. */
  get trackerFault(): string | null {
    return this.#gate.shut ? (this.#trackerFault ?? 'away') : null;
  }

  /** Runs until `stop` fires, then lets what is under way come to its end. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const claimed = await this.#claim();
      for (const claim of claimed) void this.#forward(claim);
      if (claimed.length === 0) await this.#wakeup.wait(this.#idleMs(), stop);
    }
    const abandoned = this.#abandoned.signal;
    while (this.#inFlight > 0 && !abandoned.aborted) await this.#wakeup.wait(idleMs, abandoned);
  }

  /** For a stop that must not wait any longer: ends calls to the tracker, and gives up what is not recorded yet. */
  abandon(): void {
    this.#abandoned.abort();
    for (const recorder of [this.#forwarded, this.#handled, this.#postponed, this.#buried, this.#released])
      recorder.abandon();
  }

  #idleMs(): number {
    return Math.min(idleMs, Math.max(1, this.#gate.waitMs(steadyNowMs()) || idleMs));
  }

  async #claim(): Promise<readonly ReportClaim[]> {
    const nowMs = steadyNowMs();
    const limit = this.#gate.allowance(nowMs) - this.#inFlight;
    // A claim for one or two reports costs a transaction as one for many does: let a few places come free first.
    if (limit <= 0 || (limit < this.settings.inFlight / 4 && this.#inFlight > 0)) return [];
    try {
      return await this.store.claimReports({ owner: this.settings.owner, limit, nowMs, leaseMs });
    } catch (error) {
      this.log.error({ error: messageOf(error) }, 'no reports claimed');
      return [];
    }
  }

  /** One async function for nearly all messages: each costs half a kilobyte and half a microsecond. */
  async #forward(claim: ReportClaim): Promise<void> {
    this.#inFlight += 1;
    const startedMs = steadyNowMs();
    let result: MessageResult;
    try {
      result = await this.handler.handle(claim, this.#abandoned.signal);
    } catch (error) {
      result = this.#stumbled(claim, error);
    }
    if (result.kind === 'forwarded' || result.kind === 'handled') this.#recordDone(claim, result);
    else void this.#recordFault(claim, startedMs, result);
  }

  /** A report over which our own code stumbles must not take the gateway with it: it is tried again, then buried. */
  #stumbled(claim: ReportClaim, error: unknown): MessageResult {
    // The name alone: an error's message may quote the text.
    const cause = `unexpected ${error instanceof Error ? error.name : typeof error}`;
    this.log.error({ report: claim.message.id, cause }, 'a report could not be handed over: this is a fault of ours');
    return { kind: 'retry', cause, unavailable: false };
  }

  #recordDone(claim: ReportClaim, done: Done): void {
    if (done.kind === 'forwarded') {
      this.#answered(claim);
      this.#forwarded.addThen(done.fact, this.#forwardedOnDisk);
      return;
    }
    // What needed nothing of the tracker tells nothing of it.
    if (done.askedTracker) this.#answered(claim);
    this.#handled.addThen(done.fact, () => {
      this.listener.forwarded(done.fact.as);
      this.listener.handled(done.deed);
      this.listener.repliesQueued();
      this.#ended();
    });
  }

  readonly #forwardedOnDisk = (): void => {
    this.listener.forwarded('forwarded');
    this.listener.repliesQueued();
    this.#ended();
  };

  async #recordFault(claim: ReportClaim, startedMs: number, fault: TrackerFault): Promise<void> {
    if (fault.kind === 'refused') {
      this.#answered(claim);
      await this.#bury(claim, fault.code, fault.message);
    } else {
      await this.#tryAgain(claim, startedMs, fault);
    }
    this.#ended();
  }

  #ended(): void {
    this.#inFlight -= 1;
    this.wake();
  }

  #answered(claim: ReportClaim): void {
    if (this.#gate.shut) this.log.info({}, 'the tracker takes reports again');
    this.#gate.answered(claim.seq, steadyNowMs());
    this.#trackerFault = null;
  }

  async #tryAgain(claim: ReportClaim, startedMs: number, fault: TrackerFault & { kind: 'retry' }): Promise<void> {
    const nowMs = steadyNowMs();
    if (fault.unavailable && this.#gate.failed(claim.seq, startedMs, nowMs, fault.afterMs)) {
      this.#noteAway(fault.cause);
      await this.#released.add(claim.seq);
      this.listener.forwarded('released');
      return;
    }
    if (claim.attempts + 1 >= this.settings.attempts) {
      await this.#bury(claim, 'gave_up', `${claim.attempts + 1} attempts failed, the last: ${fault.cause}`);
      return;
    }
    const waitMs = Math.max(fault.afterMs ?? 0, backoffMs(claim.attempts, this.settings.retry));
    await this.#postponed.add({ seq: claim.seq, dueAtMs: nowMs + waitMs, cause: fault.cause, atMs: Date.now() });
    this.listener.forwarded('postponed');
  }

  /** Told once for an outage, and again when its cause changes: a day without the tracker is not a day of log lines. */
  #noteAway(cause: string): void {
    if (this.#trackerFault === cause) return;
    this.#trackerFault = cause;
    const nextTryMs = Math.round(this.#gate.waitMs(steadyNowMs()));
    this.log.warn({ cause, nextTryMs }, 'the tracker is away: reports wait in the store and go on when it is back');
  }

  async #bury(claim: ReportClaim, code: string, message: string): Promise<void> {
    this.log.warn({ report: claim.message.id, code }, 'report became a dead letter');
    await this.#buried.add({ seq: claim.seq, code, message, atMs: Date.now(), ...this.handler.refusal(claim) });
    this.listener.forwarded('refused');
    this.listener.repliesQueued();
  }
}

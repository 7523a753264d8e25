import { setTimeout as delay } from 'node:timers/promises';
import { steadyNowMs } from '../../../src/domain/clock.js';
import type { ChannelMeter, Inbox, LinkHealth } from '../../../src/ports/channel.js';
import type { Log } from '../../../src/ports/log.js';
import { type AttemptEnd, Backoff } from './backoff.js';
import type { BindRole } from './bind.js';
import type { BindGate } from './bindGate.js';
import { bindRefusal, statusLabel, statusName } from './codec/status.js';
import type { SmppConfig } from './config.js';
import { HostChoice } from './hosts.js';
import { type BindResult, Link, type LinkState } from './link.js';
import type { ReceiptIds } from './receiptIds.js';
import { takesConnections } from './socket.js';
import type { StallWatch } from './stallWatch.js';

export interface SessionOptions {
  readonly config: SmppConfig;
  readonly role: BindRole;
  /** Counted from 1, for people. */
  readonly number: number;
  /** Shared by the sessions of one role. */
  readonly gate: BindGate;
  readonly receiptIds: ReceiptIds;
  readonly stalls: StallWatch;
  readonly log: Log;
  readonly meter: ChannelMeter;
  readonly onRoom: () => void;
}

export type SessionState = Exclude<LinkState, 'closed'> | 'idle' | 'standby' | 'backing_off' | 'refused';

const returnCause = 'the first host takes connections again';

/**
 * One of a channel's binds, kept up: link after link, host after host, until it is stopped.
 *
 *   idle -> connecting -> binding -> bound -> draining -+-> backing_off -> connecting …
 *             |             |          |                |
 *             +-------------+----------+----------------+-> refused -----> connecting …
 *
 * | state       | what happens                                       | ends with                                    |
 * | ----------- | -------------------------------------------------- | -------------------------------------------- |
 * | idle        | not started, stopped, or waits for the first session's bind |                                     |
 * | connecting  | TCP, and TLS where it is configured                | `connectTimeoutSeconds`                      |
 * | binding     | bind_… is sent                                     | `responseTimeoutSeconds`                     |
 * | bound       | messages flow; a silent peer is asked; one that answers no submit_sm is doubtful (`SubmitDoubt`) | `enquireLinkSeconds` + `responseTimeoutSeconds` of silence |
 * | draining    | unbind from either side, or a return to the first host; what is under way settles | `responseTimeoutSeconds`, twice at most; `stopLimitMs` at a stop |
 * | backing_off | the attempt failed or the link was lost            | 1 s doubling to 60 s, less up to a half by chance |
 * | refused     | the peer refused the bind, for a person to mend    | `refusedRetrySeconds`, less up to a half by chance |
 *
 * It never gives up: the telco may mend it on its side. How often it tries is bounded in every state, however the peer
 * behaves; `BindGate` bounds it for all sessions of a channel together. See `Link` for what happens within a connection.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #backoff: Backoff;
  readonly #hosts: HostChoice;
  #link: Link | null = null;
  #state: SessionState = 'idle';
  /** For people, by the wall clock. */
  #sinceMs = Date.now();
  #boundAtMs = 0;
  #detail = '';
  /** Why the last attempt ended. */
  #trouble = '';
  #isReturning = false;
  #isWaitingAtGate = false;

  constructor(options: SessionOptions) {
    const { hosts, reconnectMinSeconds, reconnectMaxSeconds, refusedRetrySeconds } = options.config;
    this.#options = options;
    this.#hosts = new HostChoice({ hosts, returnMs: options.config.returnToFirstHostSeconds * 1_000 });
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

  /** Whether it is bound and does what it is bound for. */
  get isSound(): boolean {
    return this.isBound && this.#link?.isDoubtful === false;
  }

  /** Without the host, which changes: a name for counts. */
  get #label(): string {
    const { role, number } = this.#options;
    return `${role} ${number}`;
  }

  health(): LinkHealth {
    return {
      name: `${this.#label} at ${this.#target()}`,
      state: this.#stateNow(),
      sinceMs: this.#sinceMs,
      detail: [this.#detail, this.#link?.detail ?? ''].filter((told) => told !== '').join('; '),
      gauges: { in_flight: this.#link?.outstandingSubmits ?? 0, unanswered: this.#link?.unansweredMessages ?? 0 },
    };
  }

  /** Among those of its channel, on whatever node. */
  get name(): string {
    return `session ${this.#label}`;
  }

  get role(): BindRole {
    return this.#options.role;
  }

  get isStandingBy(): boolean {
    return this.#state === 'standby';
  }

  /** Another node has it. */
  standBy(): void {
    this.#enter('standby', 'another node has this session, or nobody yet');
  }

  /** Resolves after `stop`, when the link has been given up in good order. May run again. */
  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#passGate(stop);
      if (stop.aborted) break;
      const end = await this.#attempt(inbox, stop);
      if (stop.aborted) break;
      this.#hosts.ended(end, this.#isReturning);
      if (!this.#isReturning) await this.#wait(end, stop);
      this.#isReturning = false;
    }
    this.#enter('idle', '');
  }

  async #passGate(stop: AbortSignal): Promise<void> {
    const { gate } = this.#options;
    if (gate.isOpenFor(this)) return gate.pass(this, stop);
    const trouble = this.#trouble === '' ? '' : `${this.#trouble}; `;
    this.#enter('idle', `${trouble}waits until the first session is bound, so as not to hammer the peer`);
    this.#isWaitingAtGate = true;
    await gate.pass(this, stop);
    this.#isWaitingAtGate = false;
  }

  async #wait(end: AttemptEnd, stop: AbortSignal): Promise<void> {
    const waitMs = this.#backoff.delayMs(end);
    const state = end.kind === 'refused' && end.credentials ? 'refused' : 'backing_off';
    this.#enter(state, `${this.#trouble}; next attempt in ${(waitMs / 1_000).toFixed(1)} s`);
    await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
  }

  async #attempt(inbox: Inbox, stop: AbortSignal): Promise<AttemptEnd> {
    const { config, role, receiptIds, stalls, log, meter, onRoom } = this.#options;
    const link = new Link({
      host: this.#hosts.current,
      session: this.#label,
      role,
      config,
      inbox,
      receiptIds,
      stalls,
      log,
      meter,
      onRoom,
    });
    this.#link = link;
    const onStop = () => link.stop('the gateway stops');
    stop.addEventListener('abort', onStop, { once: true });
    this.#enter('connecting', this.#trouble);
    try {
      return await this.#follow(link, stop);
    } finally {
      stop.removeEventListener('abort', onStop);
      this.#link = null;
    }
  }

  async #follow(link: Link, stop: AbortSignal): Promise<AttemptEnd> {
    const { gate, log, meter } = this.#options;
    const bind = await link.open();
    meter.count('bind', {
      session: this.#label,
      result: bind.kind === 'refused' ? statusLabel(bind.status) : bind.kind,
    });
    if (bind.kind === 'bound') return this.#stayBound(link, bind, stop);
    await link.closed;
    if (bind.kind === 'refused') return this.#noteRefusal(bind.status);
    gate.failed();
    if (!stop.aborted) log.warn({ target: this.#target(), cause: bind.cause }, 'could not bind');
    this.#trouble = `could not bind: ${bind.cause}`;
    return { kind: 'failed' };
  }

  async #stayBound(link: Link, bind: BindResult & { kind: 'bound' }, stop: AbortSignal): Promise<AttemptEnd> {
    const { gate, log, meter } = this.#options;
    const target = this.#target();
    gate.bound();
    this.#boundAtMs = steadyNowMs();
    const detail = this.#hosts.isFirst ? '' : `${this.#hosts.first} is away; this is another of its hosts`;
    this.#enter('bound', detail);
    log.info({ target, link: link.number, peerVersion: bind.peerVersion }, 'bound');
    const returning = new AbortController();
    void this.#returnToFirst(link, returning.signal);
    const cause = await link.closed;
    returning.abort();
    gate.unbound();
    const expected = stop.aborted || this.#isReturning;
    if (!expected) meter.count('link_lost', { session: this.#label });
    log[expected ? 'info' : 'warn']({ target, link: link.number, cause }, 'link ended');
    this.#trouble = `link lost: ${cause}`;
    return { kind: 'lost', boundForMs: steadyNowMs() - this.#boundAtMs };
  }

  /** Only while another host than the first is bound; looks now and then whether the first is back. */
  async #returnToFirst(link: Link, stop: AbortSignal): Promise<void> {
    const { config, log, meter } = this.#options;
    while (!this.#hosts.isFirst && !stop.aborted) {
      await delay(this.#hosts.returnMs, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted || !(await takesConnections(config, this.#hosts.first, stop)) || stop.aborted) continue;
      meter.count('host_return');
      log.info({ host: this.#hosts.first }, 'going back to the first host');
      this.#isReturning = true;
      await link.drain(returnCause);
      return;
    }
  }

  #noteRefusal(status: number): AttemptEnd {
    const { gate, log } = this.#options;
    const { kind, advice } = bindRefusal(status);
    const credentials = kind === 'credentials' || (kind === 'perhaps_credentials' && !gate.everBound);
    if (credentials) gate.refused(this);
    else gate.failed();
    log.error({ target: this.#target(), status: statusName(status), advice }, 'bind refused');
    this.#trouble = `bind refused with ${statusName(status)}: ${advice}`;
    return { kind: 'refused', credentials };
  }

  #stateNow(): SessionState {
    const linkState = this.#link?.state;
    if (linkState !== undefined && linkState !== 'closed') return linkState;
    return this.#isWaitingAtGate && this.#options.gate.wasRefused ? 'refused' : this.#state;
  }

  #target(): string {
    return `${this.#hosts.current}:${this.#options.config.port}`;
  }

  #enter(state: SessionState, detail: string): void {
    this.#state = state;
    this.#sinceMs = Date.now();
    this.#detail = detail;
  }
}

import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { ChannelMeter } from '../../../../src/ports/channel.js';
import type { Log } from '../../../../src/ports/log.js';
import { type Answer, offsetOf, type PeerClock, type RateLimit } from './answer.js';
import type { Credentials } from './credentials.js';
import { type ApiRequest, type EndpointName, endpoints } from './endpoints.js';
import { type FaultName, faultOf, faultPolicies } from './faults.js';
import type { Signature } from './signature.js';
import type { Transport } from './transport.js';

/** What a request came to. Times are by `steadyNowMs()`. */
export type Result =
  | { readonly kind: 'good'; readonly body: unknown }
  | { readonly kind: 'fault'; readonly fault: FaultName; readonly status: number; readonly againAtMs: number | null }
  /** Not sent: X asked for silence, and told or implied until when. */
  | { readonly kind: 'held'; readonly againAtMs: number; readonly cause: string }
  | { readonly kind: 'unreached'; readonly cause: string }
  | { readonly kind: 'lost'; readonly cause: string };

/** Something that a person must mend. */
export interface Alarm {
  readonly fault: FaultName;
  readonly endpoint: EndpointName;
  readonly sinceMs: number;
}

interface Pause {
  readonly untilMs: number;
  readonly fault: FaultName;
}

/** How far a fault reaches: what else would meet it as well. */
const reaches: Partial<Record<FaultName, (endpoint: EndpointName) => readonly EndpointName[]>> = {
  rate_limited: (endpoint) => [endpoint],
  no_permission: (endpoint) => [endpoint],
  usage_capped: (endpoint) => allWith((each) => endpoints[each].method === endpoints[endpoint].method),
  no_credits: () => allWith(() => true),
  unauthorized: (endpoint) => allWith((each) => endpoints[each].by === endpoints[endpoint].by),
  suspended: () => allWith(() => true),
};

/**
 * X's API as the rest of the adapter sees it: requests by name, results as values. It keeps the limits that X tells, so
 * that nobody runs into one knowingly, and leaves alone what X has said to leave alone.
 */
export class XApi {
  readonly #pauses = new Map<EndpointName, Pause>();
  readonly #alarms = new Map<FaultName, Alarm>();
  readonly #limits = new Map<EndpointName, RateLimit>();
  #aheadMs: number | null = null;
  #isReachable = true;

  constructor(
    private readonly transport: Transport,
    private readonly credentials: Credentials,
    private readonly meter: ChannelMeter,
    private readonly log: Log,
  ) {}

  /** How far X's clock is ahead of ours, by its last answer. */
  get clockAheadMs(): number | null {
    return this.#aheadMs;
  }

  /** Whether the last reading was answered at all. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  get alarms(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** When an endpoint may be asked again; in the past where it may be now. */
  freeAtMs(endpoint: EndpointName): number {
    return this.#pauses.get(endpoint)?.untilMs ?? 0;
  }

  /** From one request to the next so that what X still allows lasts until the limit's reset; 0 where no limit is known. */
  evenPaceMs(endpoint: EndpointName): number {
    const limit = this.#limits.get(endpoint);
    if (limit === undefined) return 0;
    return Math.max(0, (limit.resetAtMs - Date.now()) / Math.max(1, limit.remaining));
  }

  /** The wall clock at X. */
  nowAtX(): number {
    return Date.now() + offsetOf(this.#aheadMs);
  }

  async ask(endpoint: EndpointName, request: ApiRequest = {}): Promise<Result> {
    const pause = this.#pauses.get(endpoint);
    if (pause !== undefined && pause.untilMs > steadyNowMs()) {
      return { kind: 'held', againAtMs: pause.untilMs, cause: faultPolicies[pause.fault].words };
    }
    const answer = await this.#sendRenewing(endpoint, request);
    // A reply alone says nothing: it may be long before the next one could tell that X is back. Readings go on.
    if (answer.kind === 'answered' || endpoints[endpoint].method === 'GET')
      this.#isReachable = answer.kind === 'answered';
    if (answer.kind !== 'answered') {
      this.meter.count('x_request', { endpoint, status: answer.kind });
      return answer;
    }
    this.meter.count('x_request', { endpoint, status: String(answer.status) });
    this.#heedClock(endpoint, answer.clock);
    const fault = faultOf(answer);
    if (fault !== null) return this.#faulted(endpoint, fault, answer);
    this.#endAlarms(endpoint);
    return { kind: 'good', body: answer.body };
  }

  /** A token that X refuses may only be old: once it is replaced, the request is made again, once. */
  async #sendRenewing(endpoint: EndpointName, request: ApiRequest): Promise<Answer> {
    const { by } = endpoints[endpoint];
    const first = await this.#signed(by);
    if (!('signature' in first)) return first;
    const answer = await this.#send(endpoint, request, first.signature);
    if (answer.kind !== 'answered' || answer.status !== 401) return answer;
    if (!(await this.credentials.renew(first.signature))) return answer;
    const second = await this.#signed(by);
    return 'signature' in second ? this.#send(endpoint, request, second.signature) : second;
  }

  async #signed(by: 'user' | 'app'): Promise<{ signature: Signature } | Extract<Answer, { kind: 'unreached' }>> {
    try {
      return { signature: await this.credentials.signatureFor(by) };
    } catch (error) {
      return { kind: 'unreached', cause: error instanceof Error ? error.message : String(error) };
    }
  }

  #send(endpoint: EndpointName, { id, query, body }: ApiRequest, signature: Signature): Promise<Answer> {
    const { method, path } = endpoints[endpoint];
    const whole = path.replace(':id', encodeURIComponent(id ?? ''));
    return this.transport.send(
      { method, path: whole, query: query ?? {}, body: body ?? {}, encoding: 'json' },
      signature,
    );
  }

  #heedClock(endpoint: EndpointName, { aheadMs, rateLimit }: PeerClock): void {
    this.#aheadMs = aheadMs ?? this.#aheadMs;
    if (rateLimit === null) return;
    this.#limits.set(endpoint, rateLimit);
    if (rateLimit.remaining > 0) return;
    this.#pauses.set(endpoint, { untilMs: steady(rateLimit.resetAtMs), fault: 'rate_limited' });
  }

  #faulted(endpoint: EndpointName, fault: FaultName, answer: Extract<Answer, { kind: 'answered' }>): Result {
    const policy = faultPolicies[fault];
    const againAtMs = policy.pauseMs === 0 ? null : this.#pause(endpoint, fault, policy.pauseMs, answer.clock);
    if (policy.alarm && !this.#alarms.has(fault)) {
      this.#alarms.set(fault, { fault, endpoint, sinceMs: Date.now() });
      this.meter.count('x_alarm', { fault });
      this.log.error({ fault, endpoint, status: answer.status }, policy.words);
    }
    return { kind: 'fault', fault, status: answer.status, againAtMs };
  }

  #pause(endpoint: EndpointName, fault: FaultName, pauseMs: number, { rateLimit }: PeerClock): number {
    // A reset that is told counts for a rate limit alone: a cap outlives it.
    const toldMs = fault === 'rate_limited' && rateLimit !== null ? steady(rateLimit.resetAtMs) : null;
    const untilMs = Math.max(toldMs ?? steadyNowMs() + pauseMs, steadyNowMs() + minPauseMs);
    for (const each of reaches[fault]?.(endpoint) ?? [endpoint]) this.#pauses.set(each, { untilMs, fault });
    return untilMs;
  }

  #endAlarms(endpoint: EndpointName): void {
    for (const { fault, endpoint: raisedBy } of this.#alarms.values()) {
      if (!(reaches[fault]?.(raisedBy) ?? [raisedBy]).includes(endpoint)) continue;
      this.#alarms.delete(fault);
      this.log.info({ fault, endpoint }, 'X takes our requests again');
    }
  }
}

/** A window that ends this very second would be asked too early by a hair. */
const minPauseMs = 100;

function allWith(fits: (endpoint: EndpointName) => boolean): EndpointName[] {
  return (Object.keys(endpoints) as EndpointName[]).filter(fits);
}

function steady(wallMs: number): number {
  return steadyNowMs() + (wallMs - Date.now());
}

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  ChannelMeter,
  Inbox,
  OutboundReply,
  Outcome,
} from '../../../src/ports/channel.js';
import { rolesOfBind } from './bind.js';
import type { Fields } from './codec/pdu.js';
import { normaliseExternalId } from './codec/receipt.js';
import { commandStatus, type SubmitPolicy, statusName } from './codec/status.js';
import type { SmppConfig } from './config.js';
import type { Link } from './link.js';
import { telcoSubmitPolicy } from './profile.js';
import { Session } from './session.js';
import { type SubmitAnswer, SubmitQueue } from './submitQueue.js';
import { planSubmits } from './submits.js';
import { TokenBucket } from './tokenBucket.js';

/** How long everything waits after ESME_RTHROTTLED or ESME_RMSGQFUL. */
const throttlePauseMs = 1_000;

/** What one submit_sm came to. `id` is null where the peer gave none. */
type SegmentResult =
  | { readonly kind: 'accepted'; readonly id: string | null }
  | { readonly kind: 'unsent'; readonly cause: string; readonly policy: SubmitPolicy | null }
  | { readonly kind: 'rejected'; readonly code: string }
  | { readonly kind: 'uncertain'; readonly cause: string };

/** The binds of one account, sharing its throughput; each has a window of its own. */
export class SmppChannel implements Channel {
  readonly #config: SmppConfig;
  readonly #meter: ChannelMeter;
  readonly #sessions: readonly Session[];
  readonly #queue: SubmitQueue<Fields>;
  /** Joins the segments of a long reply on the handset; starts anywhere, or every restart would use the same few. */
  #reference = randomInt(256);

  constructor(config: SmppConfig, { log, meter }: ChannelContext) {
    this.#config = config;
    this.#meter = meter;
    this.#queue = new SubmitQueue(() => this.#links(), new TokenBucket(config.throughputPerSecond));
    const onRoom = () => this.#queue.pump();
    this.#sessions = Array.from({ length: config.sessions }, (_, index) =>
      rolesOfBind[config.bind].map(
        (role) =>
          new Session({ config, role, number: index + 1, log: log.child({ session: index + 1, role }), meter, onRoom }),
      ),
    ).flat();
  }

  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    // One each: many listeners on one signal look like a leak to Node, which then warns.
    const running = this.#sessions.map((session) => ({ session, stop: new AbortController() }));
    const onStop = () => {
      this.#queue.close('the gateway stops');
      for (const each of running) each.stop.abort();
    };
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    await Promise.all(running.map((each) => each.session.run(inbox, each.stop.signal)));
  }

  /**
   * A segment goes out once the one before was accepted: when the first is refused, no fragment reaches the citizen.
   * When a later one is not taken at once it is tried until the deadline, for the reply is half sent by then.
   */
  async send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    const plan = planSubmits(reply, this.#config, this.#nextReference());
    if (plan.kind === 'unsendable') return { kind: 'rejected', code: plan.code, cause: plan.cause };
    const externalIds: string[] = [];
    let accepted = 0;
    for (const submit of plan.submits) {
      const result = await this.#sendSegment(submit, deadlineMs, accepted > 0);
      if (result.kind !== 'accepted') return failure(result, externalIds, accepted, plan.submits.length);
      accepted += 1;
      if (result.id !== null) externalIds.push(result.id);
    }
    return { kind: 'accepted', externalIds };
  }

  health(): ChannelHealth {
    const bound = this.#sessions.filter((session) => session.isBound).length;
    const links = this.#sessions.map((session) => session.health());
    if (bound === this.#sessions.length) return { state: 'up', links };
    return { state: bound === 0 ? 'down' : 'degraded', links };
  }

  async #sendSegment(submit: Fields, deadlineMs: number, persist: boolean): Promise<SegmentResult> {
    for (;;) {
      const startedAtMs = Date.now();
      const answer = await this.#queue.send(submit, deadlineMs);
      if (answer.kind === 'response') this.#meter.observeSeconds('submit', (Date.now() - startedAtMs) / 1_000);
      const result = this.#judge(answer);
      const retriable = persist && result.kind === 'unsent' && result.policy !== null;
      if (!retriable || Date.now() + throttlePauseMs >= deadlineMs) return result;
      await delay(throttlePauseMs);
    }
  }

  #judge(answer: SubmitAnswer): SegmentResult {
    if (answer.kind === 'unwritten') return { kind: 'unsent', cause: answer.cause, policy: null };
    if (answer.kind !== 'response') {
      this.#meter.count('submit', { status: answer.kind });
      const cause = answer.kind === 'timeout' ? 'no response to submit_sm in time' : `link lost: ${answer.cause}`;
      return { kind: 'uncertain', cause };
    }
    const status = answer.response.commandStatus;
    const code = statusName(status);
    this.#meter.count('submit', { status: code });
    if (status === commandStatus.ESME_ROK) return { kind: 'accepted', id: messageIdOf(answer.response.fields) };
    const policy = telcoSubmitPolicy(status, this.#config);
    if (policy === 'never') return { kind: 'rejected', code };
    if (policy === 'throttle') this.#queue.pause(throttlePauseMs);
    return { kind: 'unsent', cause: `the peer answered ${code}`, policy };
  }

  #links(): Link[] {
    return this.#sessions.flatMap(({ link }) => link ?? []);
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) % 256;
    return this.#reference;
  }
}

function messageIdOf(fields: Fields): string | null {
  const id = fields.message_id;
  return typeof id === 'string' && id.trim() !== '' ? normaliseExternalId(id) : null;
}

/** Once a segment has been accepted the reply is neither sent nor unsent. */
function failure(
  result: Exclude<SegmentResult, { kind: 'accepted' }>,
  externalIds: readonly string[],
  accepted: number,
  total: number,
): Outcome {
  const progress = total === 1 ? '' : ` (segment ${accepted + 1} of ${total})`;
  if (result.kind === 'rejected') {
    return { kind: 'rejected', code: result.code, cause: `the peer refused it for good${progress}`, externalIds };
  }
  const cause = `${result.cause}${progress}`;
  if (result.kind === 'uncertain' || accepted > 0) return { kind: 'uncertain', cause, externalIds };
  return result.policy === 'throttle'
    ? { kind: 'unsent', cause, retryAfterMs: throttlePauseMs }
    : { kind: 'unsent', cause };
}

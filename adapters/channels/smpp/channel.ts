import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { steadyNowMs } from '../../../src/domain/clock.js';
import type {
  Channel,
  ChannelContext,
  ChannelHealth,
  ChannelMeter,
  Inbox,
  OutboundReply,
  Outcome,
} from '../../../src/ports/channel.js';
import type { HeldTurn, Turns } from '../../../src/ports/turns.js';
import { isAnswerable } from '../answerable.js';
import { TokenBucket } from '../tokenBucket.js';
import { AdaptiveRate, type RateCut } from './adaptiveRate.js';
import { rolesOfBind } from './bind.js';
import { BindGate } from './bindGate.js';
import { type Fields, integerTlv, type Pdu, tagOf } from './codec/pdu.js';
import { maxIdCharacters, normaliseExternalId } from './codec/receipt.js';
import { commandStatus, type SubmitPolicy, statusLabel, statusName } from './codec/status.js';
import type { SubmitSm } from './codec/submitSm.js';
import type { SmppConfig } from './config.js';
import { telcoSubmitPolicy } from './profile.js';
import { ReceiptIds } from './receiptIds.js';
import { Session } from './session.js';
import { StallWatch } from './stallWatch.js';
import { SubmitQueue, type Submitted } from './submitQueue.js';
import { planSubmits, senderOf } from './submits.js';

/** How long everything waits after ESME_RTHROTTLED or ESME_RMSGQFUL. */
const throttlePauseMs = 1_000;

const congestionState = tagOf('congestion_state');
/** SMPP 5.0 §4.8.4.18: from 90 on the peer nears congestion, at 100 it is there. */
const congested = { near: 90, full: 100 } as const;

const unanswerable: Outcome = {
  kind: 'rejected',
  code: 'unanswerable',
  cause: 'no person can be behind the address: it is the own one, a short code or a name',
};

/** What one submit_sm came to. `id` is null where the peer gave none. */
type SegmentResult =
  | { readonly kind: 'accepted'; readonly id: string | null }
  | { readonly kind: 'unsent'; readonly cause: string; readonly policy: SubmitPolicy | null }
  | { readonly kind: 'rejected'; readonly code: string }
  | { readonly kind: 'uncertain'; readonly cause: string };

/** The binds of one account, sharing its throughput; each has a window of its own. */
export class SmppChannel implements Channel {
  readonly #config: SmppConfig;
  readonly #id: string;
  readonly #turns: Turns | undefined;
  readonly #meter: ChannelMeter;
  readonly #sessions: readonly Session[];
  readonly #queue: SubmitQueue<SubmitSm>;
  readonly #sender: Buffer;
  readonly #rate: AdaptiveRate;
  readonly #receiptIds: ReceiptIds;
  readonly #stalls = new StallWatch();
  /** Joins the segments of a long reply on the handset; starts anywhere, or every restart would use the same few. */
  #reference = randomInt(256);

  constructor(config: SmppConfig, { id, log, meter, turns }: ChannelContext) {
    this.#id = id;
    this.#turns = turns;
    this.#config = config;
    this.#sender = senderOf(config);
    this.#meter = meter;
    this.#rate = new AdaptiveRate(config.throughputPerSecond);
    this.#receiptIds = new ReceiptIds(config.receiptIdForm === 'learned' ? null : config.receiptIdForm);
    const bucket = new TokenBucket((nowMs) => this.#rate.perSecond(nowMs));
    const onRoom = () => this.#queue.pump();
    const gates = new Map(rolesOfBind[config.bind].map((role) => [role, new BindGate()]));
    this.#sessions = Array.from({ length: config.sessions }, (_, index) =>
      rolesOfBind[config.bind].map(
        (role) =>
          new Session({
            config,
            role,
            number: index + 1,
            gate: gates.get(role) ?? new BindGate(),
            receiptIds: this.#receiptIds,
            stalls: this.#stalls,
            log: log.child({ session: index + 1, role }),
            meter,
            onRoom,
          }),
      ),
    ).flat();
    this.#queue = new SubmitQueue(this.#sessions, bucket);
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
    this.#stalls.start();
    await Promise.all(running.map((each) => this.#runInTurn(each.session, inbox, each.stop.signal)));
    this.#stalls.stop();
  }

  /** A telco allows so many binds in all: nodes share them, and a session whose turn another node has stands by. */
  async #runInTurn(session: Session, inbox: Inbox, stop: AbortSignal): Promise<void> {
    if (this.#turns === undefined) return session.run(inbox, stop);
    session.standBy();
    const work = async (turn: HeldTurn, ended: AbortSignal) => {
      await session.run(whileHeld(turn, inbox), ended);
      if (!stop.aborted) session.standBy();
    };
    // By role: a node with receivers alone could answer nobody.
    await this.#turns.hold(`channel ${this.#id} ${session.name}`, stop, work, `channel ${this.#id} ${session.role}`);
  }

  /**
   * A segment goes out once the one before was accepted: when the first is refused, no fragment reaches the citizen.
   * When a later one is not taken at once it is tried until the deadline, for the reply is half sent by then.
   */
  async send(reply: OutboundReply, deadlineMs: number): Promise<Outcome> {
    if (!isAnswerable(reply.to, this.#config)) return unanswerable;
    const plan = planSubmits(reply, this.#config, this.#sender, this.#nextReference());
    if (plan.kind === 'unsendable') return { kind: 'rejected', code: plan.code, cause: plan.cause };
    const externalIds: string[] = [];
    let accepted = 0;
    for (const submit of plan.submits) {
      const startedAtMs = steadyNowMs();
      let result = this.#judge(await this.#queue.send(submit, deadlineMs), startedAtMs);
      if (accepted > 0 && mayPersist(result, deadlineMs)) result = await this.#persist(submit, deadlineMs);
      if (result.kind !== 'accepted') return failure(result, externalIds, accepted, plan.submits.length);
      accepted += 1;
      if (result.id !== null) externalIds.push(result.id);
    }
    return { kind: 'accepted', externalIds };
  }

  health(): ChannelHealth {
    const here = this.#sessions.filter((session) => !session.isStandingBy);
    const bound = here.filter((session) => session.isBound).length;
    const sound = here.filter((session) => session.isSound).length;
    const links = this.#sessions.map((session) => session.health());
    const facts = {
      receipt_ids: this.#receiptIds.description,
      submits_per_second: Math.round(this.#rate.perSecond(steadyNowMs()) * 10) / 10,
    };
    if (here.length > 0 && sound === here.length) return { state: 'up', links, facts };
    return { state: bound === 0 ? 'down' : 'degraded', links, facts };
  }

  async #persist(submit: SubmitSm, deadlineMs: number): Promise<SegmentResult> {
    for (;;) {
      await delay(throttlePauseMs);
      const startedAtMs = steadyNowMs();
      const result = this.#judge(await this.#queue.send(submit, deadlineMs), startedAtMs);
      if (!mayPersist(result, deadlineMs)) return result;
    }
  }

  #judge({ answer, session }: Submitted, startedAtMs: number): SegmentResult {
    if (answer.kind === 'unwritten') return { kind: 'unsent', cause: answer.cause, policy: null };
    if (answer.kind !== 'response') {
      this.#meter.count('submit', { session, status: answer.kind });
      const cause = answer.kind === 'timeout' ? 'no response to submit_sm in time' : `link lost: ${answer.cause}`;
      return { kind: 'uncertain', cause };
    }
    const status = statusOf(answer.response);
    this.#meter.observeSeconds('submit', (steadyNowMs() - startedAtMs) / 1_000, { session });
    this.#meter.count('submit', { session, status: statusLabel(status) });
    this.#heedCongestion(answer.response);
    if (status === commandStatus.ESME_ROK) return { kind: 'accepted', id: this.#acceptedId(answer.response.fields) };
    const code = statusName(status);
    const policy = telcoSubmitPolicy(status, this.#config);
    if (policy === 'never') return { kind: 'rejected', code };
    if (policy === 'throttle') {
      this.#slowDown('throttled');
      this.#queue.pause(throttlePauseMs);
    }
    return { kind: 'unsent', cause: `the peer answered ${code}`, policy };
  }

  /** Peers of SMPP 5.0 say how they fare before they have to refuse. */
  #heedCongestion({ tlvs }: Pdu): void {
    if (tlvs.size === 0) return;
    const state = integerTlv(tlvs, congestionState) ?? 0;
    if (state >= congested.near) this.#slowDown(state >= congested.full ? 'throttled' : 'congested');
  }

  #slowDown(kind: RateCut): void {
    if (this.#rate.cut(kind, steadyNowMs())) this.#meter.count('rate_cut', { cause: kind });
  }

  #acceptedId(fields: Fields): string | null {
    const sent = fields.message_id;
    if (typeof sent !== 'string' || sent.trim() === '') return null;
    const id = normaliseExternalId(sent);
    if (id.length > maxIdCharacters) return null;
    this.#receiptIds.noteAccepted(id);
    return id;
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) % 256;
    return this.#reference;
  }
}

/** Whether a segment that was not taken is tried once more, since the ones before it were. */
function mayPersist(result: SegmentResult, deadlineMs: number): boolean {
  return result.kind === 'unsent' && result.policy !== null && steadyNowMs() + throttlePauseMs < deadlineMs;
}

/** A generic_nack accepts nothing, whatever its status says. */
function statusOf({ command, commandStatus: status }: Pdu): number {
  return command === 'generic_nack' && status === commandStatus.ESME_ROK ? commandStatus.ESME_RUNKNOWNERR : status;
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

/**
 * What lay in the socket of a node that was frozen has been sent again to another node, was stored there, and its
 * fingerprint is forgotten by now: taken in as well it would be a second report. The node's own clock spares the store the
 * question; the store asks again when it commits, for a node is frozen between any two steps.
 */
function whileHeld(turn: HeldTurn, inbox: Inbox): Inbox {
  return {
    accept: async (parts, cursor) => {
      if (turn.isOver()) throw new Error('this node has lost the session and may take nothing in by it');
      await inbox.accept(parts, cursor, turn);
    },
    acceptReceipts: (receipts) => inbox.acceptReceipts(receipts),
    settle: (keys) => inbox.settle(keys),
    cursor: (name) => inbox.cursor(name),
  };
}

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ChannelMeter, type Inbox, type PartKey, stopLimitMs } from '../../../src/ports/channel.js';
import type { Log } from '../../../src/ports/log.js';
import { type BindRole, bindFields } from './bind.js';
import { type FrameFault, FrameReader } from './codec/frames.js';
import { decodePdu, encodePdu, type Fields, integerTlv, isResponse, type Pdu, tagOf } from './codec/pdu.js';
import { commandStatus, statusName } from './codec/status.js';
import { encodeSubmitSm, type SubmitSm } from './codec/submitSm.js';
import type { SmppConfig } from './config.js';
import { bringsMessage, type InboundEvents, InboundFlow } from './inbound.js';
import { PartReader } from './part.js';
import { PduWriter } from './pduWriter.js';
import { PeerWatch } from './peerWatch.js';
import { type Answer, PendingRequests } from './pending.js';
import { telcoSubmitPolicy } from './profile.js';
import type { ReceiptIds } from './receiptIds.js';
import { Settlement } from './settlement.js';
import { describeSocketError, openSocket } from './socket.js';
import type { StallWatch } from './stallWatch.js';
import { SubmitDoubt } from './submitDoubt.js';
import { within } from './within.js';

export type LinkState = 'connecting' | 'binding' | 'bound' | 'draining' | 'closed';

export type BindResult =
  /** `peerVersion` is the peer's interface_version (0x34, 0x50), or null where it tells none. */
  | { readonly kind: 'bound'; readonly peerVersion: number | null }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'failed'; readonly cause: string };

export interface LinkOptions {
  readonly host: string;
  /** What its session is called in counts. */
  readonly session: string;
  readonly role: BindRole;
  readonly config: SmppConfig;
  readonly inbox: Inbox;
  readonly receiptIds: ReceiptIds;
  readonly stalls: StallWatch;
  readonly log: Log;
  readonly meter: ChannelMeter;
  /** Another submit_sm may have become possible. */
  readonly onRoom: () => void;
}

/** Something less than a channel may take. */
const stopWithinMs = stopLimitMs - 500;

const scInterfaceVersion = tagOf('sc_interface_version');

/**
 * One connection, from connect to close. It is never used again: a new attempt is a new link with a new number.
 *
 *   connecting -> binding -> bound -> draining -> closed
 *
 * - connecting: the TCP connection is being made, with TLS where the config has it (`connectTimeoutSeconds` for both).
 * - binding: bind_… is sent (`responseTimeoutSeconds`). A deliver_sm is refused with ESME_RINVBNDSTS.
 * - bound: messages flow. A silent peer is asked by enquire_link, and given up when it stays silent.
 * - draining: this side stops, or the peer sent unbind. No submit_sm starts; what is under way settles, up to
 *   `responseTimeoutSeconds`, or `stopLimitMs` in all where the gateway stops; deliver_sm is still taken.
 * - closed: from every state, at any time. Then every request has been settled.
 *
 * What a peer may get wrong: a body that does not add up costs that PDU alone; a command_length that no PDU has
 * ends the link, after what came before it has been committed and answered.
 */
export class Link {
  /** Unlike any other link's, restarts included: 48 bits by chance. */
  readonly number = randomBytes(6).readUIntBE(0, 6);
  /** Resolves with the cause when the connection is gone. */
  readonly closed: Promise<string>;

  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #writer: PduWriter;
  readonly #pending: PendingRequests<Pdu>;
  readonly #inbound: InboundFlow;
  readonly #settlement: Settlement;
  readonly #watch: PeerWatch;
  readonly #responseTimeoutMs: number;
  #state: LinkState = 'connecting';
  #cause = 'the peer closed the connection';
  #unreadable = false;
  #outstandingSubmits = 0;
  readonly #doubt = new SubmitDoubt();
  #peerUnbinds = false;
  #connectTimer: NodeJS.Timeout | undefined;
  #stopTimer: NodeJS.Timeout | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  readonly #ready: 'connect' | 'secureConnect';
  #onSubmitsSettled: (() => void)[] = [];
  #bindResult: (result: BindResult) => void = () => undefined;

  constructor(options: LinkOptions) {
    const { config, host, inbox } = options;
    this.#options = options;
    this.#responseTimeoutMs = config.responseTimeoutSeconds * 1_000;
    this.#pending = new PendingRequests(this.#responseTimeoutMs);
    this.#watch = this.#createWatch();
    this.#settlement = new Settlement(
      () => this.#watch.enquire(() => this.#settlement.answered()),
      (keys) => inbox.settle(keys),
    );
    const { socket, ready } = openSocket(config, host);
    this.#socket = socket;
    this.#writer = new PduWriter(socket);
    this.#ready = ready;
    this.#inbound = this.#createInbound();
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => resolve(this.#finish()));
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#cause = describeSocketError(error);
    });
    this.#socket.on('data', (chunk) => this.#onData(chunk));
    this.#socket.on('drain', () => this.#inbound.pauseOrResume());
  }

  get session(): string {
    return this.#options.session;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Whether a submit_sm may be written now. */
  get hasRoom(): boolean {
    const { role, config } = this.#options;
    const takesSubmits = this.#state === 'bound' && role !== 'receiver' && this.#socket.writable;
    return takesSubmits && this.#outstandingSubmits < (this.#doubt.isDoubtful ? 1 : config.window);
  }

  /** Whether the peer has left the last submit_sm unanswered, though it answers all else. */
  get isDoubtful(): boolean {
    return this.#doubt.isDoubtful;
  }

  /** For a person; empty where nothing is wrong. */
  get detail(): string {
    return this.#doubt.detail;
  }

  get outstandingSubmits(): number {
    return this.#outstandingSubmits;
  }

  /** How many messages of the peer wait for their answer. */
  get unansweredMessages(): number {
    return this.#inbound.unansweredPdus;
  }

  /** Connects and binds. To be called once. */
  open(): Promise<BindResult> {
    const timeoutMs = this.#options.config.connectTimeoutSeconds * 1_000;
    let step = 'TCP connection';
    this.#connectTimer = setTimeout(() => this.abort(`no ${step} within ${timeoutMs} ms`), timeoutMs);
    this.#socket.once('connect', () => {
      step = 'TLS handshake';
    });
    this.#socket.once(this.#ready, () => this.#bind());
    return new Promise((resolve) => {
      this.#bindResult = resolve;
    });
  }

  /** Only while `hasRoom`. */
  submit(submit: SubmitSm, onAnswer: (answer: Answer<Pdu>) => void): void {
    this.#outstandingSubmits += 1;
    const sequenceNumber = this.#pending.add('submit_sm', (answer) => {
      this.#outstandingSubmits -= 1;
      this.#noteSubmit(answer.kind);
      if (this.#saysUnbound(answer)) void this.drain('the peer holds this session for unbound');
      onAnswer(answer);
      if (this.#outstandingSubmits === 0) for (const resolve of this.#onSubmitsSettled.splice(0)) resolve();
      this.#options.onRoom();
    });
    this.#writer.write(encodeSubmitSm(submit, sequenceNumber));
  }

  /** A late response counts: the peer is slow then, and not deaf. */
  #noteSubmit(kind: Answer['kind']): void {
    const change = this.#doubt.note(kind);
    if (change === null) return;
    const { log } = this.#options;
    if (change === 'doubtful') log.warn({ link: this.number, detail: this.#doubt.detail }, 'link is doubtful');
    if (change === 'sound') log.info({ link: this.number }, 'submit_sm are answered again');
  }

  #saysUnbound(answer: Answer<Pdu>): boolean {
    if (answer.kind !== 'response' || answer.response.commandStatus === commandStatus.ESME_ROK) return false;
    return telcoSubmitPolicy(answer.response.commandStatus, this.#options.config) === 'rebind';
  }

  /** Ends the link in good order, within `stopLimitMs` whatever the peer does. `closed` tells when it has. */
  stop(cause: string): void {
    this.#stopTimer = setTimeout(() => this.abort(`${cause}, and the peer did not answer in time`), stopWithinMs);
    void this.drain(cause, stopWithinMs / 2);
  }

  /**
   * Ends the link in good order. `closed` tells when it has.
   *
   * @param settleMs for what is under way to settle, before unbind is sent
   */
  async drain(cause: string, settleMs = this.#responseTimeoutMs): Promise<void> {
    if (this.#state !== 'bound') {
      if (this.#state !== 'draining') this.abort(cause);
      return;
    }
    this.#state = 'draining';
    this.#cause = cause;
    await within(settleMs, Promise.all([this.#submitsSettled(), this.#inbound.idle()]));
    const unbound = this.#settlement.unbinding();
    this.#request('unbind', {}, (answer) => {
      if (answer.kind === 'response') unbound();
      this.#close();
    });
  }

  /** Ends the link at once. */
  abort(cause: string): void {
    this.#cause = cause;
    this.#socket.destroy();
  }

  #createInbound(): InboundFlow {
    const { config, inbox, receiptIds, stalls, meter } = this.#options;
    const socket = this.#socket;
    const writer = this.#writer;
    const peer = {
      get unsentOctets() {
        return writer.unsentOctets;
      },
      write: (octets: Buffer) => writer.write(octets),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      backlogged: (isSo: boolean) => this.#watch.backlogged(isSo),
    };
    const events: InboundEvents = {
      malformed: (command) => meter.count('pdu_malformed', { command }),
      odd: (oddity, encoding) => meter.count('oddity', { oddity, encoding }),
      committed: (parts) => meter.count('parts', {}, parts),
      receipt: ({ state }) => meter.count('receipt', { state }),
      acknowledged: (keys: readonly PartKey[]) => this.#settlement.acknowledged(keys),
      // Why is in the log already: the inbox tells it.
      commitFailed: (pdus) => meter.count('commit_failed', {}, pdus),
    };
    return new InboundFlow({ inbox, reader: new PartReader(config, this.number), receiptIds, stalls, peer, events });
  }

  #createWatch(): PeerWatch {
    const { config, meter } = this.#options;
    const peer = {
      inbound: () => this.#inbound,
      enquire: (onAnswer: (answer: Answer<Pdu>) => void) => this.#request('enquire_link', {}, onAnswer),
      onUnanswered: () => meter.count('enquire_link_unanswered'),
      abort: (cause: string) => this.abort(cause),
    };
    const enquireLinkMs = config.enquireLinkSeconds * 1_000;
    return new PeerWatch(peer, { enquireLinkMs, responseTimeoutMs: this.#responseTimeoutMs });
  }

  #bind(): void {
    const { config, role } = this.#options;
    clearTimeout(this.#connectTimer);
    this.#state = 'binding';
    this.#request(`bind_${role}`, bindFields(config), (answer) => this.#onBindAnswer(answer));
  }

  #onBindAnswer(answer: Answer<Pdu>): void {
    if (answer.kind !== 'response') {
      this.abort(answer.kind === 'timeout' ? `no answer to bind_${this.#options.role}` : answer.cause);
      return;
    }
    const status = answer.response.commandStatus;
    if (status !== commandStatus.ESME_ROK) {
      this.#bindResult({ kind: 'refused', status });
      this.abort(`bind refused with ${statusName(status)}`);
      return;
    }
    this.#state = 'bound';
    this.#watch.begin();
    this.#bindResult({ kind: 'bound', peerVersion: integerTlv(answer.response.tlvs, scInterfaceVersion) });
    this.#options.onRoom();
  }

  #onData(chunk: Buffer): void {
    if (this.#unreadable) return;
    this.#watch.chunkCame();
    this.#inbound.begin(Date.now());
    const fault = this.#frames.push(chunk, this.#onFrame);
    this.#inbound.flush();
    if (fault !== null) void this.#giveUp(fault);
  }

  readonly #onFrame = (octets: Buffer, start: number, end: number): void => {
    this.#watch.pduCame();
    const commandId = octets.readUInt32BE(start + 4);
    const open = this.#state === 'bound' || this.#state === 'draining';
    if (open && bringsMessage(commandId)) this.#inbound.take(octets, start, end);
    else this.#onOther(octets, start, end);
  };

  #onOther(octets: Buffer, start: number, end: number): void {
    const pdu = decodePdu(octets, start, end);
    if (isResponse(pdu.commandId)) {
      this.#onResponse(
        pdu.kind === 'pdu' ? pdu : { ...pdu, kind: 'pdu', command: 'unknown', fields: {}, tlvs: new Map() },
      );
    } else if (pdu.kind === 'unknown') {
      this.#refuse('generic_nack', pdu.sequenceNumber, commandStatus.ESME_RINVCMDID);
    } else if (pdu.kind === 'malformed') {
      this.#options.meter.count('pdu_malformed', { command: pdu.command });
      this.#refuse('generic_nack', pdu.sequenceNumber, pdu.answer);
    } else {
      this.#onRequest(pdu);
    }
  }

  #onResponse(pdu: Pdu): void {
    if (this.#pending.settle(pdu)) return;
    this.#options.meter.count('response_unexpected', { command: pdu.command });
    if (pdu.command === 'submit_sm_resp') this.#noteSubmit('response');
  }

  #onRequest({ command, commandId, sequenceNumber }: Pdu): void {
    if (command === 'enquire_link') this.#writer.write(encodePdu('enquire_link_resp', { sequenceNumber }));
    else if (command === 'unbind') void this.#onPeerUnbind(sequenceNumber);
    else if (bringsMessage(commandId)) this.#refuse(`${command}_resp`, sequenceNumber, commandStatus.ESME_RINVBNDSTS);
    else if (!wantsNoAnswer.has(command)) this.#refuse('generic_nack', sequenceNumber, commandStatus.ESME_RINVCMDID);
  }

  #refuse(command: string, sequenceNumber: number, status: number): void {
    this.#writer.write(encodePdu(command, { sequenceNumber, commandStatus: status }));
  }

  /** The answer comes after those to what the peer sent before; then its late responses are still welcome. */
  async #onPeerUnbind(sequenceNumber: number): Promise<void> {
    if (this.#peerUnbinds) return;
    this.#peerUnbinds = true;
    this.#state = 'draining';
    this.#cause = 'the peer sent unbind';
    await within(this.#responseTimeoutMs, this.#inbound.idle());
    this.#writer.write(encodePdu('unbind_resp', { sequenceNumber }));
    await within(this.#responseTimeoutMs, this.#submitsSettled());
    this.#close();
  }

  /** What came before the fault is committed and answered first. */
  async #giveUp({ commandLength, sequenceNumber }: FrameFault): Promise<void> {
    this.#unreadable = true;
    this.#state = 'draining';
    this.#cause = `the peer sent command_length ${commandLength}: no PDU has that, so the stream cannot be read on`;
    this.#options.meter.count('pdu_malformed', { command: 'unframed' });
    await within(this.#responseTimeoutMs, this.#inbound.idle());
    this.#refuse('generic_nack', sequenceNumber, commandStatus.ESME_RINVCMDLEN);
    this.#close();
  }

  #request(command: string, fields: Fields, settle: (answer: Answer<Pdu>) => void): void {
    if (this.#state === 'closed') {
      settle({ kind: 'closed', cause: this.#cause });
      return;
    }
    const sequenceNumber = this.#pending.add(command, settle);
    this.#writer.write(encodePdu(command, { sequenceNumber, fields }));
  }

  /** Closes after what was written has left, if the peer reads it. */
  #close(): void {
    if (this.#state === 'closed') return;
    this.#writer.flush();
    this.#socket.destroySoon();
    this.#closeTimer ??= setTimeout(() => this.#socket.destroy(), this.#responseTimeoutMs);
  }

  #submitsSettled(): Promise<void> {
    if (this.#outstandingSubmits === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSubmitsSettled.push(resolve);
    });
  }

  #finish(): string {
    this.#state = 'closed';
    for (const timer of [this.#connectTimer, this.#stopTimer, this.#closeTimer]) clearTimeout(timer);
    this.#watch.close();
    this.#settlement.close();
    this.#pending.close(this.#cause);
    this.#bindResult({ kind: 'failed', cause: this.#cause });
    return this.#cause;
  }
}

/** alert_notification has no response; outbind asks to be bound to, and that is what a session does anyway. */
const wantsNoAnswer = new Set(['alert_notification', 'outbind']);

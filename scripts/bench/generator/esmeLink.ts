import type { Socket } from 'node:net';
import type { MessageSource } from './deliverSm.js';
import type { Tally } from './load.js';
import { PduScanner } from './pduScanner.js';
import {
  commandId,
  cString,
  headerOctets,
  response,
  responseBit,
  temporaryStatuses,
  writeDigits,
  writeHeader,
} from './smppWire.js';

/** What the links of one run share; `remaining` counts down, Infinity where time ends the run. */
export interface Allowance {
  readonly window: number;
  readonly maxUnanswered: number;
  remaining: number;
}

export interface EsmeLinkEvents {
  bound(link: EsmeLink): void;
  closed(link: EsmeLink, fault: Error | null): void;
}

const systemId = cString('bench');
const messageIdDigits = 10;
const submitSmRespOctets = headerOctets + messageIdDigits + 1;

/** Write times are kept for so many sequence numbers: far more than a window, so that none is overwritten early. */
const writeTimeSlots = 1 << 16;
const writeTimeMask = writeTimeSlots - 1;

const none: Allowance = { window: 0, maxUnanswered: 0, remaining: 0 };

/** One ESME's connection, seen from the SMSC: keeps its window full and answers whatever the ESME asks. */
export class EsmeLink {
  readonly #socket: Socket;
  readonly #messages: MessageSource;
  readonly #tally: Tally;
  readonly #events: EsmeLinkEvents;
  readonly #scanner = new PduScanner();
  /** By sequence number; 0 marks a number that awaits no response. */
  readonly #writtenAtMs = new Float64Array(writeTimeSlots);
  #allowance = none;
  #sequence = 0;
  #unacknowledged = 0;
  #unanswered = 0;
  #messageId = 0;
  #nowMs = 0;
  #fault: Error | null = null;
  /** Sequence numbers of the submit_sm in the chunk at hand: they are answered with one write. */
  readonly #submits: number[] = [];

  constructor(socket: Socket, messages: MessageSource, tally: Tally, events: EsmeLinkEvents) {
    this.#socket = socket;
    this.#messages = messages;
    this.#tally = tally;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      this.#fault ??= error;
    });
    socket.on('close', () => events.closed(this, this.#fault));
  }

  /** Begins to keep the window full. */
  start(allowance: Allowance): void {
    this.#allowance = allowance;
    this.#nowMs = performance.now();
    this.#fill();
  }

  /** Sends nothing new; goes on taking responses and answering requests. */
  stop(): void {
    this.#allowance = none;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#nowMs = performance.now();
    try {
      this.#scanner.push(chunk, this.#visit);
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
      this.#socket.destroy();
      return;
    }
    this.#answerSubmits();
    this.#fill();
  }

  readonly #visit = (command: number, status: number, sequence: number): void => {
    switch (command) {
      case commandId.deliverSmResp:
      case commandId.genericNack:
        this.#acknowledged(status, sequence);
        break;
      case commandId.submitSm:
        this.#submits.push(sequence);
        break;
      default:
        this.#answer(command, sequence);
    }
  };

  #acknowledged(status: number, sequence: number): void {
    const slot = sequence & writeTimeMask;
    const writtenAtMs = this.#writtenAtMs[slot] ?? 0;
    if (writtenAtMs === 0) {
      this.#tally.strayResponses++;
      return;
    }
    this.#writtenAtMs[slot] = 0;
    this.#unacknowledged--;
    this.#tally.latency.record(this.#nowMs - writtenAtMs);
    if (status === 0) {
      this.#tally.acknowledged++;
      return;
    }
    this.#unanswered--;
    if (temporaryStatuses.has(status)) this.#tally.temporaryErrors++;
    else this.#tally.refusals++;
  }

  /** Everything but the traffic itself: binds, and the probes with which an ESME learns how far its responses got. */
  #answer(command: number, sequence: number): void {
    if (command >= responseBit) {
      this.#tally.strayResponses++;
      return;
    }
    const isBind =
      command === commandId.bindTransceiver ||
      command === commandId.bindReceiver ||
      command === commandId.bindTransmitter;
    this.#socket.write(response(command, sequence, isBind ? systemId : undefined));
    if (command === commandId.unbind) this.#socket.end();
    // A transmitter takes no deliver_sm; its replies are answered all the same.
    if (command === commandId.bindTransceiver || command === commandId.bindReceiver) this.#events.bound(this);
  }

  #answerSubmits(): void {
    const count = this.#submits.length;
    if (count === 0) return;
    const responses = Buffer.alloc(count * submitSmRespOctets);
    let at = 0;
    for (const sequence of this.#submits) {
      writeHeader(responses, at, submitSmRespOctets, commandId.submitSm + responseBit, sequence);
      writeDigits(responses, at + headerOctets, messageIdDigits, ++this.#messageId);
      at += submitSmRespOctets;
    }
    this.#submits.length = 0;
    this.#unanswered -= count;
    this.#tally.replies += count;
    this.#socket.write(responses);
  }

  #fill(): void {
    const allowance = this.#allowance;
    const count = Math.min(
      allowance.window - this.#unacknowledged,
      allowance.maxUnanswered - this.#unanswered,
      allowance.remaining,
    );
    if (count <= 0 || !this.#socket.writable) return;
    const first = this.#sequence + 1;
    // Wraps after 2^31 messages, as section 4.7.1 limits it; no run comes near.
    this.#sequence += count;
    for (let sequence = first; sequence <= this.#sequence; sequence++) {
      this.#writtenAtMs[sequence & writeTimeMask] = this.#nowMs;
    }
    allowance.remaining -= count;
    this.#unacknowledged += count;
    this.#unanswered += count;
    this.#tally.sent += count;
    this.#socket.write(this.#messages.batch(count, first));
  }
}

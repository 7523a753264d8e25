import type { Socket } from 'node:net';
import { FrameReader } from '../codec/frames.js';
import { decodePdu, encodePdu, type Fields, isResponse, type Pdu } from '../codec/pdu.js';
import { commandStatus } from '../codec/status.js';
import { encodeSubmitSm, type SubmitSm } from '../codec/submitSm.js';
import { bringsMessage } from '../inbound.js';
import { PendingRequests } from '../pending.js';

/**
 * What became of a request. Why none was answered is told more finely than a link needs it:
 * - `silent`: nothing came in time.
 * - `mismatched`: something came in time, with a sequence number that was never sent.
 * - `closed`: the peer hung up.
 * - `not_smpp`: what came is no SMPP.
 */
export type ProbeAnswer =
  | { readonly kind: 'response'; readonly pdu: Pdu }
  | { readonly kind: 'silent' | 'mismatched' | 'closed' | 'not_smpp' };

/** Decides what a message that comes meanwhile is answered with, as a command_status. */
export type OnMessage = (message: Pdu) => number | Promise<number>;

/**
 * A connection for the doctor: asks one thing after the other, and keeps nothing that a citizen sends. It stands
 * beside `Link`, which hides from the gateway just what is asked for here: how exactly a peer fails.
 */
export class Probe {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #onMessage: OnMessage;
  readonly #frames = new FrameReader();
  readonly #pending: PendingRequests<Pdu>;
  #mismatched = false;
  #notSmpp = false;
  #bound = false;

  /** @param timeoutMs how long a request may stay unanswered */
  constructor(socket: Socket, timeoutMs: number, onMessage: OnMessage) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    this.#pending = new PendingRequests(timeoutMs);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#pending.close('closed');
        resolve();
      });
    });
  }

  /** Resolves at the timeout at the latest. */
  ask(command: string, fields: Fields = {}): Promise<ProbeAnswer> {
    return this.#ask(command, (sequenceNumber) => encodePdu(command, { sequenceNumber, fields }));
  }

  /** As `ask`. */
  submit(submit: SubmitSm): Promise<ProbeAnswer> {
    return this.#ask('submit_sm', (sequenceNumber) => encodeSubmitSm(submit, sequenceNumber));
  }

  #ask(command: string, encode: (sequenceNumber: number) => Buffer): Promise<ProbeAnswer> {
    this.#mismatched = false;
    return new Promise((resolve) => {
      const sequenceNumber = this.#pending.add(command, (answer) => {
        if (answer.kind === 'response') resolve({ kind: 'response', pdu: answer.response });
        else if (this.#notSmpp) resolve({ kind: 'not_smpp' });
        else if (answer.kind === 'closed') resolve({ kind: 'closed' });
        else resolve({ kind: this.#mismatched ? 'mismatched' : 'silent' });
      });
      if (this.#socket.writable) this.#socket.write(encode(sequenceNumber));
      else this.#pending.close('closed');
    });
  }

  /** As `ask`, for a bind: `close` unbinds what was bound. */
  async bind(command: string, fields: Fields): Promise<ProbeAnswer> {
    const answer = await this.ask(command, fields);
    this.#bound = answer.kind === 'response' && answer.pdu.commandStatus === commandStatus.ESME_ROK;
    return answer;
  }

  /** Leaves in good order: a bind that is not unbound may count for minutes, and the gateway would be refused. */
  async close(): Promise<void> {
    if (this.#bound && this.#socket.writable) await this.ask('unbind');
    this.#pending.close('closed');
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#notSmpp) return;
    const fault = this.#frames.push(chunk, (octets, start, end) => this.#onFrame(octets, start, end));
    if (fault === null) return;
    this.#notSmpp = true;
    this.#pending.close('closed');
    this.#socket.destroy();
  }

  #onFrame(octets: Buffer, start: number, end: number): void {
    const decoded = decodePdu(octets, start, end);
    const { commandId, sequenceNumber } = decoded;
    if (isResponse(commandId)) {
      const pdu: Pdu =
        decoded.kind === 'pdu'
          ? decoded
          : { ...decoded, kind: 'pdu', command: 'unknown', fields: {}, tlvs: new Map<number, Buffer>() };
      if (!this.#pending.settle(pdu)) this.#mismatched = true;
    } else if (decoded.kind === 'pdu') {
      void this.#onRequest(decoded);
    } else if (bringsMessage(commandId) && decoded.kind === 'malformed') {
      this.#write(`${decoded.command}_resp`, sequenceNumber, commandStatus.ESME_RX_T_APPN);
    } else {
      this.#write('generic_nack', sequenceNumber, commandStatus.ESME_RINVCMDID);
    }
  }

  async #onRequest(pdu: Pdu): Promise<void> {
    const { command, commandId, sequenceNumber } = pdu;
    if (command === 'enquire_link' || command === 'unbind') {
      if (command === 'unbind') this.#bound = false;
      this.#write(`${command}_resp`, sequenceNumber, commandStatus.ESME_ROK);
    } else if (bringsMessage(commandId)) {
      this.#write(`${command}_resp`, sequenceNumber, await this.#onMessage(pdu));
    }
  }

  #write(command: string, sequenceNumber: number, status: number): void {
    if (this.#socket.writable) this.#socket.write(encodePdu(command, { sequenceNumber, commandStatus: status }));
  }
}

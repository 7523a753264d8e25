import type { Socket } from 'node:net';
import { type Frame, Framing, isResponse, LostFraming } from './framing.js';
import { type LibraryPdu, type PduFields, smpp, statusOf } from './library.js';

export type BindMode = 'receiver' | 'transmitter' | 'transceiver';

export interface Binding {
  readonly systemId: string;
  readonly mode: BindMode;
  readonly sinceMs: number;
}

/** What became of a request to the ESME. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'closed' };

export interface LinkEvents {
  /** Any PDU from the ESME, before anything is done about it. */
  onFrame(link: EsmeLink): void;
  /** A request from the ESME. */
  onRequest(link: EsmeLink, frame: Frame): void;
  onClose(link: EsmeLink): void;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly timer: NodeJS.Timeout;
}

const maxSequenceNumber = 0x7fffffff;

/** One TCP connection from an ESME. Bound or not is the telco's say: it sets `binding`. */
export class EsmeLink {
  binding: Binding | null = null;
  readonly #framing = new Framing();
  readonly #waiting = new Map<number, Waiting>();
  #sequenceNumber = 0;
  #sessionInit: NodeJS.Timeout | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly events: LinkEvents,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#closed());
  }

  /** How many requests wait for the ESME's response. */
  get outstanding(): number {
    return this.#waiting.size;
  }

  /** Whether deliver_sm may be sent here now. */
  get receives(): boolean {
    return this.socket.writable && this.binding !== null && this.binding.mode !== 'transmitter';
  }

  get transmits(): boolean {
    return this.binding !== null && this.binding.mode !== 'receiver';
  }

  /** Sends a request and waits for its response. Never rejects. */
  request(command: string, fields: PduFields, timeoutMs: number): Promise<Answer> {
    const sequenceNumber = this.nextSequenceNumber();
    const octets = new smpp.PDU(command, { ...fields, sequence_number: sequenceNumber }).toBuffer();
    if (!this.write(octets)) return Promise.resolve({ kind: 'closed' });
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#settle(sequenceNumber, { kind: 'timeout' }), timeoutMs);
      this.#waiting.set(sequenceNumber, { resolve, timer });
    });
  }

  /** Answers a request of the ESME by name of the response command. */
  respond(request: Frame, command: string, fields: PduFields): void {
    this.write(new smpp.PDU(command, { ...fields, sequence_number: request.sequenceNumber }).toBuffer());
  }

  nack(request: Pick<Frame, 'sequenceNumber'>, statusName: string): void {
    const fields = { command_status: statusOf(statusName), sequence_number: request.sequenceNumber };
    this.write(new smpp.PDU('generic_nack', fields).toBuffer());
  }

  nextSequenceNumber(): number {
    this.#sequenceNumber = this.#sequenceNumber === maxSequenceNumber ? 1 : this.#sequenceNumber + 1;
    return this.#sequenceNumber;
  }

  /** Writes octets as they are, malformed ones included. @returns false when the connection is gone. */
  write(octets: Buffer): boolean {
    if (!this.socket.writable) return false;
    this.socket.write(octets);
    return true;
  }

  /** A connection that never binds must not hold its place for ever. */
  cutUnlessBoundIn(timeoutMs: number): void {
    this.#sessionInit = setTimeout(() => {
      if (this.binding === null) this.cut();
    }, timeoutMs);
  }

  /** Lets what is written leave, then closes. */
  end(): void {
    this.socket.destroySoon();
  }

  /** Cuts the connection as a broken line does. */
  cut(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#framing.push(chunk)) {
        this.events.onFrame(this);
        this.#dispatch(frame);
        if (this.socket.destroyed) return;
      }
    } catch (error) {
      if (!(error instanceof LostFraming)) throw error;
      this.nack({ sequenceNumber: 0 }, 'ESME_RINVCMDLEN');
      this.end();
    }
  }

  #dispatch(frame: Frame): void {
    if (isResponse(frame)) this.#settle(frame.sequenceNumber, { kind: 'answered', status: frame.commandStatus });
    else this.events.onRequest(this, frame);
  }

  #settle(sequenceNumber: number, answer: Answer): void {
    const waiting = this.#waiting.get(sequenceNumber);
    if (waiting === undefined) return;
    this.#waiting.delete(sequenceNumber);
    clearTimeout(waiting.timer);
    waiting.resolve(answer);
  }

  #closed(): void {
    this.binding = null;
    if (this.#sessionInit !== null) clearTimeout(this.#sessionInit);
    for (const sequenceNumber of [...this.#waiting.keys()]) this.#settle(sequenceNumber, { kind: 'closed' });
    this.events.onClose(this);
  }
}

/** @returns null when the library cannot read the PDU. */
export function decode(frame: Frame): LibraryPdu | null {
  try {
    return new smpp.PDU(frame.octets);
  } catch {
    return null;
  }
}

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions, Server as TlsServer } from 'node:tls';
import smpp, { type PDU } from 'smpp';

/** A PDU as the peer got it: read by the `smpp` package, a second opinion on what our own codec writes. */
export interface ReceivedPdu {
  readonly command: string;
  readonly status: number;
  readonly sequence: number;
  readonly pdu: PDU;
  readonly octets: Buffer;
}

/** What the peer does by itself; a test changes it at any time. */
export interface PeerScript {
  bindStatus: number;
  answersBind: boolean;
  answersEnquireLink: boolean;
  answersUnbind: boolean;
  /** Put at the end of every response that is a success: what an SMPP 5.0 peer adds. */
  responseTlvs: readonly (readonly [tag: number, value: Buffer])[];
  /** Gets every submit_sm. */
  onSubmit: (submit: ReceivedPdu, link: PeerLink) => void;
}

/** A small SMSC for tests. */
export class Peer {
  readonly script: PeerScript = {
    bindStatus: 0,
    answersBind: true,
    answersEnquireLink: true,
    answersUnbind: true,
    responseTlvs: [],
    onSubmit: (submit, link) => link.respond(submit, { message_id: String(submit.sequence) }),
  };
  readonly links: PeerLink[] = [];
  readonly #server: Server;
  #onLink: ((link: PeerLink) => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
      const link = new PeerLink(socket, this.script);
      this.links.push(link);
      for (const resolve of this.#onLink.splice(0)) resolve(link);
    });
  }

  /** @param place a port of the peer's own, an address on loopback, TLS */
  static async listen(place: { port?: number; host?: string; tls?: TlsOptions } = {}): Promise<Peer> {
    const { port = 0, host = '127.0.0.1', tls } = place;
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return new Peer(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the peer does not listen');
    return address.port;
  }

  /** The next connection that comes. */
  nextLink(): Promise<PeerLink> {
    return new Promise((resolve) => {
      this.#onLink.push(resolve);
    });
  }

  /** The next connection, once it has bound. */
  async nextBound(): Promise<PeerLink> {
    const link = await this.nextLink();
    await link.bound;
    return link;
  }

  async close(): Promise<void> {
    for (const link of this.links) link.socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

interface Wanted {
  readonly matches: (pdu: ReceivedPdu) => boolean;
  readonly resolve: (pdu: ReceivedPdu) => void;
}

export class PeerLink {
  readonly received: ReceivedPdu[] = [];
  /** Resolves when a bind was answered with ESME_ROK. */
  readonly bound: Promise<void>;
  readonly closed: Promise<void>;
  #rest = Buffer.alloc(0);
  #wanted: Wanted[] = [];
  #sequence = 1_000;
  #onBound: () => void = () => undefined;

  constructor(
    readonly socket: Socket,
    private readonly script: PeerScript,
  ) {
    this.bound = new Promise((resolve) => {
      this.#onBound = resolve;
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => resolve());
    });
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.#onData(chunk));
  }

  /** The first PDU, already here or still to come, that is a `command` (and matches). */
  receives(command: string, matches: (pdu: ReceivedPdu) => boolean = () => true): Promise<ReceivedPdu> {
    const wanted = (pdu: ReceivedPdu) => pdu.command === command && matches(pdu);
    const here = this.received.find(wanted);
    if (here !== undefined) return Promise.resolve(here);
    return new Promise((resolve) => {
      this.#wanted.push({ matches: wanted, resolve });
    });
  }

  count(command: string): number {
    return this.received.filter((pdu) => pdu.command === command).length;
  }

  /** @returns the sequence number it went out with */
  send(command: string, fields: Readonly<Record<string, unknown>> = {}): number {
    this.#sequence += 1;
    this.write(encode(command, { sequence_number: this.#sequence, ...fields }));
    return this.#sequence;
  }

  /** Sends, and resolves with the response. */
  async ask(command: string, fields: Readonly<Record<string, unknown>> = {}): Promise<ReceivedPdu> {
    const sequence = this.send(command, fields);
    return this.answerTo(sequence);
  }

  answerTo(sequence: number): Promise<ReceivedPdu> {
    return new Promise((resolve) => {
      const matches = (pdu: ReceivedPdu) => pdu.sequence === sequence && isAnswer(pdu);
      const here = this.received.find(matches);
      if (here === undefined) this.#wanted.push({ matches, resolve });
      else resolve(here);
    });
  }

  respond(request: ReceivedPdu, fields: Readonly<Record<string, unknown>> = {}): void {
    const octets = encode(`${request.command}_resp`, { sequence_number: request.sequence, ...fields });
    const tlvs = (fields.command_status ?? 0) === 0 ? this.script.responseTlvs : [];
    this.write(tlvs.reduce((longer, [tag, value]) => withTlv(longer, tag, value), octets));
  }

  write(octets: Buffer): void {
    this.socket.write(octets);
  }

  #onData(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 16 && this.#rest.length >= this.#rest.readUInt32BE(0)) {
      const length = this.#rest.readUInt32BE(0);
      const octets = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      this.#onPdu(octets);
    }
  }

  #onPdu(octets: Buffer): void {
    const pdu = new smpp.PDU(octets);
    const { command, command_status: status, sequence_number: sequence } = pdu;
    const received = { command, status, sequence, pdu, octets };
    this.received.push(received);
    this.#react(received);
    const wanted = this.#wanted.filter(({ matches }) => matches(received));
    this.#wanted = this.#wanted.filter((each) => !wanted.includes(each));
    for (const { resolve } of wanted) resolve(received);
  }

  #react(received: ReceivedPdu): void {
    const { script } = this;
    if (received.command.startsWith('bind_') && !isAnswer(received)) {
      if (!script.answersBind) return;
      this.respond(received, { command_status: script.bindStatus, system_id: 'peer' });
      if (script.bindStatus === 0) this.#onBound();
    }
    if (received.command === 'enquire_link' && script.answersEnquireLink) this.respond(received);
    if (received.command === 'unbind' && script.answersUnbind) this.respond(received);
    if (received.command === 'submit_sm') script.onSubmit(received, this);
  }
}

function isAnswer({ command }: ReceivedPdu): boolean {
  return command.endsWith('_resp') || command === 'generic_nack';
}

/** The package encodes a message_payload too, but leaks a global (`skipUdh`) in doing so: hence by hand. */
export function encode(command: string, fields: Readonly<Record<string, unknown>>): Buffer {
  const { message_payload: payload, ...others } = fields;
  const octets = new smpp.PDU(command, others).toBuffer();
  return Buffer.isBuffer(payload) ? withTlv(octets, 0x0424, payload) : octets;
}

/** Appends a TLV to a PDU. */
export function withTlv(octets: Buffer, tag: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  const longer = Buffer.concat([octets, head, value]);
  longer.writeUInt32BE(longer.length, 0);
  return longer;
}

/** A citizen's text as an SMSC sends it, in GSM 03.38 unless told. */
export function deliverSm(text: string | Buffer, fields: Readonly<Record<string, unknown>> = {}) {
  const shortMessage = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: '6281234567890',
    dest_addr_ton: 3,
    destination_addr: '1708',
    data_coding: 0,
    short_message: shortMessage,
    ...fields,
  };
}

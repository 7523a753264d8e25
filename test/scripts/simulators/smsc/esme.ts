import { once } from 'node:events';
import {
  type LibraryPdu,
  type LibrarySession,
  type PduFields,
  smpp,
} from '../../../../scripts/simulators/smsc/library.js';

/**
 * An ESME played by the `smpp` package's own session: a peer that shares no code with the simulator's side of
 * the line, nor with the gateway's adapter.
 */

// The package assigns a variable it never declares when it decodes a message_payload; declared here before
// mocha looks, or the leak check would blame whichever test came first.
Reflect.set(globalThis, 'skipUdh', undefined);

const patienceMs = 15_000;

/** The statuses to answer deliver_sm with, or null to leave it unanswered. */
export type Manners = (deliver: LibraryPdu) => number | null;

export class Esme {
  /** Every deliver_sm, in the order of arrival. */
  readonly delivered: LibraryPdu[] = [];
  readonly #arrivals: Array<() => void> = [];
  readonly closed: Promise<unknown>;

  private constructor(
    readonly session: LibrarySession,
    manners: Manners,
  ) {
    this.closed = once(session.socket, 'close');
    session.on('error', () => undefined);
    session.on('deliver_sm', (pdu) => {
      this.delivered.push(pdu);
      const status = manners(pdu);
      if (status !== null) session.send(pdu.response({ command_status: status }));
      for (const arrived of this.#arrivals.splice(0)) arrived();
    });
    session.on('unbind', (pdu) => session.send(pdu.response()));
  }

  static async connect(port: number, manners: Manners = () => 0): Promise<Esme> {
    const session = smpp.connect({ host: '127.0.0.1', port });
    await once(session.socket, 'connect');
    return new Esme(session, manners);
  }

  static async bound(port: number, manners?: Manners, mode = 'transceiver'): Promise<Esme> {
    const esme = await Esme.connect(port, manners);
    const { command_status: status } = await esme.bind({ mode });
    if (status !== 0) throw new Error(`bind refused with ${status}`);
    return esme;
  }

  bind({ mode = 'transceiver', systemId = 'lapor', password = 'secret' } = {}): Promise<LibraryPdu> {
    return this.request(`bind_${mode}`, { system_id: systemId, password });
  }

  request(command: string, fields: PduFields = {}): Promise<LibraryPdu> {
    return within(
      `a response to ${command}`,
      new Promise((resolve) => {
        this.session.send(new smpp.PDU(command, fields), resolve);
      }),
    );
  }

  submit(text: string, fields: PduFields = {}): Promise<LibraryPdu> {
    return this.request('submit_sm', {
      source_addr: '1708',
      destination_addr: '6281234567890',
      data_coding: 0,
      short_message: smpp.encodings.ASCII.encode(text),
      ...fields,
    });
  }

  /** Waits until so many deliver_sm have come. */
  async deliveries(count: number): Promise<readonly LibraryPdu[]> {
    while (this.delivered.length < count) {
      const next = new Promise<void>((resolve) => {
        this.#arrivals.push(resolve);
      });
      await within(`delivery ${this.delivered.length + 1} of ${count}`, next);
    }
    return this.delivered;
  }

  close(): void {
    this.session.destroy();
  }
}

/** Octets and text of a deliver_sm as the library decodes it. */
export function messageOf(pdu: LibraryPdu): { readonly text: string; readonly udh: readonly Buffer[] } {
  const payload = pdu.message_payload as { message: string } | undefined;
  const { message, udh = [] } = pdu.short_message as { message: string; udh?: Buffer[] };
  return { text: payload?.message ?? message, udh };
}

export async function within<Value>(what: string, value: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patienceMs} ms for ${what}`)), patienceMs);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

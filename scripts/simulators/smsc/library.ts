import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/**
 * The slice of the `smpp` package that the simulator relies on. The package carries no types, so what is
 * used is declared here. The library serves as codec and as a second opinion on alphabets: a telco that
 * read texts with the gateway's own tables could not notice a fault in them.
 */
export interface LibraryPdu {
  readonly command: string;
  readonly command_id: number;
  readonly command_status: number;
  readonly sequence_number: number;
  response(options?: PduFields): LibraryPdu;
  toBuffer(): Buffer;
  readonly [field: string]: unknown;
}

export type PduFields = Readonly<Record<string, string | number | Buffer>>;

interface Alphabet {
  match(text: string): boolean;
  encode(text: string): Buffer;
  decode(octets: Buffer): string;
}

/** A client session, as tests use it to play an ESME. */
export interface LibrarySession {
  on(event: string, listener: (pdu: LibraryPdu) => void): this;
  send(pdu: LibraryPdu, onResponse?: (pdu: LibraryPdu) => void): boolean;
  destroy(): void;
  readonly socket: Socket;
}

interface SmppLibrary {
  readonly PDU: {
    new (command: string, fields?: PduFields): LibraryPdu;
    new (octets: Buffer): LibraryPdu;
  };
  readonly errors: Readonly<Record<string, number>>;
  readonly encodings: { readonly ASCII: Alphabet; readonly LATIN1: Alphabet; readonly UCS2: Alphabet };
  connect(options: { readonly host: string; readonly port: number }): LibrarySession;
}

export const smpp = createRequire(import.meta.url)('smpp') as SmppLibrary;

const nameOfStatus = new Map(Object.entries(smpp.errors).map(([name, status]) => [status, name]));

/** `ESME_RTHROTTLED` for 0x58; the number in hex for a status that the specification does not name. */
export function statusName(status: number): string {
  return nameOfStatus.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

/** @throws RangeError for a name that the specification does not have. */
export function statusOf(name: string): number {
  const status = smpp.errors[name];
  if (status === undefined) throw new RangeError(`SMPP has no command_status "${name}"`);
  return status;
}

import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/** The slice of `smpp` 0.5.1 that the bare client uses; the package brings no types. */
export interface SmppPdu {
  readonly source_addr: string;
  readonly destination_addr: string;
  response(): SmppPdu;
}

export interface SmppSession {
  readonly socket: Socket;
  on(event: 'connect' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'deliver_sm', listener: (pdu: SmppPdu) => void): void;
  send(pdu: SmppPdu): boolean;
  submit_sm(fields: Record<string, string>): boolean;
  bind_transceiver(fields: Record<string, string>, answered: (response: { command_status: number }) => void): boolean;
}

interface SmppLibrary {
  connect(options: { host: string; port: number }): SmppSession;
}

export const smpp = createRequire(import.meta.url)('smpp') as SmppLibrary;

import { headerOctets } from './smppWire.js';

export type PduVisitor = (command: number, status: number, sequence: number) => void;

/** No PDU of a well-behaved ESME comes near this; a larger length means that the framing is lost. */
const maxPduOctets = 65_536;

const noOctets = Buffer.alloc(0);

/** Walks the headers in a byte stream and ignores bodies. PDUs may be cut anywhere between two chunks. */
export class PduScanner {
  #carry: Buffer = noOctets;

  /** Throws when a command_length is impossible: the stream cannot be followed any further. */
  push(chunk: Buffer, visit: PduVisitor): void {
    const octets = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    let at = 0;
    while (octets.length - at >= headerOctets) {
      const length = octets.readUInt32BE(at);
      if (length < headerOctets || length > maxPduOctets) {
        throw new Error(`The ESME sent command_length ${length}; ${headerOctets} to ${maxPduOctets} was expected`);
      }
      if (octets.length - at < length) break;
      visit(octets.readUInt32BE(at + 4), octets.readUInt32BE(at + 8), octets.readUInt32BE(at + 12));
      at += length;
    }
    this.#carry = at === octets.length ? noOctets : octets.subarray(at);
  }
}

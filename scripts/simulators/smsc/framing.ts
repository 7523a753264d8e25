/**
 * Cuts a TCP stream into PDUs. The `smpp` package's own session is not used for this: one PDU that it cannot
 * decode wedges it for good, and a simulator has to outlive the faults of the ESME it is there to find.
 */

export const headerOctets = 16;
const maxPduOctets = 64 * 1024 + headerOctets;

/** A PDU's header, and all its octets (header included). */
export interface Frame {
  readonly commandId: number;
  readonly commandStatus: number;
  readonly sequenceNumber: number;
  readonly octets: Buffer;
}

/** A command_length that cannot be: where the next PDU begins is unknown, so the stream ends here. */
export class LostFraming extends Error {
  constructor(readonly commandLength: number) {
    super(`command_length ${commandLength} is not between ${headerOctets} and ${maxPduOctets}`);
  }
}

export class Framing {
  #rest: Buffer = Buffer.alloc(0);

  /** Yields each complete PDU. @throws LostFraming */
  *push(chunk: Buffer): Generator<Frame> {
    let octets = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (octets.length >= 4) {
      const length = octets.readUInt32BE(0);
      if (length < headerOctets || length > maxPduOctets) throw new LostFraming(length);
      if (octets.length < length) break;
      yield frameOf(octets.subarray(0, length));
      octets = octets.subarray(length);
    }
    this.#rest = octets;
  }
}

function frameOf(octets: Buffer): Frame {
  return {
    commandId: octets.readUInt32BE(4),
    commandStatus: octets.readUInt32BE(8),
    sequenceNumber: octets.readUInt32BE(12),
    octets,
  };
}

const responseBit = 0x80000000;

export function isResponse(frame: Frame): boolean {
  return (frame.commandId & responseBit) !== 0;
}

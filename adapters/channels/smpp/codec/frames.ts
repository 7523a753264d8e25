/** A header: command_length, command_id, command_status, sequence_number (SMPP 3.4 §3.2). */
export const headerOctets = 16;

/**
 * No PDU is longer. The longest honest ones carry a message_payload; a long complaint has a few kilobytes.
 * A limit is needed, for command_length may claim four gigabytes.
 */
export const maxPduOctets = 16_384;

/**
 * A command_length that no PDU has. Nothing tells where the next PDU begins, so the stream cannot be read on.
 */
export interface FrameFault {
  readonly commandLength: number;
  /** 0 where the header could not be read. */
  readonly sequenceNumber: number;
}

/** Receives the place of one PDU inside `octets`. */
export type OnFrame = (octets: Buffer, start: number, end: number) => void;

/**
 * Cuts a TCP stream into PDUs. Frames are handed over as places in the chunk, not as copies: a chunk of
 * 64 KB holds some 600 short messages.
 */
export class FrameReader {
  #rest: Buffer | null = null;

  /** @returns the fault that ends the stream, or null. Every PDU before it has been handed over. */
  push(chunk: Buffer, onFrame: OnFrame): FrameFault | null {
    const octets = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    while (octets.length - start >= 4) {
      const commandLength = octets.readUInt32BE(start);
      if (commandLength < headerOctets || commandLength > maxPduOctets) {
        this.#rest = null;
        return { commandLength, sequenceNumber: sequenceAt(octets, start, commandLength) };
      }
      const end = start + commandLength;
      if (end > octets.length) break;
      onFrame(octets, start, end);
      start = end;
    }
    // A copy: a view of a few octets would keep the whole chunk in memory until the next one comes.
    this.#rest = start === octets.length ? null : Buffer.from(octets.subarray(start));
    return null;
  }
}

function sequenceAt(octets: Buffer, start: number, commandLength: number): number {
  const readable = commandLength >= headerOctets && octets.length - start >= headerOctets;
  return readable ? octets.readUInt32BE(start + 12) : 0;
}

/** A header: command_length, command_id, command_status, sequence_number (SMPP 3.4 §3.2). */
export const headerOctets = 16;
const lengthOctets = 4;

/**
 * What claims to be longer is no PDU: command_length may say four gigabytes. Far above the longest lawful ones, whose
 * message_payload has 64 KB (SMPP 3.4 §5.3.2.32). A PDU that a fault of the peer's made longer than any should be is
 * read, found not to add up and answered for good; ending the link for it would make the peer send it again on the next
 * link, and on the one after.
 */
export const maxPduOctets = 1024 * 1024;

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
 * Cuts a TCP stream into PDUs. Frames are handed over as places in the chunk, not as copies: a chunk of 64 KB holds some
 * 600 short messages. Only a PDU that a chunk's end has cut is copied, each octet once, however small the chunks.
 */
export class FrameReader {
  /** As long as the PDU that was cut; of the length of command_length alone while that is cut itself. */
  #cut: Buffer | null = null;
  #filledOctets = 0;

  /** @returns the fault that ends the stream, or null. Every PDU before it has been handed over. */
  push(chunk: Buffer, onFrame: OnFrame): FrameFault | null {
    let start = 0;
    while (start < chunk.length) {
      if (this.#cut !== null) {
        start += this.#fill(this.#cut, chunk, start);
        const fault = this.#takeFilled(this.#cut, onFrame);
        if (fault !== null) return fault;
      } else if (chunk.length - start < lengthOctets) {
        this.#cut = Buffer.alloc(lengthOctets);
      } else {
        const commandLength = chunk.readUInt32BE(start);
        if (!isPossible(commandLength))
          return { commandLength, sequenceNumber: sequenceAt(chunk, start, commandLength) };
        const end = start + commandLength;
        if (end > chunk.length) {
          this.#cut = Buffer.allocUnsafe(commandLength);
        } else {
          onFrame(chunk, start, end);
          start = end;
        }
      }
    }
    return null;
  }

  /** @returns how many octets it took. */
  #fill(cut: Buffer, chunk: Buffer, start: number): number {
    const copied = chunk.copy(cut, this.#filledOctets, start);
    this.#filledOctets += copied;
    return copied;
  }

  #takeFilled(cut: Buffer, onFrame: OnFrame): FrameFault | null {
    if (this.#filledOctets < cut.length) return null;
    if (cut.length === lengthOctets) {
      const commandLength = cut.readUInt32BE(0);
      if (!isPossible(commandLength)) return { commandLength, sequenceNumber: 0 };
      this.#cut = Buffer.allocUnsafe(commandLength);
      cut.copy(this.#cut);
      return null;
    }
    this.#cut = null;
    this.#filledOctets = 0;
    onFrame(cut, 0, cut.length);
    return null;
  }
}

function isPossible(commandLength: number): boolean {
  return commandLength >= headerOctets && commandLength <= maxPduOctets;
}

function sequenceAt(octets: Buffer, start: number, commandLength: number): number {
  const readable = commandLength >= headerOctets && octets.length - start >= headerOctets;
  return readable ? octets.readUInt32BE(start + 12) : 0;
}

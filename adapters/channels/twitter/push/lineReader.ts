/**
 * Cuts a stream of octets into lines. X ends each message with `\r\n` and sends an empty line as a sign of life; octets
 * come cut anywhere, in the middle of a character as well. So lines are cut from octets and only then read as text: no
 * octet of a character in UTF-8 looks like a line's end.
 */
export class LineReader {
  readonly #maxOctets: number;
  #pieces: Buffer[] = [];
  #octets = 0;

  constructor(maxOctets = 1024 * 1024) {
    this.#maxOctets = maxOctets;
  }

  /** @returns the lines that ended, empty ones as empty. @throws when a line is longer than any message can be. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      this.#keep(chunk.subarray(from, end));
      lines.push(this.#line());
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#octets += piece.length;
    if (this.#octets > this.#maxOctets) throw new RangeError(`a line is longer than ${this.#maxOctets} octets`);
    // A copy: the chunk's memory is the socket's.
    this.#pieces.push(Buffer.from(piece));
  }

  #line(): string {
    const line = Buffer.concat(this.#pieces).toString('utf8');
    this.#pieces = [];
    this.#octets = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}

const newline = 0x0a;

const headEnd = Buffer.from('\r\n\r\n');

/**
 * Finds the ends of HTTP answers in a stream, and their statuses. Only what the measured servers send: a status line and
 * a content-length. Anything else is an Error, for a figure over answers that were misread would be worse than none.
 */
export class AnswerScanner {
  #pending: Buffer = Buffer.alloc(0);

  /** @returns the statuses of the answers that this chunk completes */
  push(chunk: Buffer): number[] {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const statuses: number[] = [];
    for (;;) {
      const headAt = rest.indexOf(headEnd);
      if (headAt === -1) break;
      const head = rest.toString('latin1', 0, headAt);
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (status === undefined || length === undefined) throw new Error('an answer without a status or content-length');
      const end = headAt + headEnd.length + Number(length);
      if (rest.length < end) break;
      statuses.push(Number(status));
      rest = rest.subarray(end);
    }
    this.#pending = rest;
    return statuses;
  }
}

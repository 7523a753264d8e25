export interface ScannedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly idempotencyKey: string | null;
  /** The client reads no further answer on this connection. */
  readonly isLast: boolean;
}

/** No client of the bench comes near these; more means that the framing is lost. */
const headMaxOctets = 16 * 1024;
const bodyMaxOctets = 1024 * 1024;

const noOctets = Buffer.alloc(0);
const headEnd = Buffer.from('\r\n\r\n');
const requestLine = /^([A-Z]+) (\S+) HTTP\/1\.([01])(?:\r\n|$)/;
/** As long as the names of the fields that frame a request or are asked for; the others are passed over unread. */
const nameLengths: ReadonlySet<number> = new Set([10, 14, 15, 17]);

/**
 * Finds HTTP/1.1 requests in a byte stream, pipelined or not, and passes over their bodies. They may be cut anywhere
 * between two chunks. A body must come with its length: chunked ones are not read.
 */
export class RequestScanner {
  #carry: Buffer = noOctets;

  /** Throws when the stream cannot be followed any further. */
  push(chunk: Buffer, visit: (request: ScannedRequest) => void): void {
    const octets = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    let at = 0;
    for (;;) {
      const end = octets.indexOf(headEnd, at);
      if ((end === -1 ? octets.length : end) - at > headMaxOctets) throw new Error('The head of a request has no end');
      if (end === -1) break;
      const request = readHead(octets.toString('latin1', at, end));
      const next = end + headEnd.length + request.bodyOctets;
      if (next > octets.length) break;
      visit(request);
      at = next;
    }
    this.#carry = at === octets.length ? noOctets : octets.subarray(at);
  }
}

function readHead(head: string): ScannedRequest & { readonly bodyOctets: number } {
  const line = requestLine.exec(head);
  if (line === null) throw new Error('A request does not begin with an HTTP/1 request line');
  const [, method = '', path = '', minor] = line;
  const request = { method, path, idempotencyKey: null as string | null, isLast: minor === '0', bodyOctets: 0 };
  for (let at = head.indexOf('\r\n'); at !== -1; ) {
    const next = head.indexOf('\r\n', at + 2);
    const colon = head.indexOf(':', at + 2);
    if (nameLengths.has(colon - at - 2)) {
      const value = head.slice(colon + 1, next === -1 ? head.length : next).trim();
      switch (head.slice(at + 2, colon).toLowerCase()) {
        case 'content-length':
          request.bodyOctets = bodyLength(value);
          break;
        case 'idempotency-key':
          request.idempotencyKey = value;
          break;
        case 'connection':
          request.isLast ||= value.toLowerCase() === 'close';
          break;
        case 'transfer-encoding':
          throw new Error('A request came with a Transfer-Encoding');
      }
    }
    at = next;
  }
  return request;
}

function bodyLength(value: string): number {
  const octets = /^\d{1,9}$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
  if (octets > bodyMaxOctets) throw new Error(`A request has Content-Length ${value}`);
  return octets;
}

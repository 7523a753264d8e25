import { expect } from 'chai';
import { RequestScanner, type ScannedRequest } from '../../../scripts/bench/tracker/requestScanner.js';

const post = 'POST /reports HTTP/1.1\r\nHost: t\r\nIdempotency-Key:  one \r\ncontent-length: 6\r\n\r\n\r\n\r\n{}';
const get = 'GET /reply-text?text=a HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n';

const scanned: readonly ScannedRequest[] = [
  { method: 'POST', path: '/reports', idempotencyKey: 'one', isLast: false },
  { method: 'GET', path: '/reply-text?text=a', idempotencyKey: null, isLast: true },
];

function scan(...chunks: readonly string[]): ScannedRequest[] {
  const scanner = new RequestScanner();
  const found: ScannedRequest[] = [];
  for (const chunk of chunks) {
    scanner.push(Buffer.from(chunk), ({ method, path, idempotencyKey, isLast }) =>
      found.push({ method, path, idempotencyKey, isLast }),
    );
  }
  return found;
}

const refused: readonly { label: string; stream: string }[] = [
  { label: 'what is no HTTP', stream: '\x16\x03\x01 halo\r\n\r\n' },
  { label: 'a body in chunks', stream: 'POST /reports HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n' },
  { label: 'a length that is none', stream: 'POST /reports HTTP/1.1\r\nContent-Length: -1\r\n\r\n' },
  { label: 'a length of a gigabyte', stream: 'POST /reports HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n' },
  { label: 'a head without end', stream: `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}` },
];

describe('bench: request scanner', () => {
  it('finds requests one behind the other', () => {
    expect(scan(post + get)).to.deep.equal(scanned);
  });

  it('finds them wherever the stream is cut', () => {
    const stream = post + get;
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(scan(stream.slice(0, cut), stream.slice(cut))).to.deep.equal(scanned);
    }
    expect(scan(...stream)).to.deep.equal(scanned);
  });

  it('says nothing of a request before its body is whole', () => {
    expect(scan(post.slice(0, -1))).to.deep.equal([]);
  });

  for (const { label, stream } of refused) {
    it(`refuses ${label}`, () => expect(() => scan(stream)).to.throw());
  }
});

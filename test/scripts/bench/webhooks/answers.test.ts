import { expect } from 'chai';
import { AnswerScanner } from '../../../../scripts/bench/webhooks/answers.js';

const ok = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n000';
const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: 10\r\n\r\n';

describe('bench: answers to webhooks', () => {
  it('are found however the stream is cut', () => {
    const stream = Buffer.from(ok + busy + ok);
    for (let size = 1; size <= stream.length; size += 1) {
      const scanner = new AnswerScanner();
      const found: number[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...scanner.push(stream.subarray(at, at + size)));
      expect(found, `in chunks of ${size}`).to.deep.equal([200, 503, 200]);
    }
  });

  it('of unknown length are a fault', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    expect(() => new AnswerScanner().push(chunked)).to.throw('content-length');
  });
});

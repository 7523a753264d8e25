import { expect } from 'chai';
import { type AttemptEnd, Backoff } from '../../../../adapters/channels/smpp/backoff.js';
import { TokenBucket } from '../../../../adapters/channels/smpp/tokenBucket.js';

describe('back-off', () => {
  const options = { minMs: 1_000, maxMs: 8_000, refusedMs: 60_000 };
  const failed: AttemptEnd = { kind: 'failed' };
  const lost = (boundForMs: number): AttemptEnd => ({ kind: 'lost', boundForMs });
  const refused = (credentials: boolean): AttemptEnd => ({ kind: 'refused', credentials });
  const cases = [
    { label: 'doubles up to its maximum', ends: Array(6).fill(failed), delays: [1, 2, 4, 8, 8, 8] },
    {
      label: 'starts afresh after a bind that held',
      ends: [failed, failed, failed, lost(9_000)],
      delays: [1, 2, 4, 1],
    },
    { label: 'goes on after a bind that was lost at once', ends: [lost(5), lost(5), lost(5)], delays: [1, 2, 4] },
    { label: 'waits long after wrong credentials', ends: [refused(true), refused(true)], delays: [60, 60] },
    { label: 'waits as usual after another refusal', ends: [refused(false), refused(false)], delays: [1, 2] },
  ];
  for (const { label, ends, delays } of cases) {
    it(label, () => {
      const backoff = new Backoff(options, () => 0);
      expect(ends.map((end: AttemptEnd) => backoff.delayMs(end) / 1_000)).to.deep.equal(delays);
    });
  }

  it('takes off up to a half by chance', () => {
    expect(new Backoff(options, () => 0.999_999).delayMs(failed)).to.equal(500);
  });
});

describe('token bucket', () => {
  /** How many tokens it gives from `fromMs` to `toMs`, asked every ms. */
  function given(bucket: TokenBucket, fromMs: number, toMs: number): number {
    let tokens = 0;
    for (let nowMs = fromMs; nowMs < toMs; nowMs += 1) while (bucket.take(nowMs) === 0) tokens += 1;
    return tokens;
  }

  it('gives its rate, and a tenth of a second at once', () => {
    const bucket = new TokenBucket(50);
    expect(given(bucket, 1_000, 1_001)).to.equal(5);
    expect(given(bucket, 1_001, 11_001)).to.be.within(499, 501);
  });

  it('gives at least one at once, however low the rate', () => {
    const bucket = new TokenBucket(0.5);
    expect(given(bucket, 1_000, 1_001)).to.equal(1);
    expect(bucket.take(1_001)).to.be.within(1_998, 2_000);
  });

  it('gives nothing while it pauses, and no burst after', () => {
    const bucket = new TokenBucket(50);
    bucket.pause(2_000);
    expect(given(bucket, 1_000, 2_000)).to.equal(0);
    expect(given(bucket, 2_000, 2_101)).to.be.within(4, 6);
  });

  it('takes a clock that steps back', () => {
    const bucket = new TokenBucket(50);
    expect(given(bucket, 5_000, 5_001)).to.equal(5);
    expect(bucket.take(1_000)).to.be.greaterThan(0);
  });
});

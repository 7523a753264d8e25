import { expect } from 'chai';
import fc from 'fast-check';
import { LatencyHistogram } from '../../../../scripts/bench/generator/latencyHistogram.js';

describe('bench: latency histogram', () => {
  it('knows nothing at first', () => {
    expect(new LatencyHistogram().summary()).to.deep.equal({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
  });

  it('gives any percentile within two percent of the exact one', () => {
    const latencies = fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    const share = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1);
    fc.assert(
      fc.property(latencies, share, (values, wanted) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.record(value);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(wanted * sorted.length) - 1] ?? 0;
        expect(histogram.percentile(wanted)).to.be.within(exact * 0.999, exact * 1.021);
      }),
    );
  });

  it('keeps what is longer than its last bucket as the maximum', () => {
    const histogram = new LatencyHistogram();
    histogram.record(500_000);
    expect(histogram.summary().maxMs).to.equal(500_000);
    expect(histogram.percentile(1)).to.be.above(80_000);
  });

  it('forgets everything on reset', () => {
    const histogram = new LatencyHistogram();
    histogram.record(5);
    histogram.reset();
    expect(histogram.summary()).to.deep.equal({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
  });
});

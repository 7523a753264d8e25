import { expect } from 'chai';
import fc from 'fast-check';
import { newSenderRef } from '../../src/domain/senderRef.js';

const anyTimeMs = fc.integer({ min: 0, max: Date.UTC(2500, 0) });

describe('the pseudonym of a sender', () => {
  it('grows with the second in which a sender first wrote', () => {
    fc.assert(
      fc.property(anyTimeMs, anyTimeMs, (one, other) => {
        const [earlier, later] = [one, other].sort((left, right) => left - right) as [number, number];
        if (Math.floor(earlier / 1000) === Math.floor(later / 1000)) return;
        expect(newSenderRef(earlier) < newSenderRef(later)).to.equal(true);
      }),
    );
  });

  it('is never the same for two who write at once, and has no letter but small ones and digits', () => {
    const refs = Array.from({ length: 1_000 }, () => newSenderRef(1_795_000_000_000));
    expect(new Set(refs)).to.have.property('size', refs.length);
    for (const ref of refs) expect(ref).to.match(/^s_[0-9a-z]{23}$/);
  });
});

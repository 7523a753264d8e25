import { expect } from 'chai';
import fc from 'fast-check';
import { Remembered } from '../../src/domain/remembered.js';

const fewest = 5;

describe('what is remembered', () => {
  it('is the newest value of each of the last keys, and of no more than twice as many', () => {
    const sets = fc.array(fc.tuple(fc.nat(30), fc.nat()), { maxLength: 100 });
    fc.assert(
      fc.property(sets, (all) => {
        const remembered = new Remembered<number, number>(fewest);
        for (const [key, value] of all) remembered.set(key, value);
        const newest = new Map<number, number>();
        for (const [key, value] of all.toReversed()) if (!newest.has(key)) newest.set(key, value);
        const lately = [...newest.keys()].slice(0, fewest);
        const kept = [...newest].filter(([key]) => remembered.has(key));
        expect(kept.map(([key]) => key)).to.include.members(lately);
        expect(kept.length).to.be.at.most(2 * fewest);
        for (const [key, value] of kept) expect(remembered.get(key)).to.equal(value);
      }),
    );
  });

  it('is nothing after it was cleared', () => {
    const remembered = new Remembered<number, number>(2);
    for (const key of [1, 2, 3]) remembered.set(key, key);
    remembered.clear();
    expect([1, 2, 3].map((key) => [remembered.has(key), remembered.get(key)])).to.deep.equal(
      [1, 2, 3].map(() => [false, undefined]),
    );
  });
});

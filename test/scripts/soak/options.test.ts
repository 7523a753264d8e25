import { expect } from 'chai';
import { parseOptions } from '../../../scripts/soak/options.js';
import { Random } from '../../../scripts/soak/random.js';

describe("soak's options", () => {
  it('have defaults, and a seed by chance', () => {
    const { seed, ...rest } = parseOptions([]);
    expect(rest).to.deep.equal({ minutes: 30, textsPerSecond: 20 });
    expect(seed).to.be.within(0, 0xffff_ffff);
  });

  it('are taken as given', () => {
    const args = ['--minutes', '0.5', '--texts-per-second', '100', '--seed', '7'];
    expect(parseOptions(args)).to.deep.equal({ minutes: 0.5, textsPerSecond: 100, seed: 7 });
  });

  const faults = [
    { args: ['--minutes', '0'], says: '--minutes: found "0", expected a number above 0' },
    { args: ['--minutes', 'x'], says: '--minutes: found "x"' },
    { args: ['--seed', '1.5'], says: '--seed: found "1.5", expected a whole number' },
    { args: ['--seed', ''], says: '--seed: found ""' },
    { args: ['--hours', '1'], says: "Unknown option '--hours'" },
  ];
  for (const { args, says } of faults) {
    it(`refuses ${args.join(' ')}`, () => {
      expect(() => parseOptions(args)).to.throw(says);
    });
  }
});

describe("soak's chance", () => {
  const drawn = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 1_000 }, () => random.next());
  };

  for (const seed of [0, 1, 7, 0xffff_ffff]) {
    it(`is decided by the seed, and even: ${seed}`, () => {
      const values = drawn(seed);
      expect(values).to.deep.equal(drawn(seed));
      expect(Math.min(...values)).to.be.within(0, 0.05);
      expect(Math.max(...values)).to.be.within(0.95, 1);
      expect(values.reduce((total, value) => total + value, 0) / values.length).to.be.within(0.45, 0.55);
    });
  }
});

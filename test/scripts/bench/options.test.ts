import { expect } from 'chai';
import { parseOptions } from '../../../scripts/bench/options.js';

describe('bench: options', () => {
  it('runs everything for ten seconds each when nothing is said', () => {
    expect(parseOptions([])).to.include({
      measureMs: 10_000,
      sessions: 3,
      window: 100,
      backlog: 1_000_000,
      profile: false,
    });
    expect(parseOptions([]).only).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'x']);
  });

  it('takes scenarios in their own order', () => {
    expect(parseOptions(['--only', 'd, a']).only).to.deep.equal(['a', 'd']);
  });

  it('lets an explicit length win over --short', () => {
    expect(parseOptions(['--short', '--seconds', '5'])).to.include({ measureMs: 5_000, backlog: 50_000 });
  });

  const faults = [
    {
      label: 'an unknown scenario',
      args: ['--only', 'a,z'],
      message: '--only: no scenario "z"; there are a, b, c, d, e, f, g, h, x',
    },
    {
      label: 'a window of none',
      args: ['--window', '0'],
      message: '--window: found "0", expected a whole number above 0',
    },
    { label: 'seconds in words', args: ['--seconds', 'ten'], message: '--seconds: found "ten"' },
    { label: 'an unknown option', args: ['--fast'], message: "Unknown option '--fast'" },
  ];
  for (const { label, args, message } of faults) {
    it(`names ${label}`, () => {
      expect(() => parseOptions(args)).to.throw(message);
    });
  }
});

import { expect } from 'chai';
import { parseOptions } from '../../../scripts/full-store/options.js';

describe('the options of the bench of the full store', () => {
  it('are ten million messages on both stores unless told', () => {
    expect(parseOptions([])).to.deep.equal({
      stores: ['sqlite', 'postgres'],
      messages: 10_000_000,
      seconds: 10,
      rounds: 3,
      folder: 'data',
      postgresUrl: null,
      keep: false,
    });
  });

  it('take no measurement of zero seconds', () => {
    expect(parseOptions(['--seconds', '0', '--stores', 'postgres'])).to.include({ seconds: 0 });
  });

  const wrong = [
    { args: ['--messages', '1000'], says: '--messages: found "1000", expected a whole number of at least 20000' },
    { args: ['--rounds', 'many'], says: '--rounds: found "many", expected a whole number of at least 1' },
    { args: ['--stores', 'oracle'], says: '--stores: no store "oracle"; there are sqlite, postgres' },
    { args: ['--fast'], says: "Unknown option '--fast'" },
  ];
  for (const { args, says } of wrong) {
    it(`refuse ${args.join(' ')}`, () => {
      expect(() => parseOptions(args)).to.throw(says);
    });
  }
});

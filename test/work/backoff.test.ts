import { expect } from 'chai';
import { backoffMs } from '../../src/work/backoff.js';

const range = { firstMs: 1_000, maxMs: 60_000 };

const cases: readonly { attempt: number; least: number; most: number }[] = [
  { attempt: 0, least: 500, most: 1_000 },
  { attempt: 1, least: 1_000, most: 2_000 },
  { attempt: 5, least: 16_000, most: 32_000 },
  { attempt: 6, least: 30_000, most: 60_000 },
  { attempt: 1_000_000, least: 30_000, most: 60_000 },
];

describe('back-off', () => {
  for (const { attempt, least, most } of cases) {
    it(`waits ${least} to ${most} ms after attempt ${attempt}`, () => {
      expect(backoffMs(attempt, range, () => 0)).to.equal(least);
      expect(backoffMs(attempt, range, () => 1)).to.equal(most);
    });
  }
});

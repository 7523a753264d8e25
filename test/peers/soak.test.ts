import { expect } from 'chai';
import { runSoak } from '../../scripts/soak/soak.js';
import { summaryOf } from '../../scripts/soak/summary.js';

/** The short form of `npm run soak`. The seed is left to chance, and told when it fails. */
describe('soak', function () {
  this.timeout(240_000);

  it('keeps all promises under load and random faults', async () => {
    const seed = Math.floor(Math.random() * 0xffff_ffff);
    const result = await runSoak({ minutes: 0.4, textsPerSecond: 20, seed }, () => undefined);
    expect(result.broken, `seed ${seed}\n${summaryOf(result)}`).to.deep.equal([]);
    expect(result.evidence.texts.length).to.be.greaterThan(300);
    expect(result.faults.size).to.be.greaterThan(5);
  });
});

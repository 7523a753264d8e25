import { expect } from 'chai';
import { faults } from '../../scripts/chaos/nodes/faults.js';
import { outagePromised } from '../../scripts/chaos/nodes/promises.js';
import { type NodesEvidence, runNodes } from '../../scripts/chaos/nodes/run.js';

const limitMs = 150_000;

/** The short form of `npm run chaos:nodes`: each fault once. */
describe('two nodes on one PostgreSQL, killed, frozen and restarted under load', function () {
  this.timeout(2 * limitMs);
  let found: NodesEvidence;

  before(async () => {
    found = await runNodes({ faults, textsPerSecond: 20, settleLimitMs: limitMs, say: () => {} });
    process.stdout.write(`    ${JSON.stringify(found)}\n`);
  });

  it('had something to break', () => {
    expect(found.texts).to.be.greaterThan(200);
  });

  for (const { label, holds } of outagePromised) {
    it(label, () => expect(holds(found), JSON.stringify(found)).to.equal(true));
  }
});

import { expect } from 'chai';
import { promised } from '../../scripts/chaos/promises.js';
import { type Round, runRound } from '../../scripts/chaos/round.js';
import { summaryOf } from '../../scripts/chaos/summary.js';

/** The built gateway is killed again and again under load. For longer: `npm run chaos`. */
describe('kill -9 under load', function () {
  // Some 15 s; the rest is for a machine that is busy with other things.
  this.timeout(300_000);
  let round: Round;

  before(async () => {
    round = await runRound({
      kills: 12,
      textsPerSecond: 150,
      settleLimitMs: 120_000,
      say: (line) => process.stdout.write(`    ${line}\n`),
    });
    process.stdout.write(`    ${summaryOf(round).join('\n    ')}\n`);
  });

  for (const { label, broken } of promised) {
    it(label, () => expect(broken(round.evidence)).to.deep.equal([]));
  }

  it('the load was one that can show a fault', () => {
    expect(round.partsSentAgain, 'parts that a kill left unacknowledged').to.be.above(0);
    const { store, filed, texts } = round.evidence;
    expect(store.duplicateParts, 'parts whose acknowledgement was lost').to.be.above(0);
    expect(filed.filter(({ submissions }) => submissions > 1).length, 'reports submitted twice').to.be.above(0);
    expect(store.replies.filter(({ takenUpAgain }) => takenUpAgain > 0).length, 'replies sent again').to.be.above(0);
    expect(texts.filter(({ parts }) => parts > 1).length, 'long texts').to.be.above(0);
  });

  it('the last gateway drained and ended well', () => expect(round.exitCode).to.equal(0));
});

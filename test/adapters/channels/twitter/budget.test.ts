import { expect } from 'chai';
import { Budget, type BudgetConfig } from '../../../../adapters/channels/twitter/budget.js';
import { usualPrices } from '../../../../adapters/channels/twitter/config.js';
import { firstIdAt } from '../../../../adapters/channels/twitter/ids.js';
import { observers } from '../../../conformance/channel.js';

const noonMs = Date.parse('2026-11-21T12:00:00Z');
const dayMs = 86_400_000;
const minuteMs = 60_000;

const uncapped: BudgetConfig = {
  perDayUsd: null,
  perMonthUsd: null,
  readsPerMonth: null,
  slowFrom: 0.8,
  prices: usualPrices,
};

function budgetOf(config: Partial<BudgetConfig> = {}, nowMs: () => number = () => noonMs): Budget {
  return new Budget({ ...uncapped, ...config }, observers([]).meter, nowMs);
}

/** A post of so many minutes ago. */
function agoId(minutes: number): string {
  return firstIdAt(noonMs - minutes * minuteMs);
}

describe('twitter: the budget', () => {
  it('counts a post once a day, however it is read', () => {
    let nowMs = noonMs;
    const budget = budgetOf({}, () => nowMs);
    budget.read('ownedRead', ['1', '2']);
    budget.read('read', ['2', '3']);
    expect(budget.spent.today).to.include({ ownedRead: 2, read: 1 });
    nowMs += dayMs;
    budget.read('read', ['3']);
    expect(budget.spent.today).to.include({ ownedRead: 0, read: 1 });
    expect(budget.spent.thisMonth).to.include({ ownedRead: 2, read: 2 });
  });

  const paces: readonly { label: string; config: Partial<BudgetConfig>; replies: number; pace: number }[] = [
    { label: 'as usual without a cap', config: {}, replies: 1_000, pace: 1 },
    { label: 'as usual well below it', config: { perDayUsd: 1 }, replies: 79, pace: 1 },
    { label: 'slower near it', config: { perDayUsd: 1 }, replies: 90, pace: 10.5 },
    { label: 'not at all when it is reached', config: { perDayUsd: 1 }, replies: 100, pace: Number.POSITIVE_INFINITY },
    { label: 'by the cap that is nearest', config: { perDayUsd: 100, perMonthUsd: 1 }, replies: 90, pace: 10.5 },
  ];
  for (const c of paces) {
    it(`reads ${c.label}`, () => {
      const budget = budgetOf(c.config);
      for (let n = 0; n < c.replies; n += 1) budget.sent('post');
      if (Number.isFinite(c.pace)) expect(budget.pace).to.be.closeTo(c.pace, 0.001);
      else expect(budget.pace).to.equal(c.pace);
    });
  }

  it('says 100 percent only where reading stops', () => {
    const budget = budgetOf({ perDayUsd: 1 });
    for (let n = 0; n < 199; n += 1) budget.read('read', [String(n)]);
    expect(budget.facts.budget_used_percent).to.equal(99);
    budget.read('read', ['199']);
    expect(budget.facts.budget_used_percent).to.equal(100);
  });

  describe('after a restart', () => {
    const before = budgetOf();
    before.read('read', [agoId(9), agoId(5)]);
    const read = { read: agoId(4), dmRead: agoId(30) };

    const cases: readonly { label: string; kind: 'ownedRead' | 'read' | 'dmRead'; id: string; charged: number }[] = [
      { label: 'what the run before has searched is not counted again', kind: 'read', id: agoId(5), charged: 0 },
      { label: 'what came since is', kind: 'read', id: agoId(3), charged: 1 },
      { label: 'what is of yesterday is, for X charges it anew', kind: 'read', id: agoId(13 * 60), charged: 1 },
      { label: 'mentions are, for no reading of them looks back', kind: 'ownedRead', id: agoId(5), charged: 1 },
      { label: 'direct messages go by their own position', kind: 'dmRead', id: agoId(31), charged: 0 },
      { label: 'newer ones are counted', kind: 'dmRead', id: agoId(29), charged: 1 },
    ];
    for (const c of cases) {
      it(c.label, () => {
        const budget = budgetOf();
        budget.restore(structuredClone(before.spent), read);
        const had = budget.spent.today[c.kind] ?? 0;
        budget.read(c.kind, [c.id]);
        expect((budget.spent.today[c.kind] ?? 0) - had).to.equal(c.charged);
      });
    }

    it('of another day, all is counted', () => {
      const budget = budgetOf({}, () => noonMs + dayMs);
      budget.restore(structuredClone(before.spent), read);
      budget.read('read', [agoId(5)]);
      expect(budget.spent.today.read).to.equal(1);
      expect(budget.spent.thisMonth.read).to.equal(3);
    });
  });
});

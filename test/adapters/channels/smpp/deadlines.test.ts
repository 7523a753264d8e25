import { expect } from 'chai';
import { Deadlines } from '../../../../adapters/channels/smpp/deadlines.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import { Facts } from '../../../fakes/facts.js';

interface Item {
  readonly name: string;
  readonly deadlineMs: number;
}

describe('deadlines', () => {
  let facts: Facts;
  let expired: string[];
  let deadlines: Deadlines<Item>;

  beforeEach(() => {
    facts = new Facts();
    expired = [];
    deadlines = new Deadlines((item) => {
      expired.push(item.name);
      facts.changed();
    });
  });

  function item(name: string, inMs: number): Item {
    return { name, deadlineMs: steadyNowMs() + inMs };
  }

  it('ends each thing at its own deadline, whichever was added first', async () => {
    const never = item('never', 60_000);
    for (const one of [never, item('late', 30), item('soon', 5), item('later', 50)]) deadlines.add(one);
    await facts.until('three have expired', () => expired.length === 3);
    expect(expired).to.deep.equal(['soon', 'late', 'later']);
    deadlines.delete(never);
  });

  it('lets be what was over in time, and still ends what comes after it', async () => {
    const done = item('done', 5);
    deadlines.add(done);
    deadlines.delete(done);
    deadlines.add(item('next', 10));
    await facts.until('one has expired', () => expired.length > 0);
    expect(expired).to.deep.equal(['next']);
  });
});

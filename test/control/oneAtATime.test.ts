import { expect } from 'chai';
import { OneAtATime } from '../../src/control/oneAtATime.js';
import { held } from '../fakes/facts.js';

describe('one act at a time', () => {
  it('runs the next when the one before has ended, also when it failed', async () => {
    const acts = new OneAtATime();
    const first = held<void>();
    const order: string[] = [];
    const failing = acts.run(async () => {
      await first.promise;
      order.push('first');
      throw new Error('first failed');
    });
    const next = acts.run(async () => order.push('second'));
    first.release();
    expect(await failing?.catch((error: Error) => error.message)).to.equal('first failed');
    await next;
    expect(order).to.deep.equal(['first', 'second']);
    await acts.idle();
  });

  it('takes no more than it can bear, and takes again when some have ended', async () => {
    const acts = new OneAtATime();
    const gate = held<void>();
    const taken = Array.from({ length: 20 }, () => acts.run(() => gate.promise)).filter((run) => run !== null);
    expect(taken).to.have.length(16);
    gate.release();
    await Promise.all(taken);
    expect(await acts.run(async () => 'again')).to.equal('again');
  });
});

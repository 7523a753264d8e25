import { expect } from 'chai';
import { Wakeup } from '../../src/work/wakeup.js';

const never = new AbortController().signal;
/** Longer than any test waits: who resolves was woken. */
const longMs = 60_000;

describe('a wakeup', () => {
  it('does not lose a wake that comes while nobody sleeps', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    await wakeup.wait(longMs, never);
  });

  it('takes many wakes for one', async () => {
    const wakeup = new Wakeup();
    wakeup.wake();
    wakeup.wake();
    await wakeup.wait(longMs, never);
    const startedMs = Date.now();
    await wakeup.wait(20, never);
    expect(Date.now() - startedMs).to.be.at.least(15);
  });

  it('wakes who sleeps', async () => {
    const wakeup = new Wakeup();
    const asleep = wakeup.wait(longMs, never);
    wakeup.wake();
    await asleep;
  });

  it('wakes on a stop, and does not sleep after one', async () => {
    const stop = new AbortController();
    const wakeup = new Wakeup();
    const asleep = wakeup.wait(longMs, stop.signal);
    stop.abort();
    await asleep;
    await wakeup.wait(longMs, stop.signal);
  });

  it('wakes by itself when its time is up', async () => {
    await new Wakeup().wait(1, never);
  });
});

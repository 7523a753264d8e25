import { expect } from 'chai';
import { Deadlines, type Timed } from '../../../../adapters/trackers/http/deadlines.js';

const timeoutMs = 30;

/** Something under way, and when it was told that it is late. */
class Waiting implements Timed {
  readonly beganMs = performance.now();
  readonly lateMs: Promise<number>;
  isLate = false;
  #tell: (nowMs: number) => void = () => undefined;

  constructor() {
    this.lateMs = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  late(): void {
    this.isLate = true;
    this.#tell(performance.now());
  }
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('http tracker: deadlines', () => {
  let deadlines: Deadlines;

  function begin(): Waiting {
    const waiting = new Waiting();
    deadlines.begin(waiting);
    return waiting;
  }

  beforeEach(() => {
    deadlines = new Deadlines(timeoutMs);
  });

  it('gives each its whole time', async () => {
    const first = begin();
    const second = begin();
    await first.lateMs;
    const third = begin();
    for (const waiting of [first, second, third]) {
      expect((await waiting.lateMs) - waiting.beganMs).to.be.within(timeoutMs, timeoutMs + 500);
    }
  });

  it('gives its whole time to one that began while the oldest, since ended, was under way', async () => {
    const ended = begin();
    const early = begin();
    deadlines.end(ended);
    while (performance.now() - ended.beganMs < timeoutMs / 2) await new Promise(setImmediate);
    const later = begin();
    expect((await later.lateMs) - later.beganMs).to.be.at.least(timeoutMs);
    expect([ended.isLate, early.isLate]).to.deep.equal([false, true]);
  });

  it('holds one timer for many, and none when nothing is under way', () => {
    const before = timers();
    const [first, second] = [begin(), begin()];
    expect(timers()).to.equal(before + 1);
    deadlines.end(first);
    expect(timers()).to.equal(before + 1);
    deadlines.end(second);
    expect(timers()).to.equal(before);
  });

  it('holds none after the last was late', async () => {
    // Mocha's own timer for a test runs from its first pause on.
    await Promise.resolve();
    const before = timers();
    await begin().lateMs;
    expect(timers()).to.equal(before);
  });

  it('goes on with the others when one that is late ends the next', async () => {
    const first = begin();
    const second = begin();
    const third = begin();
    first.late = () => deadlines.end(second);
    await third.lateMs;
    expect(second.isLate).to.equal(false);
  });
});

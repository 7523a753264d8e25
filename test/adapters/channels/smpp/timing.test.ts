import { expect } from 'chai';
import { AdaptiveRate } from '../../../../adapters/channels/smpp/adaptiveRate.js';
import { type AttemptEnd, Backoff } from '../../../../adapters/channels/smpp/backoff.js';
import { BindGate } from '../../../../adapters/channels/smpp/bindGate.js';
import { bindRefusal, statusName } from '../../../../adapters/channels/smpp/codec/status.js';
import { HostChoice } from '../../../../adapters/channels/smpp/hosts.js';
import { TokenBucket } from '../../../../adapters/channels/tokenBucket.js';

describe('back-off', () => {
  const options = { minMs: 1_000, maxMs: 8_000, refusedMs: 60_000 };
  const failed: AttemptEnd = { kind: 'failed' };
  const lost = (boundForMs: number): AttemptEnd => ({ kind: 'lost', boundForMs });
  const refused = (credentials: boolean): AttemptEnd => ({ kind: 'refused', credentials });
  const cases = [
    { label: 'doubles up to its maximum', ends: Array(6).fill(failed), delays: [1, 2, 4, 8, 8, 8] },
    {
      label: 'starts afresh after a bind that held',
      ends: [failed, failed, failed, lost(9_000)],
      delays: [1, 2, 4, 1],
    },
    { label: 'goes on after a bind that was lost at once', ends: [lost(5), lost(5), lost(5)], delays: [1, 2, 4] },
    { label: 'waits long after wrong credentials', ends: [refused(true), refused(true)], delays: [60, 60] },
    { label: 'waits as usual after another refusal', ends: [refused(false), refused(false)], delays: [1, 2] },
  ];
  for (const { label, ends, delays } of cases) {
    it(label, () => {
      const backoff = new Backoff(options, () => 0);
      expect(ends.map((end: AttemptEnd) => backoff.delayMs(end) / 1_000)).to.deep.equal(delays);
    });
  }

  const refusals = [
    { name: 'ESME_RBINDFAIL', status: 0x0d, inAnHour: 24 },
    { name: 'ESME_RINVPASWD', status: 0x0e, inAnHour: 24 },
    { name: 'ESME_RINVSYSID', status: 0x0f, inAnHour: 24 },
    { name: 'ESME_RALYBND', status: 0x05, inAnHour: 130 },
    { name: '0x00000400', status: 0x400, inAnHour: 130 },
  ];
  for (const { name, status, inAnHour } of refusals) {
    it(`tries at most ${inAnHour} times an hour, for ever, while the answer is ${name}`, () => {
      expect(statusName(status)).to.equal(name);
      // The defaults, and the shortest waits that chance can give.
      const backoff = new Backoff({ minMs: 1_000, maxMs: 60_000, refusedMs: 300_000 }, () => 1);
      const credentials = bindRefusal(status).kind !== 'passing';
      for (let hour = 0; hour < 3; hour += 1) {
        let attempts = 0;
        for (let atMs = 0; atMs < 3_600_000; atMs += backoff.delayMs(refused(credentials))) attempts += 1;
        expect(attempts).to.be.within(2, inAnHour);
      }
    });
  }

  it('takes off up to a half by chance', () => {
    expect(new Backoff(options, () => 0.999_999).delayMs(failed)).to.equal(500);
  });
});

describe('token bucket', () => {
  /** How many tokens it gives from `fromMs` to `toMs`, asked every ms. */
  function given(bucket: TokenBucket, fromMs: number, toMs: number): number {
    let tokens = 0;
    for (let nowMs = fromMs; nowMs < toMs; nowMs += 1) while (bucket.take(nowMs) === 0) tokens += 1;
    return tokens;
  }

  it('gives its rate, and a tenth of a second at once', () => {
    const bucket = new TokenBucket(() => 50);
    expect(given(bucket, 1_000, 1_001)).to.equal(5);
    expect(given(bucket, 1_001, 11_001)).to.be.within(499, 501);
  });

  it('gives at least one at once, however low the rate', () => {
    const bucket = new TokenBucket(() => 0.5);
    expect(given(bucket, 1_000, 1_001)).to.equal(1);
    expect(bucket.take(1_001)).to.be.within(1_998, 2_000);
  });

  it('gives nothing while it pauses, and no burst after', () => {
    const bucket = new TokenBucket(() => 50);
    bucket.pause(2_000);
    expect(given(bucket, 1_000, 2_000)).to.equal(0);
    expect(given(bucket, 2_000, 2_101)).to.be.within(4, 6);
  });

  it('takes a clock that steps back', () => {
    const bucket = new TokenBucket(() => 50);
    expect(given(bucket, 5_000, 5_001)).to.equal(5);
    expect(bucket.take(1_000)).to.be.greaterThan(0);
  });
});

describe('adaptive rate', () => {
  it('is the ceiling until it is cut', () => {
    const rate = new AdaptiveRate(50);
    expect([0, 1, 1e12].map((nowMs) => rate.perSecond(nowMs))).to.deep.equal([50, 50, 50]);
  });

  it('halves on a throttling, and is back at the ceiling within a minute', () => {
    const rate = new AdaptiveRate(60);
    expect(rate.cut('throttled', 0)).to.equal(true);
    expect([0, 10_000, 29_000, 30_000, 90_000].map((nowMs) => rate.perSecond(nowMs))).to.deep.equal([
      30, 40, 59, 60, 60,
    ]);
  });

  it('gives up less for a peer that only nears congestion', () => {
    const rate = new AdaptiveRate(50);
    rate.cut('congested', 0);
    expect(rate.perSecond(0)).to.equal(40);
  });

  it('counts one cut a second, for the answers under way come all at once', () => {
    const rate = new AdaptiveRate(64);
    expect([0, 1, 500, 999, 1_000].map((nowMs) => rate.cut('throttled', nowMs))).to.deep.equal([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(rate.perSecond(1_000)).to.be.within(16, 17);
  });

  it('never stops, however often it is cut', () => {
    const rate = new AdaptiveRate(50);
    for (let nowMs = 0; nowMs < 60_000; nowMs += 1_000) rate.cut('throttled', nowMs);
    expect(rate.perSecond(59_000)).to.be.within(1, 3);
  });

  it('finds the rate of a peer that takes 20 a second, and keeps near it', () => {
    const rate = new AdaptiveRate(50);
    let sent = 0;
    let refused = 0;
    for (let second = 0; second < 600; second += 1) {
      const offered = rate.perSecond(second * 1_000);
      sent += Math.min(20, offered);
      if (offered > 20 && rate.cut('throttled', second * 1_000)) refused += 1;
    }
    expect(sent / 600).to.be.within(14, 20);
    expect(refused).to.be.below(60);
  });

  it('takes a clock that steps back', () => {
    const rate = new AdaptiveRate(50);
    rate.cut('throttled', 100_000);
    expect(rate.perSecond(1_000)).to.equal(25);
  });
});

describe('which host is next', () => {
  const failed: AttemptEnd = { kind: 'failed' };
  const lost = (boundForMs: number): AttemptEnd => ({ kind: 'lost', boundForMs });
  const start = () => new HostChoice({ hosts: ['a', 'b', 'c'], returnMs: 1_000 });
  const cases: readonly { label: string; ends: readonly [AttemptEnd, boolean][]; hosts: string }[] = [
    { label: 'goes round while each fails', ends: Array(4).fill([failed, false]), hosts: 'abcab' },
    {
      label: 'starts with the first after a bind that held',
      ends: [
        [failed, false],
        [lost(1_000), false],
      ],
      hosts: 'aba',
    },
    {
      label: 'goes on after a bind that did not hold',
      ends: [
        [lost(5), false],
        [lost(5), false],
      ],
      hosts: 'abc',
    },
    {
      label: 'returns to the first',
      ends: [
        [failed, false],
        [lost(5), true],
      ],
      hosts: 'aba',
    },
    {
      label: 'goes on where the first fails again after a return',
      ends: [
        [failed, false],
        [lost(5_000), true],
        [failed, false],
      ],
      hosts: 'abab',
    },
  ];
  for (const { label, ends, hosts } of cases) {
    it(label, () => {
      const choice = start();
      const seen = [choice.current];
      for (const [end, isReturn] of ends) {
        choice.ended(end, isReturn);
        seen.push(choice.current);
      }
      expect(seen.join('')).to.equal(hosts);
    });
  }

  it('waits longer for each return that did not hold, up to a bound, and starts afresh after one that did', () => {
    const choice = start();
    const waits = Array.from({ length: 7 }, () => {
      choice.ended(failed, false);
      const { returnMs } = choice;
      choice.ended(lost(9_000), true);
      return returnMs / 1_000;
    });
    expect(waits).to.deep.equal([1, 2, 4, 8, 16, 16, 16]);
    choice.ended(lost(9_000), false);
    choice.ended(failed, false);
    expect(choice.returnMs).to.equal(1_000);
  });
});

describe('bind gate', () => {
  const never = new AbortController().signal;
  const session = () => ({});

  /** Whether the session may try now. */
  async function passes(gate: BindGate, who: object): Promise<boolean> {
    let passed = false;
    void gate.pass(who, never).then(() => {
      passed = true;
    });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return passed;
  }

  it('lets the first session go alone, and the others once it is bound', async () => {
    const gate = new BindGate();
    const [first, second] = [session(), session()];
    expect(await passes(gate, first)).to.equal(true);
    expect(await passes(gate, second)).to.equal(false);
    gate.bound();
    expect(await passes(gate, second)).to.equal(true);
  });

  it('lets all go when the network was at fault', async () => {
    const gate = new BindGate();
    await gate.pass(session(), never);
    gate.failed();
    expect(await passes(gate, session())).to.equal(true);
  });

  it('lets only the refused one try again', async () => {
    const gate = new BindGate();
    const [first, second] = [session(), session()];
    await gate.pass(first, never);
    gate.refused(first);
    expect([await passes(gate, first), await passes(gate, second), gate.wasRefused]).to.deep.equal([true, false, true]);
    gate.bound();
    expect([await passes(gate, second), gate.wasRefused]).to.deep.equal([true, false]);
  });

  it('stays open when one of several is refused', async () => {
    const gate = new BindGate();
    gate.bound();
    gate.refused(session());
    expect(await passes(gate, session())).to.equal(true);
    gate.unbound();
    const refused = session();
    gate.refused(refused);
    expect([await passes(gate, session()), await passes(gate, refused)]).to.deep.equal([false, true]);
    expect(gate.everBound).to.equal(true);
  });

  it('lets go of who waits when the gateway stops', async () => {
    const gate = new BindGate();
    const stop = new AbortController();
    await gate.pass(session(), never);
    const waiting = gate.pass(session(), stop.signal);
    stop.abort();
    await waiting;
  });
});

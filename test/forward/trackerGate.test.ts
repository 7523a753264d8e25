import { expect } from 'chai';
import { TrackerGate } from '../../src/forward/trackerGate.js';

describe('the tracker gate', () => {
  it('is open to as many as may be under way', () => {
    const gate = new TrackerGate(64);
    expect({ allowance: gate.allowance(0), shut: gate.shut, waitMs: gate.waitMs(0) }).to.deep.equal({
      allowance: 64,
      shut: false,
      waitMs: 0,
    });
  });

  it('shuts on a fault of the whole tracker, for 125 to 250 ms', () => {
    const gate = new TrackerGate(64);
    expect(gate.failed(1, 1_000, 1_010, undefined)).to.equal(true);
    expect(gate.allowance(1_010)).to.equal(0);
    expect(gate.waitMs(1_010)).to.be.within(125, 250);
    expect(gate.allowance(1_010 + 250)).to.equal(2);
  });

  it('probes with twice as many after each failure, up to all, and waits longer each time, up to 30 s', () => {
    const gate = new TrackerGate(64);
    const probes: number[] = [];
    let nowMs = 1_000;
    let waitMs = 0;
    for (let failure = 1; failure <= 12; failure += 1) {
      gate.failed(failure, nowMs, nowMs, undefined);
      waitMs = gate.waitMs(nowMs);
      nowMs += waitMs;
      probes.push(gate.allowance(nowMs));
    }
    expect(probes).to.deep.equal([2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64, 64]);
    expect(waitMs).to.be.within(15_000, 30_000);
  });

  it('counts the attempts that were under way together as one failure', () => {
    const gate = new TrackerGate(64);
    for (let seq = 1; seq <= 64; seq += 1) expect(gate.failed(seq, 1_000, 1_005 + seq, undefined)).to.equal(true);
    expect(gate.allowance(2_000)).to.equal(2);
  });

  it('opens with the first answer', () => {
    const gate = new TrackerGate(64);
    gate.failed(1, 1_000, 1_000, undefined);
    gate.answered(2, 1_300);
    expect(gate.allowance(1_300)).to.equal(64);
    expect(gate.shut).to.equal(false);
  });

  const waits: readonly { label: string; afterMs: number; waitMs: readonly [number, number] }[] = [
    { label: 'as long as the tracker asks', afterMs: 60_000, waitMs: [60_000, 60_000] },
    { label: 'no less than it would by itself', afterMs: 1, waitMs: [125, 250] },
    { label: 'an hour at most', afterMs: 86_400_000, waitMs: [3_600_000, 3_600_000] },
  ];
  for (const { label, afterMs, waitMs } of waits) {
    it(`waits ${label}`, () => {
      const gate = new TrackerGate(64);
      gate.failed(1, 1_000, 1_000, afterMs);
      expect(gate.waitMs(1_000)).to.be.within(...waitMs);
    });
  }

  it("takes a fault for the report's own when another got through meanwhile", () => {
    const gate = new TrackerGate(64);
    gate.answered(2, 1_005);
    expect(gate.failed(1, 1_000, 1_010, undefined)).to.equal(false);
    expect(gate.shut).to.equal(false);
  });

  it('finds out a report that fails faster than any other gets through', () => {
    const gate = new TrackerGate(64);
    expect(gate.failed(1, 1_000, 1_001, undefined), 'could be anything').to.equal(true);
    gate.answered(2, 1_050);
    expect(gate.failed(1, 1_300, 1_301, undefined), 'the others got through').to.equal(false);
    expect(gate.failed(1, 2_300, 2_301, undefined), 'and it stays found out').to.equal(false);
  });

  it('suspects nobody for ever: a report that got through begins anew', () => {
    const gate = new TrackerGate(64);
    gate.failed(1, 1_000, 1_001, undefined);
    gate.answered(1, 1_300);
    expect(gate.failed(1, 1_400, 1_401, undefined)).to.equal(true);
  });

  it('remembers a bounded number of suspects', () => {
    const gate = new TrackerGate(64);
    for (let seq = 1; seq <= 2_000; seq += 1) gate.failed(seq, 1_000, 1_001, undefined);
    gate.answered(3_000, 1_050);
    expect(gate.failed(2_000, 1_300, 1_301, undefined), 'one of the last').to.equal(false);
    expect(gate.failed(1, 1_300, 1_301, undefined), 'long forgotten').to.equal(true);
  });
});

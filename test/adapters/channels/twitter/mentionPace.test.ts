import { expect } from 'chai';
import { MentionPace } from '../../../../adapters/channels/twitter/inbound/mentionPace.js';

const usualMs = 5_000;

/** Readings as [posts, when it began, how long it took]; the wait after the last. */
const cases: readonly {
  label: string;
  readings: readonly [items: number, startMs: number, tookMs: number][];
  waitMs: number;
}[] = [
  {
    label: 'as configured when nothing comes',
    readings: [
      [0, 0, 100],
      [0, 5_100, 100],
    ],
    waitMs: usualMs,
  },
  {
    label: 'as configured while half a timeline has room',
    readings: [
      [0, 0, 0],
      [350, 5_000, 100],
    ],
    waitMs: usualMs,
  },
  {
    label: 'sooner when more comes',
    readings: [
      [0, 0, 0],
      [800, 5_000, 0],
    ],
    waitMs: 2_500,
  },
  {
    label: 'the time that reading took is part of it',
    readings: [
      [0, 0, 0],
      [800, 5_000, 600],
    ],
    waitMs: 1_900,
  },
  {
    label: 'at once when reading took longer than that',
    readings: [
      [0, 0, 0],
      [800, 5_000, 3_000],
    ],
    waitMs: 0,
  },
  {
    label: 'as configured again after the burst',
    readings: [
      [0, 0, 0],
      [800, 5_000, 0],
      [2, 7_500, 100],
    ],
    waitMs: usualMs,
  },
  { label: 'as configured after a restart with little to read', readings: [[30, 0, 100]], waitMs: usualMs },
  { label: 'at once after a restart with much to read', readings: [[500, 0, 900]], waitMs: 0 },
];

describe('twitter: the pace of reading mentions', () => {
  for (const c of cases) {
    it(c.label, () => {
      const pace = new MentionPace(() => usualMs);
      for (const [items, startMs, tookMs] of c.readings) pace.note(items, startMs, startMs + tookMs);
      expect(pace.waitMs(0)).to.equal(c.waitMs);
    });
  }

  it('hurries no more than the limit of X allows to the end', () => {
    const pace = new MentionPace(() => usualMs);
    pace.note(500, 0, 900);
    expect(pace.waitMs(3_100)).to.equal(3_100);
    expect(pace.waitMs(60_000), 'and is never slower than configured').to.equal(usualMs);
  });

  it('loses nothing of a burst that grows by half from one reading to the next', () => {
    const pace = new MentionPace(() => usualMs);
    let atMs = 0;
    let perMs = 0.02;
    let sinceMs = usualMs;
    for (let reading = 0; reading < 12; reading += 1) {
      const items = Math.round(perMs * sinceMs);
      expect(items, `reading ${reading}`).to.be.at.most(800);
      pace.note(items, atMs, atMs + 50);
      sinceMs = Math.max(pace.waitMs(0) + 50, 1);
      atMs += sinceMs;
      perMs *= 1.5;
    }
  });
});

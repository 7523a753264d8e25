import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import type { Store } from '../../../../src/ports/store.js';
import { retentionTerms } from '../../../../src/work/retention.js';
import { describeRetentionConformance } from '../../../conformance/store/retention.js';
import { neighbour, smsPart } from '../../../fakes/parts.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

describeRetentionConformance({ driver: 'sqlite 3', create: () => SqlitePlace.create() });

const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 21);
const policy = { wordsDays: 90, recordsDays: 365, openTicketsDays: 365 };

describe('retention on SQLite', () => {
  let place: SqlitePlace;
  let store: Store;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** Takes messages in that many days ago, and answers them. */
  async function handled(texts: readonly string[], daysAgo: number, from?: string): Promise<void> {
    const atMs = nowMs - daysAgo * dayMs;
    const parts = texts.map((text, index) =>
      smsPart({
        text,
        from: from ?? `62812${daysAgo}${index}`,
        receivedAtMs: atMs,
        externalId: `X${daysAgo}-${index}`,
      }),
    );
    await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    for (;;) {
      const claims = await store.claimReports({ owner: 'w', limit: 500, nowMs: atMs, leaseMs: 1 });
      if (claims.length === 0) return;
      const as = { as: 'answered', ticketSeq: null, detail: 'x', atMs, reply: null } as const;
      await store.recordHandled(claims.map(({ seq }) => ({ seq, ...as })));
    }
  }

  async function forgetAll(over: Store = store): Promise<{ batches: number; longestMs: number; medianMs: number }> {
    const tookMs: number[] = [];
    for (let more = true; more; ) {
      const sinceMs = performance.now();
      const forgotten = await over.retention?.forget({ ...retentionTerms(policy, nowMs), limit: 100, nowMs });
      tookMs.push(performance.now() - sinceMs);
      more = forgotten?.more ?? false;
    }
    tookMs.sort((one, other) => one - other);
    return { batches: tookMs.length, longestMs: tookMs.at(-1) ?? 0, medianMs: tookMs[tookMs.length >> 1] ?? 0 };
  }

  /** Whether the octets stand anywhere in the database file or its log. */
  function isOnDisk(word: string): boolean {
    return [place.file, `${place.file}-wal`].some((file) => readFileSync(file).includes(word));
  }

  const sizes = [
    { label: 'that fit in a page', text: 'katakunci8231 bocor' },
    { label: 'that go over several pages', text: `${'x'.repeat(9_000)} katakunci8231 ${'y'.repeat(9_000)}` },
  ];
  for (const { label, text } of sizes) {
    for (const daysAgo of [100, 400]) {
      it(`leaves no octet of words ${label} in the file or its log, after ${daysAgo} days`, async () => {
        await handled([...Array.from({ length: 40 }, () => 'lampu padam'), text, 'jalan rusak'], daysAgo);
        await handled(['baru'], 1);
        expect(isOnDisk('katakunci8231'), 'before').to.equal(true);
        await forgetAll();
        expect(isOnDisk('katakunci8231')).to.equal(false);
        expect(isOnDisk('baru')).to.equal(true);
        expect(statSync(`${place.file}-wal`).size).to.equal(0);
      });
    }
  }

  it('leaves no address of a sender of whom nothing is left', async () => {
    await handled(['satu'], 400, '628129990001');
    await handled(['dua'], 400, '628129990002');
    await handled(['tiga'], 1, '628129990002');
    await forgetAll();
    expect([isOnDisk('628129990001'), isOnDisk('628129990002')]).to.deep.equal([false, true]);
  });

  it('tries again to empty the log when somebody read it meanwhile', async () => {
    await handled(['katakunci8231'], 100);
    const reading = place.holdSnapshot();
    await forgetAll();
    expect(isOnDisk('katakunci8231'), 'while it is read').to.equal(true);
    reading.end();
    await forgetAll();
    expect(isOnDisk('katakunci8231')).to.equal(false);
  });

  it('does not lose a sender whom a gateway knew half a day ago when another process forgot him', async () => {
    await handled(['satu'], 400);
    const from = '628124000';
    await handled(['dua'], 1, neighbour);
    const operator = await place.openForOperator();
    await forgetAll(operator);
    await operator.close();
    const now = Date.now;
    Date.now = () => now() + 13 * 3_600_000;
    try {
      const parts = [smsPart({ from, receivedAtMs: nowMs })];
      await store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    } finally {
      Date.now = now;
    }
    expect(await store.claimReports({ owner: 'w', limit: 9, nowMs, leaseMs: 1 })).to.have.length(1);
  });

  it('works in batches that no telco notices, whatever there is', async () => {
    await handled(
      Array.from({ length: 6_000 }, (_, index) => `lampu padam ${index}`),
      100,
    );
    await handled(
      Array.from({ length: 2_000 }, (_, index) => `lampu padam ${index}`),
      50,
    );
    const { batches, medianMs } = await forgetAll();
    expect(batches).to.be.greaterThan(60);
    expect(medianMs).to.be.below(30);
  }).timeout(30_000);
});

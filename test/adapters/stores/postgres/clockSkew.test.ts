import { expect } from 'chai';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import type { Store } from '../../../../src/ports/store.js';
import { smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

const minuteMs = 60_000;
const leaseMs = 20_000;

describe('nodes whose clocks differ', () => {
  let place: PostgresPlace;
  const open: Store[] = [];

  beforeEach(async () => {
    place = await PostgresPlace.create();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((store) => store.close()));
    await place.remove();
  });

  /** A node whose clock is wrong by so much. */
  async function nodeOff(offMs: number) {
    const nowMs = () => Date.now() + offMs;
    const limits = { poolMax: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 };
    const store = await openPostgresStore({
      urls: [place.url],
      ...limits,
      rules: { joinParts },
      role: 'gateway',
      nowMs,
    });
    open.push(store);
    const claim = () => store.claimReports({ owner: `off by ${offMs}`, limit: 10, nowMs: nowMs(), leaseMs });
    return { store, nowMs, claim };
  }

  const cases = [
    { label: 'the one that claims is a minute late', claimsOffMs: -minuteMs, otherOffMs: 0 },
    { label: 'the other is a minute ahead', claimsOffMs: 0, otherOffMs: minuteMs },
    { label: 'they are two minutes apart', claimsOffMs: -minuteMs, otherOffMs: minuteMs },
  ];
  for (const { label, claimsOffMs, otherOffMs } of cases) {
    it(`leave each other's leases alone: ${label}`, async () => {
      const claims = await nodeOff(claimsOffMs);
      const other = await nodeOff(otherOffMs);
      const parts = [smsPart()];
      await claims.store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
      expect(await claims.claim()).to.have.length(1);
      expect(await other.claim()).to.deep.equal([]);
    });
  }

  it('takes up what is postponed when it is due, and not a minute later', async () => {
    const ahead = await nodeOff(minuteMs);
    const other = await nodeOff(0);
    const parts = [smsPart()];
    await ahead.store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
    const [claim] = await ahead.claim();
    const atMs = ahead.nowMs();
    await ahead.store.postponeReports([{ seq: claim?.seq ?? 0, dueAtMs: atMs, cause: 'HTTP 503', atMs }]);
    // What is under two seconds is no skew to speak of.
    const soonMs = Date.now() + 2_000;
    expect(await other.store.claimReports({ owner: 'other', limit: 10, nowMs: soonMs, leaseMs })).to.have.length(1);
  });
});

import { expect } from 'chai';
import type { Store } from '../../../../src/ports/store.js';
import { Facts } from '../../../fakes/facts.js';
import { smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

describe('hints between nodes on PostgreSQL', () => {
  let place: PostgresPlace;
  let facts: Facts;
  let listener: Store;
  let teller: Store;
  let heard: number;
  let heardOfItself: number;

  beforeEach(async () => {
    place = await PostgresPlace.create();
    facts = new Facts();
    [heard, heardOfItself] = [0, 0];
    listener = await place.open();
    // The second to come knows from the start that it is not alone.
    teller = await place.open();
    listener.onHint?.(() => {
      heard += 1;
      facts.changed();
    });
    teller.onHint?.(() => {
      heardOfItself += 1;
      facts.changed();
    });
    await facts.until('both listen', () => heard === 1 && heardOfItself === 1);
  });

  afterEach(async () => {
    await Promise.all([listener.close(), teller.close()]);
    await place.remove();
  });

  /** Each by a commit of its own. */
  async function queueReplies(count: number): Promise<void> {
    const parts = Array.from({ length: count }, (_, index) => smsPart({ from: `62812${index}` }));
    await teller.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
    const nowMs = Date.now();
    const claims = await teller.claimReports({ owner: 'teller', limit: count, nowMs, leaseMs: 60_000 });
    expect(claims).to.have.length(count);
    await Promise.all(
      claims.map(({ seq }) => {
        const ticket = { seq, trackingId: `T-${seq}`, status: 'received' as const, dueAt: null, publicUrl: null };
        const reply = { kind: 'acknowledgement' as const, text: `Terima kasih, nomor laporan Anda ${seq}` };
        return teller.recordForwarded([{ ...ticket, reply, atMs: nowMs }]);
      }),
    );
  }

  it('tell the others that there are replies to send, and not oneself', async () => {
    await queueReplies(1);
    await facts.until('the other node is told', () => heard === 2);
    expect(heardOfItself).to.equal(1);
  });

  it('are one for many commits of one moment', async () => {
    await queueReplies(40);
    await facts.until('the other node is told', () => heard > 1);
    await teller.close();
    expect(heard - 1).to.be.below(20);
  });

  it('are heard again after the connection was cut, and what was missed meanwhile is looked for', async () => {
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%${place.schema}"'`;
    expect(await place.rows(cut)).to.have.length(2);
    await facts.until('both listen again', () => heard === 2 && heardOfItself === 2);
    await queueReplies(1);
    await facts.until('the other node is told', () => heard === 3);
  });
});

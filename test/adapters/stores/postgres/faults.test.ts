import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { fact } from '../../../../scripts/chaos/fact.js';
import { PostgresServer } from '../../../../scripts/postgres/server.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import { type AcceptSummary, type Store, StoreUnavailable } from '../../../../src/ports/store.js';
import { contentKey, smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';
import { CuttingProxy } from './cuttingProxy.js';

const patienceMs = 15_000;

function open(url: string): Promise<Store> {
  const limits = { poolMax: 4, connectTimeoutMs: 2_000, statementTimeoutMs: 4_000 };
  return openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway' });
}

function accept(store: Store, parts = [smsPart()]): Promise<AcceptSummary> {
  return store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('resolved, and should have rejected'),
    (error: unknown) => error,
  );
}

/** As a peer does: the same again until it is taken. */
async function acceptInTheEnd(store: Store, parts = [smsPart()]): Promise<AcceptSummary> {
  const untilMs = Date.now() + patienceMs;
  for (;;) {
    try {
      return await accept(store, parts);
    } catch (error) {
      expect(error).to.be.instanceOf(StoreUnavailable);
      if (Date.now() > untilMs) throw error;
    }
  }
}

describe('PostgreSQL that fails', () => {
  describe('on the line', () => {
    let place: PostgresPlace;
    let proxy: CuttingProxy;
    let store: Store;

    beforeEach(async () => {
      place = await PostgresPlace.create();
      proxy = await CuttingProxy.start(place.url);
      store = await open(proxy.url);
    });

    afterEach(async () => {
      await store.close();
      await proxy.stop();
      await place.remove();
    });

    it('is unavailable while it is away, and taken again when it is back, by the same store', async () => {
      await accept(store);
      proxy.shut();
      expect(await rejection(accept(store))).to.be.instanceOf(StoreUnavailable);
      expect(await rejection(store.probe(startMs))).to.be.instanceOf(StoreUnavailable);
      expect(await rejection(store.counts())).to.be.instanceOf(StoreUnavailable);
      proxy.open();
      await acceptInTheEnd(store);
      expect((await store.counts()).reportsWaiting).to.equal(2);
    });

    it('survives that its connections are ended by the server', async () => {
      await accept(store);
      await place.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lapor-gateway' AND pid <> pg_backend_pid()`,
      );
      await acceptInTheEnd(store);
    });

    it('makes one report of what is sent again because the answer to its commit was lost', async () => {
      const part = smsPart({ key: contentKey(1, 'Banjir') });
      proxy.cutAtNextCommit();
      expect(await rejection(accept(store, [part]))).to.be.instanceOf(StoreUnavailable);
      // The line was cut when the commit had left, not when it was done.
      await fact('it is committed', async () => (await store.counts()).reportsWaiting === 1 || undefined, patienceMs);
      // On the same living link: two equal texts would be two messages there.
      expect(await accept(store, [part])).to.include({ reports: 0, duplicates: 1 });
      expect(await accept(store, [part]), 'the next is a message of its own').to.include({ reports: 1, duplicates: 0 });
    });

    it('makes one report of it also where a known sender writes, whose part is a transaction without a COMMIT', async () => {
      await accept(store);
      const part = smsPart({ key: contentKey(1, 'Banjir'), text: 'Banjir setinggi lutut' });
      proxy.cutAtNext('Banjir', 'INSERT');
      expect(await rejection(accept(store, [part]))).to.be.instanceOf(StoreUnavailable);
      expect((await store.counts()).reportsWaiting, 'it was committed').to.equal(2);
      expect(await accept(store, [part])).to.include({ reports: 0, duplicates: 1 });
      expect(await accept(store, [part]), 'the next is a message of its own').to.include({ reports: 1, duplicates: 0 });
    });

    it('takes what was not stored in the end for new, and an equal text after it as well', async () => {
      await accept(store);
      const part = smsPart({ key: contentKey(1, 'Banjir'), text: 'Banjir setinggi lutut' });
      proxy.cutAtNext('Banjir', 'INSERT');
      await rejection(accept(store, [part]));
      // As if the line had been cut a moment earlier.
      await place.rows(`DELETE FROM forward_queue WHERE seq IN (SELECT seq FROM reports WHERE text LIKE 'Banjir%')`);
      await place.rows('DELETE FROM part_fingerprints');
      expect(await accept(store, [part])).to.include({ reports: 1, duplicates: 0 });
      expect(await accept(store, [part])).to.include({ reports: 1, duplicates: 0 });
    });

    it('records a ticket once, whatever became of the answer to its commit', async () => {
      await accept(store);
      const [claim] = await store.claimReports({ owner: 'a', limit: 1, nowMs: startMs, leaseMs: 60_000 });
      const reply = { kind: 'acknowledgement', text: 'terima kasih' } as const;
      const forwarded = { seq: claim?.seq ?? 0, trackingId: 'T1', status: 'received' as const, dueAt: null };
      const items = [{ ...forwarded, publicUrl: null, atMs: startMs, reply }];
      proxy.cutAtNextCommit();
      await rejection(store.recordForwarded(items));
      await store.recordForwarded(items);
      expect(await store.counts()).to.include({ reportsWaiting: 0, repliesWaiting: 1 });
    });
  });

  describe('as a server', () => {
    let server: PostgresServer;
    let store: Store;

    before(async function () {
      this.timeout(60_000);
      server = await PostgresServer.start({ parentFolder: tmpdir() });
      store = await open(server.url());
    });

    after(async () => {
      await store.close();
      await server.stop();
    });

    it('keeps what it acknowledged over a crash, refuses while it is down, and goes on by itself', async function () {
      this.timeout(60_000);
      await accept(store, [smsPart({ text: 'sebelum' })]);
      await server.crash();
      expect(await rejection(accept(store))).to.be.instanceOf(StoreUnavailable);
      await server.startAgain();
      await acceptInTheEnd(store, [smsPart({ text: 'sesudah', from: '62813' })]);
      const claims = await store.claimReports({ owner: 'a', limit: 9, nowMs: startMs, leaseMs: 60_000 });
      expect(claims.map(({ message }) => message.text)).to.deep.equal(['sebelum', 'sesudah']);
    });
  });
});

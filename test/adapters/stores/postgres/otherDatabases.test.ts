import { expect } from 'chai';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { migrations } from '../../../../adapters/stores/postgres/migrations/index.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import type { Store } from '../../../../src/ports/store.js';
import { Facts } from '../../../fakes/facts.js';
import { MemoryLog } from '../../../fakes/log.js';
import { smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';
import { CuttingProxy } from './cuttingProxy.js';

function open(url: string, log = new MemoryLog()): Promise<Store> {
  const limits = { poolMax: 4, connectTimeoutMs: 2_000, statementTimeoutMs: 4_000 };
  return openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway', log });
}

function accept(store: Store, parts = [smsPart()]) {
  return store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
}

/** What speaks PostgreSQL's protocol and is not quite it, or is set up in its own way. */
describe('a database that is like PostgreSQL', () => {
  let place: PostgresPlace;
  let proxy: CuttingProxy;

  beforeEach(async () => {
    place = await PostgresPlace.create();
    proxy = await CuttingProxy.start(place.url);
  });

  afterEach(async () => {
    await proxy.stop();
    await place.remove();
  });

  async function makeAnew(): Promise<void> {
    await place.rows(`DROP SCHEMA ${place.schema} CASCADE`);
    await place.rows(`CREATE SCHEMA ${place.schema}`);
  }

  describe('without LISTEN and NOTIFY', () => {
    it('serves nodes that look for replies by themselves, and say so once', async () => {
      proxy.makeUnknown('LISTEN');
      proxy.makeUnknown('pg_notify');
      const facts = new Facts();
      const log = new MemoryLog(facts);
      const listener = await open(proxy.url, log);
      const teller = await open(proxy.url);
      listener.onHint?.(() => expect.fail('hints are not to be had'));
      await facts.until('it is said', () => log.lines.length > 0);
      await accept(teller);
      const nowMs = Date.now();
      const [claim] = await teller.claimReports({ owner: 'teller', limit: 1, nowMs, leaseMs: 60_000 });
      const ticket = { seq: claim?.seq ?? 0, trackingId: 'T1', status: 'received' as const, dueAt: null };
      const reply = { kind: 'acknowledgement' as const, text: 'Terima kasih' };
      await teller.recordForwarded([{ ...ticket, publicUrl: null, reply, atMs: nowMs }]);
      const replies = await listener.claimReplies({
        ...{ owner: 'listener', channelId: 'telkomsel', limit: 9 },
        ...{ nowMs: Date.now(), leaseMs: 60_000 },
      });
      expect(replies).to.have.length(1);
      await Promise.all([listener.close(), teller.close()]);
      expect(log.lines).to.have.length(1);
      expect(log.text).to.match(/^warn the database tells nodes nothing .*each looks .*syntax error/s);
    });

    it('is not asked again by a node that only tells', async () => {
      proxy.makeUnknown('pg_notify');
      const facts = new Facts();
      const log = new MemoryLog(facts);
      const other = await open(place.url);
      const teller = await open(proxy.url, log);
      await queueReply(teller, '62812');
      await facts.until('it is said', () => log.lines.length > 0);
      await queueReply(teller, '62813');
      await Promise.all([teller.close(), other.close()]);
      expect(log.lines).to.have.length(1);
    });

    async function queueReply(store: Store, from: string): Promise<void> {
      await accept(store, [smsPart({ from })]);
      const nowMs = Date.now();
      const [claim] = await store.claimReports({ owner: 'teller', limit: 1, nowMs, leaseMs: 60_000 });
      const ticket = { seq: claim?.seq ?? 0, trackingId: from, status: 'received' as const, dueAt: null };
      const reply = { kind: 'acknowledgement' as const, text: 'Terima kasih' };
      await store.recordForwarded([{ ...ticket, publicUrl: null, reply, atMs: nowMs }]);
    }
  });

  describe('without advisory locks', () => {
    it('gets its schema once, however many nodes start together', async () => {
      await makeAnew();
      proxy.makeUnknown('pg_advisory_xact_lock');
      const stores = await Promise.all([1, 2, 3, 4].map(() => open(proxy.url)));
      const versions = await place.rows<{ version: number }>('SELECT version FROM schema_versions ORDER BY version');
      expect(versions.map(({ version }) => version)).to.deep.equal(migrations.map((_, index) => index + 1));
      await accept(stores[0] as Store);
      expect((await stores[3]?.counts())?.reportsWaiting).to.equal(1);
      await Promise.all(stores.map((store) => store.close()));
    });

    it('tells why a migration fails', async () => {
      await makeAnew();
      proxy.makeUnknown('CREATE TABLE senders');
      const failed = await open(proxy.url).then(() => 'it opened', String);
      expect(failed).to.match(/syntax error/);
    });
  });

  describe('that gives in to conflicts', () => {
    const triggers = [
      { label: 'a statement', sqlState: '40001', trigger: 'TRIGGER', when: 'BEFORE INSERT' },
      { label: 'a statement, for a deadlock', sqlState: '40P01', trigger: 'TRIGGER', when: 'BEFORE INSERT' },
      {
        label: 'the commit',
        sqlState: '40001',
        trigger: 'CONSTRAINT TRIGGER',
        when: 'AFTER INSERT',
        how: 'DEFERRABLE INITIALLY DEFERRED',
      },
    ];
    for (const { label, sqlState, trigger, when, how = '' } of triggers) {
      it(`is asked the same again when it refuses ${label}`, async () => {
        const store = await open(place.url);
        // A sequence keeps its count where a transaction leaves nothing.
        await place.rows(`
          CREATE SEQUENCE tries;
          CREATE FUNCTION give_in() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF nextval('tries') < 4 THEN RAISE EXCEPTION 'try again' USING ERRCODE = '${sqlState}'; END IF;
              RETURN NEW;
            END $$;
          CREATE ${trigger} give_in ${when} ON parts ${how} FOR EACH ROW EXECUTE FUNCTION give_in()`);
        try {
          expect(await accept(store)).to.include({ reports: 1, duplicates: 0 });
          expect((await store.counts()).reportsWaiting).to.equal(1);
        } finally {
          await store.close();
          await place.rows('DROP TRIGGER give_in ON parts; DROP FUNCTION give_in(); DROP SEQUENCE tries');
        }
      });
    }

    it('is asked the same again when it refuses a turn', async () => {
      const store = await open(place.url);
      await place.rows(`
        CREATE SEQUENCE tries;
        CREATE FUNCTION give_in() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF nextval('tries') < 4 THEN RAISE EXCEPTION 'try again' USING ERRCODE = '40001'; END IF;
            RETURN NEW;
          END $$;
        CREATE TRIGGER give_in BEFORE INSERT ON turns FOR EACH ROW EXECUTE FUNCTION give_in()`);
      try {
        expect(await store.takeTurn({ name: 'poll', owner: 'a', leaseMs: 60_000 })).to.equal(1);
      } finally {
        await store.close();
        await place.rows('DROP TRIGGER give_in ON turns; DROP FUNCTION give_in(); DROP SEQUENCE tries');
      }
    });
  });

  describe('with defaults of its own', () => {
    it('works by those of the store: isolation, time limits', async () => {
      await place.rows(`
        CREATE TABLE seen (name text PRIMARY KEY, setting text);
        CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            INSERT INTO seen SELECT name, current_setting(name) FROM unnest(ARRAY['transaction_isolation',
              'statement_timeout', 'idle_in_transaction_session_timeout', 'enable_seqscan']) AS names (name);
            RETURN NEW;
          END $$`);
      const defaults = '-cdefault_transaction_isolation=serializable -cstatement_timeout=0 -cenable_seqscan=on';
      const url = new URL(place.url);
      url.searchParams.set('options', `${url.searchParams.get('options')} ${defaults}`);
      const store = await open(url.href.replaceAll('+', '%20'));
      await place.rows('CREATE TRIGGER look BEFORE INSERT ON parts FOR EACH ROW EXECUTE FUNCTION look()');
      try {
        await accept(store);
        const seen = await place.rows<{ name: string; setting: string }>('SELECT name, setting FROM seen');
        expect(Object.fromEntries(seen.map(({ name, setting }) => [name, setting]))).to.deep.equal({
          transaction_isolation: 'read committed',
          statement_timeout: '4s',
          idle_in_transaction_session_timeout: '4s',
          enable_seqscan: 'off',
        });
      } finally {
        await store.close();
        await place.rows('DROP TRIGGER look ON parts; DROP FUNCTION look(); DROP TABLE seen');
      }
    });
  });

  describe('of an earlier version', () => {
    it('is refused, with its name and what is needed', async () => {
      // Before what PostgreSQL itself answers, by the order in which functions are looked up.
      await place.rows(`
        CREATE FUNCTION current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT '130000' $$;
        CREATE FUNCTION version() RETURNS text LANGUAGE sql AS $$ SELECT 'CockroachDB CCL v25.4.2' $$`);
      const url = new URL(place.url);
      url.searchParams.set('options', `-csearch_path=${place.schema},pg_catalog`);
      try {
        expect(await open(url.href).then(() => 'it opened', String)).to.include(
          'the database is CockroachDB CCL v25.4.2, with what PostgreSQL 13 has: 15 or later is needed',
        );
      } finally {
        await place.rows(
          `DROP FUNCTION ${place.schema}.current_setting(text); DROP FUNCTION ${place.schema}.version()`,
        );
      }
    });
  });
});

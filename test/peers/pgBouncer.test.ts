import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { Client } from 'pg';
import { openPostgresStore } from '../../adapters/stores/postgres/index.js';
import { PostgresServer } from '../../scripts/postgres/server.js';
import { joinParts } from '../../src/intake/joinParts.js';
import type { Store } from '../../src/ports/store.js';
import { Rig } from '../e2e/rig.js';
import { Facts } from '../fakes/facts.js';
import { PgBouncer } from './pgBouncer.js';

function open(url: string): Promise<Store> {
  const limits = { poolMax: 4, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 };
  return openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway' });
}

/** A pooler that is not ours, between the gateway and its database. */
describe('behind PgBouncer', () => {
  let server: PostgresServer;
  let pooler: PgBouncer | null = null;

  before(async () => {
    server = await PostgresServer.start({ parentFolder: tmpdir() });
  });

  afterEach(async () => {
    await pooler?.stop();
    pooler = null;
  });

  after(() => server.stop());

  describe('that pools by session', () => {
    it('a text goes to the tracker and its answer back', async () => {
      pooler = await PgBouncer.start(server.url(), 'session');
      const rig = await Rig.make({ storeUrl: pooler.url });
      try {
        await rig.startAll();
        await rig.texted('telkomsel', 'Jembatan Banyuning retak');
        const [acknowledgement] = await rig.inbox('telkomsel', 1);
        expect(acknowledgement).to.match(/#\d+/);
      } finally {
        await rig.close();
      }
    });

    it('sessions have the settings of the store, and nodes hear each other', async () => {
      pooler = await PgBouncer.start(server.url(), 'session');
      const facts = new Facts();
      let heard = 0;
      const store = await open(pooler.url);
      try {
        store.onHint?.(() => {
          heard += 1;
          facts.changed();
        });
        await facts.until('it listens', () => heard === 1);
        await tell(server.url());
        await facts.until('it hears', () => heard === 2);
        expect(await settingsSeen(store, server.url())).to.deep.equal({ limit: '5s', idle: '5s' });
      } finally {
        await store.close();
      }
    });
  });

  it('that pools by transaction the gateway refuses to start, and says what to change', async () => {
    pooler = await PgBouncer.start(server.url(), 'transaction');
    const said = await open(pooler.url).then(() => 'it opened', String);
    expect(said).to.match(/a pooler in transaction mode .* let it pool by session .*or name the database itself/);
  });
});

async function asked<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** As another node does. */
function tell(url: string): Promise<unknown> {
  return asked(url, `SELECT pg_notify('lapor ' || current_schema(), 'another')`);
}

/** What the store's own sessions have, by a trigger. */
async function settingsSeen(store: Store, url: string): Promise<{ limit: string; idle: string } | undefined> {
  await asked(
    url,
    `CREATE TABLE seen (setting text);
     CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         INSERT INTO seen SELECT current_setting(name) FROM unnest(ARRAY['statement_timeout',
           'idle_in_transaction_session_timeout']) AS names (name);
         RETURN NEW;
       END $$;
     CREATE TRIGGER look BEFORE INSERT ON turns FOR EACH ROW EXECUTE FUNCTION look()`,
  );
  await store.takeTurn({ name: 'poll', owner: 'a', leaseMs: 60_000 });
  const [limit, idle] = await asked<{ setting: string }>(url, 'SELECT setting FROM seen');
  return limit && idle && { limit: limit.setting, idle: idle.setting };
}

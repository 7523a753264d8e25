import { expect } from 'chai';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { migrations } from '../../../../adapters/stores/postgres/migrations/index.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import type { Store } from '../../../../src/ports/store.js';
import { smsPart, startMs } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

function open(url: string, role: 'gateway' | 'operator'): Promise<Store> {
  const limits = { poolMax: 4, connectTimeoutMs: 2_000, statementTimeoutMs: 4_000 };
  return openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role });
}

async function failure(opening: Promise<Store>): Promise<string> {
  try {
    await (await opening).close();
  } catch (error) {
    return String(error);
  }
  return 'it opened';
}

describe('opening a PostgreSQL store', () => {
  let place: PostgresPlace;

  beforeEach(async () => {
    place = await PostgresPlace.create();
    // As nobody has used it yet.
    await makeAnew();
  });

  afterEach(async () => {
    // What a test has done to the versions is undone with the schema.
    await makeAnew();
    await place.remove();
  });

  async function makeAnew(): Promise<void> {
    await place.rows(`DROP SCHEMA ${place.schema} CASCADE`);
    await place.rows(`CREATE SCHEMA ${place.schema}`);
  }

  const version = async () => (await place.rows<{ n: number }>('SELECT max(version) AS n FROM schema_versions'))[0]?.n;

  const setVersion = (newest: number, worksFrom: number) =>
    place.rows('INSERT INTO schema_versions (version, works_from) VALUES ($1, $2)', [newest, worksFrom]);

  it('makes the schema once, however many nodes start together', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => open(place.url, 'gateway')));
    expect(await version()).to.equal(migrations.length);
    const part = smsPart();
    await stores[0]?.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts: [part], joinUntilMs: 0 });
    expect((await stores[2]?.counts())?.reportsWaiting).to.equal(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('works on a schema one step ahead that says it may: nodes are updated one by one', async () => {
    await (await open(place.url, 'gateway')).close();
    await setVersion(migrations.length + 1, migrations.length);
    const store = await open(place.url, 'gateway');
    await store.probe(startMs);
    await store.close();
  });

  it('has only steps on which the version before goes on working', () => {
    for (const [index, { worksFrom }] of migrations.entries()) expect(worksFrom).to.be.at.most(Math.max(index, 1));
  });

  it('takes the word of each step: a later one lets nobody in again', async () => {
    await (await open(place.url, 'gateway')).close();
    await setVersion(migrations.length + 1, migrations.length + 1);
    await setVersion(migrations.length + 2, migrations.length);
    expect(await failure(open(place.url, 'gateway'))).to.match(/run the newer gateway on it/);
  });

  for (const role of ['gateway', 'operator'] as const) {
    it(`refuses a ${role} a newer schema, and changes nothing in it`, async () => {
      await (await open(place.url, 'gateway')).close();
      await setVersion(99, 99);
      expect(await failure(open(place.url, role))).to.match(
        /has schema 99, this program knows up to \d+: run the newer/,
      );
      expect(await version()).to.equal(99);
    });
  }

  it('makes no schema for an operator', async () => {
    expect(await failure(open(place.url, 'operator'))).to.match(/has no store: start the gateway once/);
    expect(await place.rows('SELECT 1 FROM pg_tables WHERE schemaname = current_schema()')).to.deep.equal([]);
  });

  it('takes back what a node held that is gone, and nothing of one that lives', async () => {
    const [living, leaving] = await Promise.all([open(place.url, 'gateway'), open(place.url, 'gateway')]);
    const parts = [smsPart(), smsPart({ from: '62813' })];
    await living.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: 0 });
    const claim = { owner: 'a', limit: 1, nowMs: startMs, leaseMs: 60_000 };
    const [kept] = await living.claimReports(claim);
    const [left] = await leaving.claimReports(claim);
    await leaving.close();
    const next = await open(place.url, 'gateway');
    const claims = await next.claimReports({ ...claim, limit: 9 });
    expect(claims.map(({ seq }) => seq)).to.deep.equal([left?.seq]);
    expect(kept?.seq).not.to.equal(left?.seq);
    await Promise.all([living.close(), next.close()]);
  });

  const unreachable: readonly { label: string; change: (url: URL) => void; says: RegExp }[] = [
    {
      label: 'no server',
      change: (url) => (url.port = '1'),
      says: /ECONNREFUSED.*; PostgreSQL does not answer there: is it running/,
    },
    {
      label: 'no such database',
      change: (url) => (url.pathname = '/none'),
      says: /database "none" does not exist.*; there is no such database: make it/,
    },
    {
      label: 'a wrong password',
      change: (url) => (url.password = 'salah'),
      says: /password authentication failed.*; it does not let this user in/,
    },
  ];
  it('gives the same advice where several servers are named', async () => {
    const url = new URL(place.url);
    url.password = 'salah';
    const limits = { poolMax: 4, connectTimeoutMs: 2_000, statementTimeoutMs: 4_000 };
    const opening = openPostgresStore({ urls: [url.href, url.href], ...limits, rules: { joinParts }, role: 'gateway' });
    expect(await failure(opening)).to.match(/password authentication failed.*; it does not let this user in/);
  });

  for (const { label, change, says } of unreachable) {
    it(`says what is wrong where there is ${label}, and no password`, async () => {
      const url = new URL(place.url);
      change(url);
      const said = await failure(open(url.href, 'gateway'));
      expect(said).to.match(says);
      expect(said).not.to.include('salah');
    });
  }
});

import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { openPostgresStore } from '../../../../adapters/stores/postgres/index.js';
import { PostgresServer } from '../../../../scripts/postgres/server.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import { type Store, StoreUnavailable } from '../../../../src/ports/store.js';
import { smsPart, startMs } from '../../../fakes/parts.js';

const connections = 4;
const patienceMs = 15_000;

/** Each begins with two servers of its own, of which the first is the primary. */
describe('a PostgreSQL store whose primary is replaced', function () {
  this.timeout(60_000);
  let primary: PostgresServer;
  let standby: PostgresServer;
  let store: Store;
  let texts: string[];
  let senders: number;

  beforeEach(async () => {
    ({ primary, standby } = await PostgresServer.startPair({ parentFolder: tmpdir() }));
    texts = [];
    senders = 0;
    store = await open([primary, standby]);
  });

  afterEach(async () => {
    await store.close();
    await standby.stop();
    await primary.stop();
  });

  function open(servers: readonly PostgresServer[]): Promise<Store> {
    const limits = { poolMax: connections, connectTimeoutMs: 2_000, statementTimeoutMs: 4_000 };
    const urls = servers.map((server) => server.url());
    return openPostgresStore({ urls, ...limits, rules: { joinParts }, role: 'gateway' });
  }

  async function accept(text: string, taker = store): Promise<void> {
    senders += 1;
    const parts = [smsPart({ text, from: `62812${senders}` })];
    await taker.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: startMs });
    texts.push(text);
  }

  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => expect.fail('resolved, and should have rejected'),
      (rejected: unknown) => rejected,
    );
    expect(error).to.be.instanceOf(StoreUnavailable);
    return String(error);
  }

  /** As a peer does: the same again until it is taken. @returns how often it was refused. */
  async function acceptInTheEnd(text: string): Promise<number> {
    const untilMs = Date.now() + patienceMs;
    for (let refusals = 0; ; refusals += 1) {
      try {
        await accept(text);
        return refusals;
      } catch (error) {
        expect(error).to.be.instanceOf(StoreUnavailable);
        if (Date.now() > untilMs) throw error;
      }
    }
  }

  async function kept(): Promise<string[]> {
    const claims = await store.claimReports({ owner: 'a', limit: 99, nowMs: startMs, leaseMs: 60_000 });
    return claims.map(({ message }) => message.text);
  }

  it('refuses while there is none, goes on with the promoted one by itself, and has all that it acknowledged', async () => {
    for (let number = 1; number <= 20; number += 1) await accept(`sebelum ${number}`);
    await primary.crash();
    await refusal(accept('di antara'));
    expect(await refusal(accept('di antara')), 'says of both why').to.match(
      /no server takes writes: (?=.*ECONNREFUSED)(?=.*is a standby)/,
    );
    await standby.promote();
    await acceptInTheEnd('sesudah');
    expect(await kept()).to.deep.equal(texts);
  });

  it('leaves one that was made read-only, with all its connections', async () => {
    await accept('sebelum');
    await Promise.all(Array.from({ length: connections }, () => store.counts()));
    await primary.makeReadOnly();
    await standby.promote();
    expect(await refusal(accept('di antara'))).to.match(/SQLSTATE 25006/);
    const together = ['satu', 'dua', 'tiga', 'empat'].map((text) => acceptInTheEnd(text));
    const claims = Array.from({ length: connections }, () => store.probe(startMs));
    expect(await Promise.all(together), 'no other connection fails anybody').to.deep.equal([0, 0, 0, 0]);
    await Promise.all(claims);
    expect(await kept()).to.have.members(texts);
  });

  it('is opened with the one that takes writes, wherever it stands in the list', async () => {
    const other = await open([standby, primary]);
    await accept('dari simpul lain', other);
    await other.close();
    expect(await kept()).to.deep.equal(texts);
  });

  it('is not opened on a standby alone', async () => {
    expect(await open([standby]).then(() => 'it opened', String)).to.match(/takes no writes: it is a standby/);
  });
});

import { expect } from 'chai';
import { Client } from 'pg';
import { fact } from '../../scripts/chaos/fact.js';
import { Cluster, sessions, turnSeconds } from '../../scripts/chaos/nodes/cluster.js';

const limitMs = 30_000;
/** After its lease, what asking for it and binding take. */
const bindMs = 8_000;

/** The telco allows two binds, and both nodes are configured for both. */
describe('two nodes that share the sessions of a channel', function () {
  this.timeout(4 * limitMs);
  let cluster: Cluster;
  let database: Client;

  before(async () => {
    cluster = await Cluster.start();
    database = new Client({ connectionString: cluster.database.url() });
    await database.connect();
  });

  after(async () => {
    await database.end();
    await cluster.close();
  });

  /** Who has a session, by its name in the store; the ids of nodes are their own. */
  async function owners(): Promise<string[]> {
    const { rows } = await database.query<{ owner: string }>(
      `SELECT owner FROM turns WHERE name LIKE 'channel telkomsel session %' AND owner <> ''
         AND until_ms > extract(epoch FROM clock_timestamp()) * 1000`,
    );
    return rows.map(({ owner }) => owner);
  }

  function spread(over: number, withinMs: number): Promise<string[]> {
    const isSo = async (): Promise<string[] | undefined> => {
      const found = await owners();
      const isBound = cluster.smsc.telco('telkomsel').bindings.length === sessions;
      return isBound && found.length === sessions && new Set(found).size === over ? found : undefined;
    };
    return fact(`${sessions} bound sessions of ${over} node(s)`, isSo, withinMs);
  }

  async function answered(text: string, from: string): Promise<void> {
    const before = cluster.smsc.handsets.messages(from).length;
    cluster.smsc.text({ from, text });
    const reply = () => cluster.smsc.handsets.messages(from)[before];
    await fact('the citizen is answered', reply, limitMs);
  }

  it('have one each, though the first to start was alone for a while', async () => {
    await spread(2, limitMs);
    await answered('Lampu jalan padam di Sukasada', '6281200000001');
  });

  it('leave both to the one that lives, within the lease of the other', async () => {
    const had = await owners();
    await cluster.node('one').kill();
    const [survivor] = await spread(1, turnSeconds * 1_000 + bindMs);
    expect(had).to.include(survivor);
    await answered('Jalan berlubang di Sukasada', '6281200000002');
  });

  it('have one each again when it is back', async () => {
    await cluster.startNode('one');
    await spread(2, limitMs);
    await answered('Sampah menumpuk di Sukasada', '6281200000003');
  });
});

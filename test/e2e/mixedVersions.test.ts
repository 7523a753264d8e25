import { expect } from 'chai';
import { Client } from 'pg';
import { migrations } from '../../adapters/stores/postgres/migrations/index.js';
import { fact } from '../../scripts/chaos/fact.js';
import { type Cluster, type NodeName, nodeNames } from '../../scripts/chaos/nodes/cluster.js';
import { nodesPromised } from '../../scripts/chaos/nodes/promises.js';
import { type NodesEvidence, runNodes } from '../../scripts/chaos/nodes/run.js';
import { makeNextBuild, type NextBuild } from './nextBuild.js';

const limitMs = 150_000;

/** A step as steps are: it adds. To every table, for a statement that an older node has prepared must not mind. */
const step = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
      EXECUTE format('ALTER TABLE %I ADD COLUMN next_version text, ADD COLUMN next_count integer NOT NULL DEFAULT 0', one.name);
    END LOOP;
  END $$;
  CREATE TABLE next_version (id bigint PRIMARY KEY);`;

async function schemaVersion(cluster: Cluster): Promise<number> {
  const client = new Client({ connectionString: cluster.database.url() });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: number }>('SELECT max(version) AS version FROM schema_versions');
    return rows[0]?.version ?? 0;
  } finally {
    await client.end();
  }
}

/** Until what was sent after now has come to an end, by whichever nodes there are. */
async function works(cluster: Cluster): Promise<void> {
  const telco = cluster.smsc.telco('telkomsel');
  const { acknowledgedParts = 0 } = telco.counts;
  const isSo = () => (telco.counts.acknowledgedParts ?? 0) > acknowledgedParts + 40 || undefined;
  await fact('texts are taken', isSo, limitMs);
}

/** Nodes are updated one by one, and one of them goes back for a while: the other has brought the schema up to date. */
describe('a version and the one after it, as nodes on one database under load', function () {
  this.timeout(3 * limitMs);
  let next: NextBuild;
  let found: NodesEvidence;
  const versions: number[] = [];

  async function restart(cluster: Cluster, name: NodeName, main?: string): Promise<void> {
    await cluster.node(name).stop();
    await cluster.startNode(name, main);
    versions.push(await schemaVersion(cluster));
    await works(cluster);
  }

  before(async () => {
    next = await makeNextBuild(step);
    const [one, two] = nodeNames as readonly [NodeName, NodeName];
    const faults = [
      { label: 'one is updated', strike: (cluster: Cluster) => restart(cluster, one, next.main) },
      { label: 'the other restarts as it was', strike: (cluster: Cluster) => restart(cluster, two) },
      { label: 'the other is updated, too', strike: (cluster: Cluster) => restart(cluster, two, next.main) },
    ];
    found = await runNodes({ faults, textsPerSecond: 20, settleLimitMs: limitMs, say: () => {} });
    process.stdout.write(`    ${JSON.stringify(found)}\n`);
  });

  after(() => next.remove());

  it('have the schema of the later one from its first start on', () => {
    expect(versions).to.deep.equal(new Array(3).fill(migrations.length + 1));
  });

  for (const { label, holds } of nodesPromised) {
    it(label, () => expect(holds(found), JSON.stringify(found)).to.equal(true));
  }
});

import { join, resolve } from 'node:path';
import { PostgresServer } from '../../postgres/server.js';
import { type Bench, type Labels, measure, timedPlan, waitForLinks } from '../bench.js';
import { freePort } from '../freePort.js';
import { startGateway } from '../gateway/gateway.js';
import type { Measurement } from '../measurement.js';
import type { ServerProcess } from '../processes.js';
import { familyOf } from '../procfs.js';

/** Each of two nodes has half of the messages to become warm by, and one node is given the same time. */
const warmupFactor = 2;

/**
 * In turns, and the ratio of the round in the middle counts: what else the machine does falls on both, and on a busy one
 * two runs of one program differ by a fifth.
 */
const rounds = ['round 1', 'round 2', 'round 3'] as const;

/** The same work on a PostgreSQL server of its own: what the database takes of the processors counts as the gateway's. */
export async function onPostgres(bench: Bench): Promise<Measurement[]> {
  const deadTracker = await freePort();
  const found: Measurement[] = [];
  for (const variant of rounds) {
    const [one, two] = ['PostgreSQL, intake', 'PostgreSQL, intake, two nodes'] as const;
    found.push(await run(bench, 1, deadTracker, { subject: one, variant, counts: 'acknowledged' }));
    found.push(await run(bench, 2, deadTracker, { subject: two, variant, counts: 'acknowledged' }));
  }
  found.push(
    await run(bench, 1, bench.trackerPort, { subject: 'PostgreSQL, whole way', variant: '', counts: 'replies' }),
  );
  return found;
}

function run(bench: Bench, nodes: number, trackerPort: number, labels: Labels): Promise<Measurement> {
  const options = { ...bench.options, warmupMs: bench.options.warmupMs * warmupFactor };
  const plan = timedPlan(options, labels.counts === 'replies');
  return withNodes(bench, nodes, trackerPort, (gateways, database) =>
    measure(bench, labels, plan, () => [...gateways.map(({ pid }) => pid), ...familyOf(database.pid)]),
  );
}

/** Runs so many gateways on one new database while `work` is done. */
async function withNodes<Result>(
  bench: Bench,
  nodes: number,
  trackerPort: number,
  work: (gateways: readonly ServerProcess[], database: PostgresServer) => Promise<Result>,
): Promise<Result> {
  const { smscPorts, profileFolder, options } = bench;
  // Not in the bench's own folder: the server's account may not enter that.
  const database = await PostgresServer.start({ parentFolder: resolve(options.folder) });
  const gateways: ServerProcess[] = [];
  try {
    for (let node = 0; node < nodes; node += 1) {
      const folder = join(bench.folder, `postgres-${nodes}-${trackerPort}-node-${node + 1}`);
      // Each telco has one link, and the nodes share the telcos: the first to start would take all turns.
      const own = smscPorts.filter((_, index) => index % nodes === node);
      const telcoPrefix = `node${node + 1}-telco`;
      const start = { folder, trackerPort, smscPorts: own, telcoPrefix, profileFolder, storeUrl: database.url() };
      gateways.push(await startGateway(start, bench.processes));
    }
    await waitForLinks(bench, smscPorts.length);
    return await work(gateways, database);
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await waitForLinks(bench, 0);
    await database.stop();
  }
}

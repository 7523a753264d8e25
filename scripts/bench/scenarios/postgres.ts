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

/** The same work on a PostgreSQL server of its own: what the database takes of the processors counts as the gateway's. */
export async function onPostgres(bench: Bench): Promise<Measurement[]> {
  const deadTracker = await freePort();
  const runs: readonly { nodes: number; trackerPort: number; awaitReplies: boolean; labels: Labels }[] = [
    {
      nodes: 1,
      trackerPort: deadTracker,
      awaitReplies: false,
      labels: { subject: 'PostgreSQL, intake', variant: '', counts: 'acknowledged' },
    },
    {
      nodes: 2,
      trackerPort: deadTracker,
      awaitReplies: false,
      labels: { subject: 'PostgreSQL, intake, two nodes', variant: '', counts: 'acknowledged' },
    },
    {
      nodes: 1,
      trackerPort: bench.trackerPort,
      awaitReplies: true,
      labels: { subject: 'PostgreSQL, whole way', variant: '', counts: 'replies' },
    },
  ];
  const found: Measurement[] = [];
  for (const { nodes, trackerPort, awaitReplies, labels } of runs) {
    const plan = timedPlan({ ...bench.options, warmupMs: bench.options.warmupMs * warmupFactor }, awaitReplies);
    found.push(
      await withNodes(bench, nodes, trackerPort, (gateways, database) =>
        measure(bench, labels, plan, () => [...gateways.map(({ pid }) => pid), ...familyOf(database.pid)]),
      ),
    );
  }
  return found;
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

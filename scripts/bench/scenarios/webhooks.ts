import { join } from 'node:path';
import type { BareExpressCommands } from '../bareExpress/process.js';
import { type Bench, type Labels, measureDriven } from '../bench.js';
import { freePort } from '../freePort.js';
import { startGateway } from '../gateway/gateway.js';
import { webhookChannel } from '../gateway/gatewayConfig.js';
import type { Measurement } from '../measurement.js';
import type { WebhookCommands } from '../webhooks/process.js';
import { Worker } from '../worker.js';

/** Of several aggregators. Each waits for its answer, so they bound what can share a commit. */
const connections = 256;

/**
 * In turns, so that what else the machine does falls on both; each round is judged by itself, and the round in the middle
 * counts: the best of each, which may be minutes apart, gave anything from a third to one and a half on a busy machine.
 */
const rounds = ['round 1', 'round 2', 'round 3'] as const;

/** A route that keeps nothing, then the gateway's webhook with its commit, under the same load. */
export async function webhooks(bench: Bench): Promise<Measurement[]> {
  const generator = new Worker<WebhookCommands>(new URL('../webhooks/process.js', import.meta.url), bench.processes);
  const drive = async (labels: Labels, port: number, pid: number) => {
    const { senders, warmupMs, measureMs } = bench.options;
    const plan = { port, path: `/webhooks/${webhookChannel}`, connections, senders, warmupMs, measureMs };
    return measureDriven(bench, labels, { pid: generator.pid, run: () => generator.call('run', plan), counted: plan }, [
      pid,
    ]);
  };
  const found: Measurement[] = [];
  for (const variant of rounds) {
    found.push(await bareExpress(bench, drive, variant));
    found.push(await gateway(bench, drive, variant));
  }
  await generator.stop();
  return found;
}

type Drive = (labels: Labels, port: number, pid: number) => Promise<Measurement>;

async function bareExpress(bench: Bench, drive: Drive, variant: string): Promise<Measurement> {
  const route = new Worker<BareExpressCommands>(new URL('../bareExpress/process.js', import.meta.url), bench.processes);
  const port = await route.call('listen', null);
  const found = await drive({ subject: 'bare express route', variant, counts: 'acknowledged' }, port, route.pid);
  await route.stop();
  return found;
}

/** The tracker is dead: what is measured is taking reports in, and nothing else. */
async function gateway(bench: Bench, drive: Drive, variant: string): Promise<Measurement> {
  const [httpPort, trackerPort] = await Promise.all([freePort(), freePort()]);
  const folder = join(bench.folder, `webhooks ${variant}`);
  const start = { folder, trackerPort, httpPort, smscPorts: [], webhooks: true, profileFolder: bench.profileFolder };
  const server = await startGateway(start, bench.processes);
  const found = await drive({ subject: 'gateway, webhooks', variant, counts: 'acknowledged' }, httpPort, server.pid);
  await server.stop();
  return found;
}

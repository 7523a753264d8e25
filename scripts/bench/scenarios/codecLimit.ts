import type { BareClientCommands } from '../bareClient/process.js';
import { type Bench, measure, timedPlan, waitForLinks } from '../bench.js';
import type { Measurement } from '../measurement.js';
import { Worker } from '../worker.js';

/** What no gateway on this codec can exceed. */
export async function codecLimit(bench: Bench): Promise<Measurement[]> {
  return [await bareClient(bench, false), await bareClient(bench, true)];
}

async function bareClient(bench: Bench, reply: boolean): Promise<Measurement> {
  const client = new Worker<BareClientCommands>(new URL('../bareClient/process.js', import.meta.url), bench.processes);
  await client.call('bind', { ports: bench.smscPorts, reply });
  await waitForLinks(bench, bench.smscPorts.length);
  const labels = reply
    ? ({ subject: 'bare client, replies', variant: '', counts: 'replies' } as const)
    : ({ subject: 'bare client', variant: '', counts: 'acknowledged' } as const);
  const measurement = await measure(bench, labels, timedPlan(bench.options, reply), [client.pid]);
  await client.stop();
  await waitForLinks(bench, 0);
  return measurement;
}

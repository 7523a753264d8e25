import { join } from 'node:path';
import { type Bench, measure, timedPlan, waitForLinks } from '../bench.js';
import { freePort } from '../freePort.js';
import { startGateway } from '../gateway/gateway.js';
import type { Measurement } from '../measurement.js';
import type { ServerProcess } from '../processes.js';

/** Runs the gateway in the named folder while `work` is done. With a port that nobody listens on the tracker is dead. */
export async function withGateway<Result>(
  bench: Bench,
  folder: string,
  trackerPort: number,
  work: (gateway: ServerProcess) => Promise<Result>,
): Promise<Result> {
  const { smscPorts, profileFolder } = bench;
  const start = { folder: join(bench.folder, folder), trackerPort, smscPorts, profileFolder };
  const gateway = await startGateway(start, bench.processes);
  await waitForLinks(bench, smscPorts.length);
  const result = await work(gateway);
  await gateway.stop();
  await waitForLinks(bench, 0);
  return result;
}

/** The tracker is dead: what is measured is taking reports in, and nothing else. */
export async function durableIntake(bench: Bench): Promise<Measurement[]> {
  const labels = { subject: 'gateway, intake', variant: '', counts: 'acknowledged' } as const;
  return [
    await withGateway(bench, 'intake', await freePort(), (gateway) =>
      measure(bench, labels, timedPlan(bench.options, false), [gateway.pid]),
    ),
  ];
}

export async function wholeWay(bench: Bench): Promise<Measurement[]> {
  const labels = { subject: 'gateway, whole way', variant: '', counts: 'replies' } as const;
  const measurement = await withGateway(bench, 'whole-way', bench.trackerPort, (gateway) =>
    measure(bench, labels, timedPlan(bench.options, true), [gateway.pid]),
  );
  const { reports, repeats, followUps } = await bench.tracker.call('counts', null);
  bench.say(`  the tracker holds ${reports} reports (${repeats} came twice) and ${followUps} follow-ups`);
  return [measurement];
}

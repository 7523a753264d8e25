import { type Bench, type Labels, measure, timedPlan } from '../bench.js';
import { freePort } from '../freePort.js';
import type { LoadPlan } from '../generator/load.js';
import type { Measurement } from '../measurement.js';
import type { ServerProcess } from '../processes.js';
import { withGateway } from './gateway.js';

/** Long enough for any disk that is worth measuring. */
const drainMs = 60_000;
const progressEveryMs = 10_000;

/**
 * Fills a database with waiting reports, then measures the intake in turns: full, empty, full, empty. The turns keep
 * a machine that slows down or speeds up meanwhile from being taken for an effect of the backlog. The second full
 * turn is a gateway that was started on a full database.
 */
export async function backlog(bench: Bench): Promise<Measurement[]> {
  const trackerPort = await freePort();
  const [filled, ...full] = await withGateway(bench, 'backlog', trackerPort, async (gateway) => [
    await fill(bench, gateway),
    await intake(bench, gateway, 'gateway, intake, backlog', 'round 1'),
  ]);
  const inTurn = async (folder: string, subject: Labels['subject'], round: string) =>
    withGateway(bench, folder, trackerPort, (gateway) => intake(bench, gateway, subject, round));
  return [
    ...(filled === undefined ? [] : [filled]),
    ...full,
    await inTurn('empty-1', 'gateway, intake, empty', 'round 1'),
    await inTurn('backlog', 'gateway, intake, backlog', 'round 2, restarted'),
    await inTurn('empty-2', 'gateway, intake, empty', 'round 2'),
  ];
}

async function fill(bench: Bench, gateway: ServerProcess): Promise<Measurement> {
  const messages = bench.options.backlog;
  const plan: LoadPlan = { ...timedPlan(bench.options, false), until: { kind: 'count', messages }, drainMs };
  const labels = { subject: 'gateway, filling', variant: `${messages} reports`, counts: 'acknowledged' } as const;
  const progress = setInterval(() => {
    const tell = (acknowledged: number) => bench.say(`  ${acknowledged} of ${messages} reports wait`);
    bench.generator.call('acknowledged', null).then(tell, () => clearInterval(progress));
  }, progressEveryMs);
  try {
    return await measure(bench, labels, plan, [gateway.pid]);
  } finally {
    clearInterval(progress);
  }
}

function intake(
  bench: Bench,
  gateway: ServerProcess,
  subject: Labels['subject'],
  variant: string,
): Promise<Measurement> {
  return measure(bench, { subject, variant, counts: 'acknowledged' }, timedPlan(bench.options, false), [gateway.pid]);
}

import { join } from 'node:path';
import { type Bench, measure, timedPlan, waitForLinks } from '../bench/bench.js';
import { freePort } from '../bench/freePort.js';
import { startGateway } from '../bench/gateway/gateway.js';
import { shortCode } from '../bench/gateway/gatewayConfig.js';
import type { Senders } from '../bench/generator/deliverSm.js';
import type { GeneratorCommands } from '../bench/generator/process.js';
import { type Measurement, ratePerSecond } from '../bench/measurement.js';
import { parseOptions as parseBenchOptions } from '../bench/options.js';
import type { Processes } from '../bench/processes.js';
import { processUse } from '../bench/procfs.js';
import type { TrackerCommands } from '../bench/tracker/process.js';
import { Worker } from '../bench/worker.js';
import { numberSpread } from './fill/recipe.js';
import type { FullStoreOptions } from './options.js';
import type { Place } from './places.js';

/** Above all senders that a filling makes, up to fifty million messages. */
const strangersFrom = 15_000_000;

/** Who writes while the intake is measured. */
interface Crowd {
  readonly name: string;
  readonly senders: () => Senders;
}

const crowds: readonly Crowd[] = [
  {
    name: 'ten thousand who write again',
    senders: () => ({ count: 10_000, first: 1, spread: numberSpread }),
  },
  {
    name: 'each for the first time',
    senders: () => ({ count: 40_000_000, first: firstStranger(), spread: numberSpread }),
  },
];

/** Others for each run: a store that was kept knows those of the last. */
function firstStranger(): number {
  const secondsNow = Math.floor(Date.now() / 1000);
  return strangersFrom + ((secondsNow * 10_007) % 40_000_000);
}

const subjects = {
  sqlite: { full: 'SQLite, full store', empty: 'SQLite, empty store' },
  postgres: { full: 'PostgreSQL, full store', empty: 'PostgreSQL, empty store' },
} as const;

/** The intake of the full store in one round, and that of an empty one right after it. */
export interface Pair {
  readonly crowd: string;
  readonly full: Measurement;
  readonly empty: Measurement;
}

export interface IntakeRun {
  readonly options: FullStoreOptions;
  readonly processes: Processes;
  /** For configs, logs and empty stores; removed when the run ends. */
  readonly folder: string;
  say(line: string): void;
}

/** Durable intake with a tracker that is away, in turns: full, empty, full, empty. */
export async function measureIntake(run: IntakeRun, place: Place): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const crowd of crowds) {
    const bench = await benchFor(run, crowd.senders());
    for (let round = 1; round <= run.options.rounds; round += 1) {
      const variant = `${crowd.name}, round ${round}`;
      const full = await measureOne(bench, place, 'full', place.fullUrl(), variant);
      const empty = await measureOne(bench, place, 'empty', await place.emptyUrl(), variant);
      pairs.push({ crowd: crowd.name, full, empty });
    }
    await bench.generator.stop();
    await bench.tracker.stop();
  }
  return pairs;
}

export function ratioOf({ full, empty }: Pair): number {
  return ratePerSecond(full) / ratePerSecond(empty);
}

async function benchFor({ options, processes, folder, say }: IntakeRun, senders: Senders): Promise<Bench> {
  const benchOptions = parseBenchOptions(['--seconds', String(options.seconds)]);
  const generator = new Worker<GeneratorCommands>(new URL('../bench/generator/process.js', import.meta.url), processes);
  const tracker = new Worker<TrackerCommands>(new URL('../bench/tracker/process.js', import.meta.url), processes);
  const smscPorts = await generator.call('listen', { ports: benchOptions.sessions, senders, destination: shortCode });
  // Nobody listens there: what is measured is taking reports in, and nothing else.
  const trackerPort = await freePort();
  return {
    options: benchOptions,
    processes,
    generator,
    smscPorts,
    tracker,
    trackerPort,
    folder,
    profileFolder: null,
    say,
  };
}

async function measureOne(
  bench: Bench,
  place: Place,
  which: 'full' | 'empty',
  storeUrl: string,
  variant: string,
): Promise<Measurement> {
  const { smscPorts, trackerPort } = bench;
  const folder = join(bench.folder, `${place.kind}-${which}`);
  const startedMs = performance.now();
  const gateway = await startGateway(
    { folder, trackerPort, smscPorts, profileFolder: null, storeUrl },
    bench.processes,
  );
  const readyMs = performance.now() - startedMs;
  await waitForLinks(bench, smscPorts.length);
  const labels = { subject: subjects[place.kind][which], variant, counts: 'acknowledged' } as const;
  const pids = () => [gateway.pid, ...place.pids()];
  const measurement = await measure(bench, labels, timedPlan(bench.options, false), pids);
  const peakMb = processUse(gateway.pid)?.peakResidentMb.toFixed(0) ?? '?';
  bench.say(`    ready after ${Math.round(readyMs)} ms, the gateway's peak memory ${peakMb} MB`);
  await gateway.stop();
  await waitForLinks(bench, 0);
  return measurement;
}

import type { LoadPlan, LoadResult } from './generator/load.js';
import type { GeneratorCommands } from './generator/process.js';
import { type Finding, type Measurement, ratePerSecond, type Subject } from './measurement.js';
import type { BenchOptions } from './options.js';
import type { Processes } from './processes.js';
import { busyCpuSeconds, processUse } from './procfs.js';
import type { TrackerCommands } from './tracker/process.js';
import type { Worker } from './worker.js';

/** What every scenario works with. */
export interface Bench {
  readonly options: BenchOptions;
  readonly processes: Processes;
  readonly generator: Worker<GeneratorCommands>;
  /** Where the generator listens, one port for each telco. */
  readonly smscPorts: readonly number[];
  readonly tracker: Worker<TrackerCommands>;
  readonly trackerPort: number;
  /** For databases, spools and logs; removed when the bench ends. */
  readonly folder: string;
  readonly profileFolder: string | null;
  /** Tells the person who waits. */
  say(line: string): void;
}

export type Scenario = (bench: Bench) => Promise<readonly Finding[]>;

const linkWithinMs = 30_000;
const drainMs = 15_000;

export async function waitForLinks(bench: Bench, count: number): Promise<void> {
  await bench.generator.call('waitForLinks', { count, withinMs: linkWithinMs });
}

export function timedPlan(options: BenchOptions, awaitReplies: boolean): LoadPlan {
  return {
    window: options.window,
    maxUnanswered: awaitReplies ? options.unanswered : null,
    until: { kind: 'time', warmupMs: options.warmupMs, measureMs: options.measureMs },
    drainMs,
  };
}

export interface Labels {
  readonly subject: Subject;
  readonly variant: string;
  readonly counts: Measurement['counts'];
}

/** Who puts a server under load. */
export interface Driver {
  readonly pid: number;
  run(): Promise<LoadResult>;
}

/** The ids of a server's processes; a function where there may be more of them in the end. */
export type Pids = readonly number[] | (() => readonly number[]);

/** Drives the server that is bound now, and watches its processes meanwhile. */
export function measure(bench: Bench, labels: Labels, plan: LoadPlan, pids: Pids): Promise<Measurement> {
  const { generator } = bench;
  return measureDriven(bench, labels, { pid: generator.pid, run: () => generator.call('run', plan) }, pids);
}

/** The same, with a driver of the scenario's own. */
export async function measureDriven(bench: Bench, labels: Labels, driver: Driver, servers: Pids): Promise<Measurement> {
  const pids = typeof servers === 'function' ? servers : () => servers;
  const fromMs = performance.now();
  const before = pids().map(processUse);
  const ours = [driver.pid, bench.generator.pid, bench.tracker.pid, process.pid];
  const others = watchOthers(() => [...new Set([...pids(), ...ours])]);
  const load = await driver.run();
  const seconds = (performance.now() - fromMs) / 1000;
  const after = pids().map(processUse);
  const cpuSeconds = (uses: typeof after) => total(uses.map((use) => use?.cpuSeconds ?? null));
  const [cpuBefore, cpuAfter] = [cpuSeconds(before), cpuSeconds(after)];
  const measurement = {
    ...labels,
    load,
    peakMb: total(after.map((use) => use?.peakResidentMb ?? null)),
    serverCpus: cpuBefore === null || cpuAfter === null ? null : (cpuAfter - cpuBefore) / seconds,
    otherCpus: others(seconds),
  };
  const rate = Math.round(ratePerSecond(measurement)).toLocaleString('en');
  bench.say(
    `  ${labels.subject}${labels.variant === '' ? '' : ` (${labels.variant})`}: ${rate} ${labels.counts} a second`,
  );
  return measurement;
}

/**
 * Begins to watch what the machine does beside the bench; the returned function tells, after so many seconds, how many
 * processors that kept busy. The kernel's own threads count as others: a tenth or two of a processor is ordinary.
 */
function watchOthers(ours: () => readonly number[]): (seconds: number) => number | null {
  const busyWithOthers = () => {
    const own = total(ours().map((pid) => processUse(pid)?.cpuSeconds ?? null));
    const all = busyCpuSeconds();
    return own === null || all === null ? null : all - own;
  };
  const before = busyWithOthers();
  return (seconds) => {
    const after = busyWithOthers();
    return before === null || after === null ? null : Math.max(0, (after - before) / seconds);
  };
}

/** Null as soon as one part is unknown. */
function total(parts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const part of parts) {
    if (part === null) return null;
    sum += part;
  }
  return sum;
}

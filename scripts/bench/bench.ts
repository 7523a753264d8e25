import { setTimeout as sleep } from 'node:timers/promises';
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
  /** What counts of the run, after its warm-up; null: all of it. */
  readonly counted: { readonly warmupMs: number; readonly measureMs: number } | null;
}

/** The ids of a server's processes; a function where there may be more of them in the end. */
export type Pids = readonly number[] | (() => readonly number[]);

/** Drives the server that is bound now, and watches its processes meanwhile. */
export function measure(bench: Bench, labels: Labels, plan: LoadPlan, pids: Pids): Promise<Measurement> {
  const { generator } = bench;
  const counted = plan.until.kind === 'time' ? plan.until : null;
  const driver = { pid: generator.pid, run: () => generator.call('run', plan), counted };
  return measureDriven(bench, labels, driver, pids);
}

/** The same, with a driver of the scenario's own. */
export async function measureDriven(bench: Bench, labels: Labels, driver: Driver, servers: Pids): Promise<Measurement> {
  const pids = typeof servers === 'function' ? servers : () => servers;
  const ours = [driver.pid, bench.generator.pid, bench.tracker.pid, process.pid];
  const running = driver.run();
  const [load, cpus] = await Promise.all([running, cpusDuring(running, driver.counted, pids, ours)]);
  const peakMb = total(pids().map((pid) => processUse(pid)?.peakResidentMb ?? null));
  const measurement = { ...labels, load, peakMb, serverCpus: cpus.server, otherCpus: cpus.others };
  const rate = Math.round(ratePerSecond(measurement)).toLocaleString('en');
  bench.say(
    `  ${labels.subject}${labels.variant === '' ? '' : ` (${labels.variant})`}: ${rate} ${labels.counts} a second`,
  );
  return measurement;
}

/**
 * Processors kept busy by the servers and by what has nothing to do with the bench, over the time in which the rate is
 * counted: what a server takes to become warm, a second of compiling for each Node.js process, is no cost of a message.
 * The kernel's own threads count as others: a tenth or two of a processor is ordinary.
 */
async function cpusDuring(
  running: Promise<LoadResult>,
  counted: Driver['counted'],
  pids: () => readonly number[],
  ours: readonly number[],
): Promise<{ server: number | null; others: number | null }> {
  if (counted !== null) await sleep(counted.warmupMs);
  const fromMs = performance.now();
  const server = secondsSince(() => cpuSecondsOf(pids()));
  const others = secondsSince(() => {
    const own = cpuSecondsOf([...new Set([...pids(), ...ours])]);
    const all = busyCpuSeconds();
    return own === null || all === null ? null : Math.max(0, all - own);
  });
  if (counted === null) await running;
  else await sleep(counted.measureMs);
  const seconds = (performance.now() - fromMs) / 1000;
  const [busy, disturbing] = [server(), others()];
  return {
    server: busy === null ? null : busy / seconds,
    others: disturbing === null ? null : Math.max(0, disturbing / seconds),
  };
}

function cpuSecondsOf(pids: readonly number[]): number | null {
  return total(pids.map((pid) => processUse(pid)?.cpuSeconds ?? null));
}

function secondsSince(read: () => number | null): () => number | null {
  const before = read();
  return () => {
    const after = read();
    return before === null || after === null ? null : after - before;
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

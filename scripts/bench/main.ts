import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bench } from './bench.js';
import { shortCode } from './gateway/gatewayConfig.js';
import type { GeneratorCommands } from './generator/process.js';
import { type Machine, machine, requireRealDisk } from './machine.js';
import { type Absence, type Finding, isBurst, isMeasurement } from './measurement.js';
import { type BenchOptions, parseOptions, usage } from './options.js';
import { Processes } from './processes.js';
import { scenarios } from './scenarios/index.js';
import { summary } from './summary.js';
import { judge } from './targets.js';
import type { TrackerCommands } from './tracker/process.js';
import { Worker } from './worker.js';

const badUsage = 2;
const interrupted = 130;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function optionsOrExit(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(badUsage);
  }
}

/** One place for every way out: a finished run, a failed one, an interrupt. */
function cleanUpOnExit(processes: Processes, folder: string): void {
  process.once('exit', () => {
    processes.killAll();
    rmSync(folder, { recursive: true, force: true });
  });
  process.once('SIGINT', () => process.exit(interrupted));
  process.once('SIGTERM', () => process.exit(interrupted));
}

async function prepare(options: BenchOptions, processes: Processes, folder: string): Promise<Bench> {
  const generator = new Worker<GeneratorCommands>(new URL('./generator/process.js', import.meta.url), processes);
  const tracker = new Worker<TrackerCommands>(new URL('./tracker/process.js', import.meta.url), processes);
  const { sessions: ports, senders } = options;
  const smscPorts = await generator.call('listen', { ports, senders, destination: shortCode });
  const trackerPort = await tracker.call('listen', null);
  const profileFolder = options.profile ? resolve(options.folder, 'profiles') : null;
  return { options, processes, generator, smscPorts, tracker, trackerPort, folder, profileFolder, say };
}

async function runAll(bench: Bench): Promise<{ found: Finding[]; absences: Absence[] }> {
  const found: Finding[] = [];
  const absences: Absence[] = [];
  for (const name of bench.options.only) {
    const { title, absence, run } = scenarios[name];
    const reason = absence();
    say(`${name}: ${title}${reason === null ? '' : `: ${reason}`}`);
    if (reason === null) found.push(...(await run(bench)));
    else absences.push({ subject: title, reason });
  }
  return { found, absences };
}

async function main(): Promise<void> {
  const options = optionsOrExit();
  mkdirSync(options.folder, { recursive: true });
  requireRealDisk(options.folder);
  const folder = mkdtempSync(join(resolve(options.folder), 'bench-'));
  const processes = new Processes();
  cleanUpOnExit(processes, folder);

  const here: Machine = machine(folder);
  const bench = await prepare(options, processes, folder);
  const { found, absences } = await runAll(bench);
  process.stdout.write(`\n${summary(here, found, absences)}`);
  if (bench.profileFolder !== null) say(`CPU profiles of the gateway: ${bench.profileFolder}`);
  if (options.jsonFile !== null) {
    const [measurements, bursts] = [found.filter(isMeasurement), found.filter(isBurst)];
    const all = { machine: here, options, measurements, bursts, absences, verdicts: judge(measurements, bursts) };
    writeFileSync(options.jsonFile, `${JSON.stringify(all, null, 2)}\n`);
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(`The bench could not go on: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  },
);

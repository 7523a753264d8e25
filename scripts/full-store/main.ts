import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { machine, requireRealDisk } from '../bench/machine.js';
import { Processes } from '../bench/processes.js';
import { headOf, measurementTable } from '../bench/summary.js';
import { table } from '../bench/table.js';
import { type IntakeRun, measureIntake, type Pair, ratioOf } from './intake.js';
import { type FullStoreOptions, parseOptions, usage } from './options.js';
import { type Place, placeOf, type Walked } from './places.js';

const badUsage = 2;
const interrupted = 130;
const ratioAtLeast = 0.9;
const toldEvery = 500_000;
/** Retention would look at all messages of a year. */
const slices = 200;
const methodsShown = 5;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function optionsOrExit(): FullStoreOptions {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== null) return options;
    process.stdout.write(usage);
    process.exit(0);
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(badUsage);
  }
}

/** @returns whether every statement stays on its index. */
async function runOne(run: IntakeRun, place: Place): Promise<boolean> {
  const { messages, seconds } = run.options;
  const startedMs = Date.now();
  const how = await place.fill({ messages, nowMs: startedMs }, (stored) => {
    if (stored % toldEvery === 0) say(`  ${place.kind}: ${stored.toLocaleString('en')} messages stored`);
  });
  say(`${place.kind}: ${how}, after ${Math.round((Date.now() - startedMs) / 1000)} s`);
  // First: what the walk takes out of the queues would be missing.
  const pairs = seconds === 0 ? [] : await measureIntake(run, place);
  const walked = await place.walk(Date.now(), slices);
  process.stdout.write(`\n${place.kind}, ${messages.toLocaleString('en')} messages\n${report(walked, pairs)}\n`);
  return walked.verdict.faults.length === 0 && walked.unused.length === 0;
}

function report({ verdict, unused, used }: Walked, pairs: readonly Pair[]): string {
  const slowest = [...used].sort(([, one], [, other]) => other.longestMs - one.longestMs).slice(0, methodsShown);
  const lines = [
    `${verdict.statements} statements, ${verdict.faults.length} leave their index where that is not meant`,
    ...verdict.faults.map(({ sql, finding }) => `  FAULT  ${finding}: ${sql}`),
    ...unused.map((method) => `  NOT SEEN  what the store does in ${method}`),
    `longest calls: ${slowest.map(([method, { longestMs }]) => `${method} ${longestMs.toFixed(0)} ms`).join(', ')}`,
  ];
  if (pairs.length > 0) {
    lines.push('', measurementTable(pairs.flatMap(({ full, empty }) => [full, empty])), '', ratios(pairs));
  }
  return `${lines.join('\n')}\n`;
}

/** Of each crowd the round in the middle: neighbours in time were mostly disturbed alike, but not always. */
function ratios(pairs: readonly Pair[]): string {
  const rows = [...new Set(pairs.map(({ crowd }) => crowd))].map((crowd) => ({
    crowd,
    ratio: middleOf(pairs.filter((pair) => pair.crowd === crowd).map(ratioOf)),
  }));
  return table(
    [
      { title: 'intake, full against empty', align: 'left', cell: ({ crowd }) => crowd },
      { title: 'found', align: 'right', cell: ({ ratio }) => `${ratio.toFixed(2)}x` },
      {
        title: `at least ${ratioAtLeast}x`,
        align: 'left',
        cell: ({ ratio }) => (ratio >= ratioAtLeast ? 'met' : 'missed'),
      },
    ],
    rows,
  );
}

/** Of an even number the mean of the two in the middle. */
function middleOf(figures: readonly number[]): number {
  const sorted = [...figures].sort((one, other) => one - other);
  const half = sorted.length / 2;
  const middle = sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1);
  return middle.reduce((sum, one) => sum + one, 0) / middle.length;
}

async function main(): Promise<void> {
  const options = optionsOrExit();
  mkdirSync(options.folder, { recursive: true });
  requireRealDisk(options.folder);
  const folder = mkdtempSync(join(resolve(options.folder), 'full-store-'));
  const processes = new Processes();
  process.once('exit', () => {
    processes.killAll();
    rmSync(folder, { recursive: true, force: true });
  });
  process.once('SIGTERM', () => process.exit(interrupted));
  process.stdout.write(`${headOf(machine(folder))}\n`);
  for (const kind of options.stores) {
    const place = await placeOf(kind, options, folder);
    // Not by process.exit: a database server would go on without us.
    const interrupt = (): void => void place.remove().finally(() => process.exit(interrupted));
    process.once('SIGINT', interrupt);
    try {
      if (!(await runOne({ options, processes, folder, say }, place))) process.exitCode = 1;
    } finally {
      process.off('SIGINT', interrupt);
      await place.remove();
    }
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    say(`The bench of the full store could not go on: ${error instanceof Error ? error.stack : error}`);
    process.exit(1);
  },
);

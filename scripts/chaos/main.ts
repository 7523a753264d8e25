import { Command, InvalidArgumentError } from 'commander';
import { promised } from './promises.js';
import { runRound } from './round.js';
import { summaryOf } from './summary.js';

/** The crash test of test/crash for as long as one likes, round after round, each on a new store. */

const minuteMs = 60_000;
/** One fault is rarely alone; the first few tell enough. */
const faultsShown = 10;

interface Options {
  readonly minutes: number;
  readonly kills: number;
  readonly texts: number;
}

async function run({ minutes, kills, texts }: Options): Promise<void> {
  const untilMs = Date.now() + minutes * minuteMs;
  for (let number = 1; ; number += 1) {
    process.stdout.write(`round ${number}\n`);
    const round = await runRound({ kills, textsPerSecond: texts, settleLimitMs: minuteMs, say });
    for (const line of summaryOf(round)) say(line);
    const faults = promised.flatMap(({ label, broken }) =>
      broken(round.evidence)
        .slice(0, faultsShown)
        .map((fault) => `${label}: ${fault}`),
    );
    for (const fault of faults) say(`BROKEN  ${fault}`);
    if (faults.length > 0) process.exitCode = 1;
    if (faults.length > 0 || Date.now() >= untilMs) return;
  }
}

function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

function positive(given: string): number {
  const value = Number(given);
  if (value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('Expected a number over 0, and at most 10000.');
}

await new Command('chaos')
  .description(
    'Kills the built gateway under load, again and again, and compares what the telcos, the tracker, the citizens and ' +
      'the store know in the end. Exits 1 with every promise that was broken.',
  )
  .option('--minutes <n>', 'goes on for so long', positive, 5)
  .option('--kills <n>', 'in each round', positive, 30)
  .option('--texts <n>', 'that citizens send in a second', positive, 150)
  .action(run)
  .parseAsync();

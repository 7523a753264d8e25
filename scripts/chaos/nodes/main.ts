import { Command, InvalidArgumentError } from 'commander';
import { faults } from './faults.js';
import { outagePromised } from './promises.js';
import { runNodes } from './run.js';

const settleLimitMs = 120_000;

function positive(given: string): number {
  const value = Number(given);
  if (value > 0 && value <= 1_000) return value;
  throw new InvalidArgumentError('Expected a number over 0, and at most 1000.');
}

async function run({ rounds, texts }: { rounds: number; texts: number }): Promise<void> {
  for (let round = 1; round <= rounds; round += 1) {
    process.stdout.write(`round ${round}\n`);
    const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
    const found = await runNodes({ faults, textsPerSecond: texts, settleLimitMs, say });
    for (const [what, count] of Object.entries(found)) say(`${what.padEnd(16)} ${count}`);
    const broken = outagePromised.filter(({ holds }) => !holds(found));
    for (const { label } of broken) say(`BROKEN  ${label}`);
    if (broken.length > 0) process.exitCode = 1;
  }
}

await new Command('chaos:nodes')
  .description(
    'Two gateways on one PostgreSQL: killed, frozen, cut off and restarted under load, and what became of it.',
  )
  .option('--rounds <n>', 'of all faults', positive, 1)
  .option('--texts <n>', 'that citizens send in a second', positive, 50)
  .action(run)
  .parseAsync();

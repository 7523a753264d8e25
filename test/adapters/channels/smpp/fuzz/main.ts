import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { fuzz } from './run.js';

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('expected a whole number');
  return value;
}

const program = new Command('fuzz')
  .description('Sends mutated PDUs to a running SMPP channel, beside well-formed neighbours that must not be lost.')
  .option('--pdus <count>', 'how many mutated PDUs', count, 100_000)
  .option('--seed <number>', 'repeats an earlier run', count, randomInt(2 ** 31))
  .action(async ({ pdus, seed }: { pdus: number; seed: number }) => {
    console.log(`seed ${seed}`);
    const startedAtMs = Date.now();
    try {
      const { mutants, neighbours, taken, broken } = await fuzz(pdus, seed);
      const seconds = ((Date.now() - startedAtMs) / 1_000).toFixed(1);
      console.log(`${mutants} mutated PDUs in ${seconds} s, ${taken} of them taken in; ${broken} streams broken`);
      console.log(`${neighbours} neighbours, none lost`);
    } catch (error) {
      console.error(`failed with seed ${seed}:`, error);
      process.exitCode = 1;
    }
  });

await program.parseAsync();

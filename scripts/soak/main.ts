import { parseOptions, type SoakOptions, usage } from './options.js';
import { runSoak } from './soak.js';
import { summaryOf } from './summary.js';

const broken = 1;
const badUsage = 2;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function optionsOrNull(): SoakOptions | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    return null;
  }
}

const options = optionsOrNull();
if (options === null) {
  process.exitCode = badUsage;
} else {
  say(`seed ${options.seed}: ${options.minutes} minutes at ${options.textsPerSecond} texts a second`);
  const result = await runSoak(options, say);
  process.stdout.write(`${summaryOf(result)}\nseed ${options.seed}\n`);
  process.exitCode = result.broken.length === 0 ? 0 : broken;
}

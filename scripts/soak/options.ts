import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  readonly textsPerSecond: number;
  /** Decides every fault and every text; the same seed plays the same ones. */
  readonly seed: number;
}

export const usage = `npm run soak -- [options]
  --minutes N           how long faults and load go on (default 30; a fraction will do)
  --texts-per-second N  steady load, over all telcos together (default 20)
  --seed N              plays the faults of an earlier run again (default: by chance, and printed)
`;

const maxSeed = 0xffff_ffff;

/** @throws Error whose message says what was found and what was expected. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      'texts-per-second': { type: 'string', default: '20' },
      seed: { type: 'string' },
    },
  });
  return {
    minutes: positive('minutes', values.minutes),
    textsPerSecond: positive('texts-per-second', values['texts-per-second']),
    seed: values.seed === undefined ? Math.floor(Math.random() * maxSeed) : seedOf(values.seed),
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${option}: found "${text}", expected a number above 0`);
}

function seedOf(text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isInteger(value) && value >= 0 && value <= maxSeed) return value;
  throw new Error(`--seed: found "${text}", expected a whole number from 0 to ${maxSeed}`);
}

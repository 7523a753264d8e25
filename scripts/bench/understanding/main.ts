import { load, type Pass, readAll, sample } from './reading.js';

/**
 * How many texts one thread understands in a second, intent and report both, and what the list of places costs.
 * `npm run bench:understanding`; exits 1 below the target. The rate is told by the time of the processor, which is the same on
 * a busy machine, and by the clock. Run it with `node --expose-gc` for the memory.
 */

const targetTextsPerSecond = 20_000;
const rounds = 5;

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function written(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}

const { aids, placesMs, placesMegabytes } = await load();
const memory = placesMegabytes === null ? 'run with --expose-gc' : `${placesMegabytes.toFixed(1)} MB`;
process.stdout.write(`list of places   read and indexed in ${Math.round(placesMs)} ms; memory: ${memory}\n`);
const sampled = sample();
const passes: Pass[] = Array.from({ length: rounds }, () => readAll(sampled, aids));
const processor = median(passes.map((pass) => pass.texts / pass.processorSeconds));
const clock = median(passes.map((pass) => pass.texts / pass.seconds));
process.stdout.write(
  `texts a second   ${written(processor)} of processor time, ${written(clock)} by the clock; medians of ${rounds} rounds; target ${written(targetTextsPerSecond)}\n`,
);
process.exitCode = processor >= targetTextsPerSecond ? 0 : 1;

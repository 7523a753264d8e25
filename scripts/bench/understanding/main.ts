import { packagedFile } from '../../../src/config/env.js';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { loadKnowledge } from '../../../src/conversation/understanding/load.js';
import { readAreas } from '../../../src/conversation/understanding/places/areas.js';
import { Gazetteer } from '../../../src/conversation/understanding/places/gazetteer.js';
import { type ReadingAids, readText } from '../../../src/conversation/understanding/read.js';
import { numberDigits, numberMark, textTemplates } from '../generator/texts.js';

/**
 * How many texts one thread understands in a second, intent and report both, and what the list of places costs.
 * `npm run bench:understanding`; exits 1 below the target. The rate is told by the time of the processor, which is the same on
 * a busy machine, and by the clock. Run it with `node --expose-gc` for the memory.
 */

const targetTextsPerSecond = 20_000;
const texts = 20_000;
const rounds = 5;

/** Unlike one another, so that nothing is gained by a text that was seen before. */
function sample(): string[] {
  return Array.from({ length: texts }, (_, index) => {
    const template = textTemplates[index % textTemplates.length] ?? '';
    return template.replace(numberMark, String(index).padStart(numberDigits, '0'));
  });
}

function heapMegabytes(): number | null {
  if (globalThis.gc === undefined) return null;
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1e6;
}

function elapsedMs(since: number): string {
  return `${Math.round(performance.now() - since)} ms`;
}

async function load(): Promise<ReadingAids> {
  const loaded = loadKnowledge({
    keywords: packagedFile('config', 'keywords.yaml'),
    vocabulary: packagedFile('config', 'vocabulary.yaml'),
  });
  if (!loaded.ok) throw new Error('the packaged vocabulary is faulty: `lapor-gateway check` tells where');
  const { aliases } = loaded.knowledge.vocabulary.places;
  // Once for nothing, so that what the reader itself leaves behind is not counted.
  await readAreas();
  const before = heapMegabytes();
  const startedMs = performance.now();
  const gazetteer = new Gazetteer(await readAreas(), aliases);
  const took = elapsedMs(startedMs);
  const after = heapMegabytes();
  const memory = before === null || after === null ? 'run with --expose-gc' : `${(after - before).toFixed(1)} MB`;
  process.stdout.write(`list of places   read and indexed in ${took}; memory: ${memory}\n`);
  return { ...loaded.knowledge, gazetteer };
}

interface Rates {
  /** Texts a second of processor time, garbage collection included. */
  readonly processor: number;
  readonly clock: number;
}

function measure(sampled: readonly string[], aids: ReadingAids): Rates {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  for (const text of sampled) {
    parseIntent(text, aids.vocabulary);
    readText(text, aids);
  }
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    processor: (sampled.length / (user + system)) * 1e6,
    clock: (sampled.length / (performance.now() - startedMs)) * 1000,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function written(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}

const aids = await load();
const sampled = sample();
const rates = Array.from({ length: rounds }, () => measure(sampled, aids));
const processor = median(rates.map((rate) => rate.processor));
const clock = median(rates.map((rate) => rate.clock));
process.stdout.write(
  `texts a second   ${written(processor)} of processor time, ${written(clock)} by the clock; medians of ${rounds} rounds; target ${written(targetTextsPerSecond)}\n`,
);
process.exitCode = processor >= targetTextsPerSecond ? 0 : 1;

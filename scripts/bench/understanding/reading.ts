import { packagedFile } from '../../../src/config/env.js';
import { parseIntent } from '../../../src/conversation/understanding/intent.js';
import { loadKnowledge } from '../../../src/conversation/understanding/load.js';
import { readAreas } from '../../../src/conversation/understanding/places/areas.js';
import { Gazetteer } from '../../../src/conversation/understanding/places/gazetteer.js';
import { type ReadingAids, readText } from '../../../src/conversation/understanding/read.js';
import { numberDigits, numberMark, textTemplates } from '../generator/texts.js';

const texts = 20_000;

/** Unlike one another, so that nothing is gained by a text that was seen before. */
export function sample(): string[] {
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

/** What a reader needs, and what the list of places cost. */
export interface Loaded {
  readonly aids: ReadingAids;
  readonly placesMs: number;
  /** Null without `--expose-gc`: then nothing can be told. */
  readonly placesMegabytes: number | null;
}

export async function load(): Promise<Loaded> {
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
  const placesMs = performance.now() - startedMs;
  const after = heapMegabytes();
  const placesMegabytes = before === null || after === null ? null : after - before;
  return { aids: { ...loaded.knowledge, gazetteer }, placesMs, placesMegabytes };
}

/** One pass over the texts. */
export interface Pass {
  readonly texts: number;
  readonly seconds: number;
  /** Garbage collection included. */
  readonly processorSeconds: number;
}

/** Reads each text as the gateway does, intent and report both. */
export function readAll(sampled: readonly string[], aids: ReadingAids): Pass {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  for (const text of sampled) {
    parseIntent(text, aids.vocabulary);
    readText(text, aids);
  }
  const { user, system } = process.cpuUsage(startedCpu);
  const seconds = (performance.now() - startedMs) / 1000;
  return { texts: sampled.length, seconds, processorSeconds: (user + system) / 1e6 };
}

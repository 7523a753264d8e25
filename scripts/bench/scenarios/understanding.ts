import type { Bench } from '../bench.js';
import type { Measurement } from '../measurement.js';
import { processUse } from '../procfs.js';
import type { UnderstandingCommands } from '../understanding/process.js';
import { Worker } from '../worker.js';

/** What one thread understands, intent and report both; nothing is sent and nothing stored. */
export async function understanding(bench: Bench): Promise<Measurement[]> {
  const { processes, options, say } = bench;
  const reader = new Worker<UnderstandingCommands>(new URL('../understanding/process.js', import.meta.url), processes);
  const { placesMs, placesMegabytes } = await reader.call('load', null);
  const { warmupMs, measureMs } = options;
  const { texts, seconds, processorSeconds } = await reader.call('run', { warmupMs, measureMs });
  const peakMb = processUse(reader.pid)?.peakResidentMb ?? null;
  await reader.stop();
  const places = `list of places ${placesMegabytes?.toFixed(1) ?? '-'} MB in ${Math.round(placesMs)} ms`;
  say(
    `  understanding: ${Math.round(texts / processorSeconds).toLocaleString('en')} texts a processor second, ${places}`,
  );
  return [
    {
      subject: 'understanding',
      variant: places,
      counts: 'texts',
      load: { ...withoutLoad, seconds, acknowledged: texts },
      peakMb,
      serverCpus: processorSeconds / seconds,
      otherCpus: null,
    },
  ];
}

/** Nobody sends anything. */
const withoutLoad = {
  replies: 0,
  temporaryErrors: 0,
  refusals: 0,
  strayResponses: 0,
  latency: { p50Ms: 0, p99Ms: 0, maxMs: 0 },
  generatorCpus: 0,
  unacknowledged: 0,
  unanswered: 0,
} as const;

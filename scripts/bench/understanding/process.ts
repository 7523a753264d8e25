import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve } from '../worker.js';
import { type Loaded, load, type Pass, readAll, sample } from './reading.js';

/** A reader of texts on one thread, in a process of its own so that its memory can be told. */
export type UnderstandingCommands = {
  /** Reads the list of places. @returns what it cost. */
  load(argument: null): Promise<Omit<Loaded, 'aids'>>;
  /** Reads texts for so long, and begins to count after the warm-up. */
  run(argument: { warmupMs: number; measureMs: number }): Promise<Pass>;
};

// The parent's flags are not ours: the garbage collector is made callable here, to tell what memory remains in use.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction;

let loaded: Promise<Loaded> | null = null;

function readFor(ms: number, sampled: readonly string[], aids: Loaded['aids']): Pass {
  const passes: Pass[] = [];
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) passes.push(readAll(sampled, aids));
  return {
    texts: passes.reduce((sum, pass) => sum + pass.texts, 0),
    seconds: passes.reduce((sum, pass) => sum + pass.seconds, 0),
    processorSeconds: passes.reduce((sum, pass) => sum + pass.processorSeconds, 0),
  };
}

serve<UnderstandingCommands>({
  load: async () => {
    loaded ??= load();
    const { placesMs, placesMegabytes } = await loaded;
    return { placesMs, placesMegabytes };
  },
  run: async ({ warmupMs, measureMs }) => {
    loaded ??= load();
    const { aids } = await loaded;
    const sampled = sample();
    readFor(warmupMs, sampled, aids);
    return readFor(measureMs, sampled, aids);
  },
});

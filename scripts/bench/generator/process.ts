import { serve } from '../worker.js';
import type { Senders } from './deliverSm.js';
import type { LoadPlan, LoadResult } from './load.js';
import { Smsc } from './smsc.js';

/** The generator as a process of its own, so that its work is not done on the thread that is measured. */
export type GeneratorCommands = {
  listen(argument: { ports: number; senders: number | Senders; destination: string }): Promise<number[]>;
  waitForLinks(argument: { count: number; withinMs: number }): Promise<void>;
  run(plan: LoadPlan): Promise<LoadResult>;
  acknowledged(argument: null): Promise<number>;
};

let smsc: Smsc | null = null;

function listening(): Smsc {
  if (smsc === null) throw new Error('The generator must listen before it can do anything else');
  return smsc;
}

serve<GeneratorCommands>({
  listen: async ({ ports, senders, destination }) => {
    smsc = new Smsc(senders, destination);
    return smsc.listen(ports);
  },
  waitForLinks: async ({ count, withinMs }) => listening().waitForLinks(count, withinMs),
  run: async (plan) => listening().run(plan),
  acknowledged: async () => listening().acknowledged(),
});

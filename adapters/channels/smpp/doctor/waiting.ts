import type { Probe } from './probe.js';

export type Waited<Value> =
  | { readonly kind: 'came'; readonly value: Value }
  | { readonly kind: 'timeout' | 'interrupted' | 'closed' };

export interface Waiting {
  readonly probes: readonly Probe[];
  /** How often the peer is asked meanwhile whether it lives: a silent link would be cut. */
  readonly everyMs: number;
  readonly waitMs: number;
  readonly stop: AbortSignal;
}

/** Waits for what may come over some probes, and keeps them alive meanwhile. */
export async function keptAlive<Value>(
  what: Promise<Value>,
  { probes, everyMs, waitMs, stop }: Waiting,
): Promise<Waited<Value>> {
  const keepAlive = setInterval(() => {
    for (const probe of probes) void probe.ask('enquire_link');
  }, everyMs);
  let timer: NodeJS.Timeout | undefined;
  let onStop: () => void = () => undefined;
  const ends: Promise<Waited<Value>> = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timeout' }), waitMs);
    onStop = () => resolve({ kind: 'interrupted' });
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
  });
  const lost = probes.map((probe) => probe.closed.then((): Waited<Value> => ({ kind: 'closed' })));
  try {
    return await Promise.race([what.then((value): Waited<Value> => ({ kind: 'came', value })), ends, ...lost]);
  } finally {
    clearInterval(keepAlive);
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}

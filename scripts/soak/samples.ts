import type { MetricsPage } from '../peers/metricsPage.js';

/** What the gateway holds at one moment, by its own /metrics. */
export interface Sample {
  readonly atMs: number;
  readonly residentMb: number;
  /** Timers that keep the event loop alive. */
  readonly timers: number;
  /** Sockets and servers. */
  readonly sockets: number;
}

const octetsPerMb = 1024 * 1024;
/** The names that Node.js gives to them (process.getActiveResourcesInfo). */
const socketTypes = ['TCPSocketWrap', 'TCPServerWrap', 'TCPConnectWrap'];

export function sampleOf(page: MetricsPage): Sample {
  const ofType = (type: string): number => page.sum('nodejs_active_resources', { type });
  return {
    atMs: Date.now(),
    residentMb: page.sum('process_resident_memory_bytes') / octetsPerMb,
    timers: ofType('Timeout'),
    sockets: socketTypes.map(ofType).reduce((total, count) => total + count, 0),
  };
}

/** The heap takes minutes to find its size; below this the peak alone is judged. */
const minutesForGrowth = 5;
/** Growth that may be noise. At 20 texts a second, 2 KB leaked with each text is more than that within 30 minutes. */
const growth = { factor: 1.1, mb: 8 } as const;
/** What the gateway is asked to stay within at any time (docs/performance.md). */
const peakMb = 250;
/** The pool of connections to the tracker, which may stand or not. */
const restingSlack = { timers: 4, sockets: 10 } as const;

/** @returns one line for each way in which memory is not flat. */
export function memoryFaults(samples: readonly Sample[]): string[] {
  const peak = Math.max(...samples.map(({ residentMb }) => residentMb));
  const faults = peak > peakMb ? [`resident memory came to ${peak.toFixed(0)} MB, more than ${peakMb}`] : [];
  const [first] = samples;
  const last = samples.at(-1);
  const minutes = first && last ? (last.atMs - first.atMs) / 60_000 : 0;
  if (minutes < minutesForGrowth) return faults;
  const early = median(quarter(samples, 1));
  const late = median(quarter(samples, 3));
  if (late > early * growth.factor + growth.mb) {
    faults.push(
      `resident memory grew: ${early.toFixed(0)} MB in the second quarter of the run, ${late.toFixed(0)} in the last`,
    );
  }
  return faults;
}

/** @returns one line for each kind of resource of which there are more at rest than there were. */
export function restingFaults(before: Sample, after: Sample): string[] {
  return (['timers', 'sockets'] as const).flatMap((kind) =>
    after[kind] <= before[kind] + restingSlack[kind]
      ? []
      : [`${kind} at rest: ${before[kind]} before the faults, ${after[kind]} after them`],
  );
}

function quarter(samples: readonly Sample[], index: 1 | 3): number[] {
  const length = samples.length / 4;
  return samples
    .slice(Math.floor(index * length), Math.floor((index + 1) * length))
    .map(({ residentMb }) => residentMb);
}

function median(values: readonly number[]): number {
  return [...values].sort((first, second) => first - second)[Math.floor(values.length / 2)] ?? 0;
}

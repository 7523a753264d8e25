import type { LatencySummary } from './generator/latencyHistogram.js';
import type { Machine } from './machine.js';
import {
  type Absence,
  type Burst,
  type Finding,
  isBurst,
  isMeasurement,
  type Measurement,
  ratePerCpu,
  ratePerSecond,
} from './measurement.js';
import { type Column, table } from './table.js';
import { judge, type Verdict } from './targets.js';

const columns: readonly Column<Measurement>[] = [
  { title: 'subject', align: 'left', cell: (one) => one.subject },
  { title: 'variant', align: 'left', cell: (one) => one.variant },
  { title: 'rate/s', align: 'right', cell: (one) => Math.round(ratePerSecond(one)).toLocaleString('en') },
  { title: 'of', align: 'left', cell: (one) => one.counts },
  { title: 'ack p50 ms', align: 'right', cell: (one) => latency(one, 'p50Ms', 1) },
  { title: 'p99', align: 'right', cell: (one) => latency(one, 'p99Ms', 1) },
  { title: 'max', align: 'right', cell: (one) => latency(one, 'maxMs', 0) },
  { title: 'peak MB', align: 'right', cell: (one) => figure(one.peakMb, 0) },
  { title: 'cpus', align: 'right', cell: (one) => figure(one.serverCpus, 2) },
  { title: 'rate/cpu', align: 'right', cell: (one) => figure(ratePerCpu(one), 0) },
  { title: 'generator', align: 'right', cell: (one) => figure(one.load.generatorCpus, 2) },
  { title: 'others', align: 'right', cell: (one) => figure(one.otherCpus, 2) },
  { title: 'doubts', align: 'left', cell: doubts },
];

const verdictColumns: readonly Column<Verdict>[] = [
  { title: 'target', align: 'left', cell: (one) => one.target },
  { title: 'found', align: 'right', cell: (one) => one.found },
  { title: '', align: 'left', cell: (one) => one.state },
];

const burstColumns: readonly Column<Burst>[] = [
  { title: 'mentions on X', align: 'left', cell: ({ mentions, label }) => `${mentions.toLocaleString('en')} ${label}` },
  { title: 'taken', align: 'right', cell: ({ taken }) => taken.toLocaleString('en') },
  { title: 'answered', align: 'right', cell: ({ replies }) => figure(replies?.answered ?? null, 0) },
  { title: 'twice', align: 'right', cell: ({ replies }) => figure(replies?.twice ?? null, 0) },
  { title: 'out of order', align: 'right', cell: ({ replies }) => figure(replies?.outOfOrder ?? null, 0) },
  { title: '429s', align: 'right', cell: ({ limited }) => String(limited) },
  { title: 'minutes at X', align: 'right', cell: ({ minutes }) => minutes.toFixed(1) },
  { title: 'USD', align: 'right', cell: ({ costUsd }) => costUsd.toFixed(3) },
  { title: 'the least', align: 'right', cell: ({ floorUsd }) => floorUsd.toFixed(3) },
  { title: 'heap growth MB', align: 'right', cell: ({ heapGrowthMb }) => figure(heapGrowthMb, 1) },
  { title: 'peak MB', align: 'right', cell: ({ peakMb }) => figure(peakMb, 0) },
];

export function headOf(machine: Machine): string {
  return `${machine.processor}, ${machine.cores} cores, Node.js ${machine.node}, fsync ${machine.fsyncMs.toFixed(2)} ms`;
}

export function measurementTable(measurements: readonly Measurement[]): string {
  return table(columns, measurements);
}

/** All that the run found, for a person. */
export function summary(machine: Machine, all: readonly Finding[], absences: readonly Absence[]): string {
  const head = headOf(machine);
  const missing = absences.map((absence) => `Not measured: ${absence.subject}: ${absence.reason}.`);
  const [measurements, bursts] = [all.filter(isMeasurement), all.filter(isBurst)];
  const tables = [
    ...(measurements.length > 0 ? ['', measurementTable(measurements)] : []),
    ...(bursts.length > 0 ? ['', table(burstColumns, bursts)] : []),
  ];
  const verdicts = table(verdictColumns, judge(measurements, bursts));
  return [head, ...tables, ...missing, '', verdicts, ''].join('\n');
}

/** Above this the generator may be what is measured. */
const busyGeneratorCpus = 0.9;
/** Above this, other programs took a share that the server could have used. */
const disturbingCpus = 0.3;

/** What a reader must know before believing the row. */
export function doubts({ load, counts, otherCpus }: Measurement): string {
  const notes: [isSo: boolean, note: string][] = [
    [load.temporaryErrors > 0, `${load.temporaryErrors} temporary errors`],
    [load.refusals > 0, `${load.refusals} refused`],
    [load.strayResponses > 0, `${load.strayResponses} stray responses`],
    [load.unacknowledged > 0, `${load.unacknowledged} never acknowledged`],
    [counts === 'replies' && load.unanswered > 0, `${load.unanswered} never answered`],
    [counts === 'replies' && load.unanswered < 0, `${-load.unanswered} replies too many`],
    [otherCpus !== null && otherCpus > disturbingCpus, 'disturbed by other work on this machine'],
    [load.generatorCpus > busyGeneratorCpus, 'the generator is at its limit'],
  ];
  return notes
    .filter(([isSo]) => isSo)
    .map(([, note]) => note)
    .join(', ');
}

/** Texts that are only read are acknowledged to nobody. */
function latency({ load, counts }: Measurement, which: keyof LatencySummary, digits: number): string {
  return figure(counts === 'texts' ? null : load.latency[which], digits);
}

function figure(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}

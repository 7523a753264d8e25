import { type Burst, type Measurement, ratePerCpu, ratePerSecond, type Subject } from './measurement.js';

export interface Verdict {
  readonly target: string;
  readonly found: string;
  readonly state: 'met' | 'missed' | 'not measured';
}

interface Target {
  readonly target: string;
  /** The figure that must be at least `atLeast`, or at most `atMost`; null when it was not measured. */
  readonly figure: (all: readonly Measurement[], bursts: readonly Burst[]) => number | null;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
}

const targets: readonly Target[] = [
  { target: 'durable intake', figure: (all) => rate(all, 'gateway, intake'), atLeast: 20_000, unit: '/s' },
  {
    target: 'durable intake against Kannel',
    figure: (all) => ratio(rate(all, 'gateway, intake'), rate(all, 'Kannel, intake')),
    atLeast: 4,
    unit: 'x',
  },
  { target: 'whole way', figure: (all) => rate(all, 'gateway, whole way'), atLeast: 6_000, unit: '/s' },
  {
    target: 'whole way against Kannel',
    figure: (all) => ratio(rate(all, 'gateway, whole way'), rate(all, 'Kannel, whole way')),
    atLeast: 2.5,
    unit: 'x',
  },
  {
    target: 'acknowledgement p99 during intake',
    figure: (all) => largest(of(all, 'gateway, intake').map((one) => one.load.latency.p99Ms)),
    atMost: 25,
    unit: ' ms',
  },
  { target: 'peak memory', figure: peakMb, atMost: 250, unit: ' MB' },
  {
    target: 'intake with a backlog against empty',
    figure: (all) => ratio(mean(all, 'gateway, intake, backlog'), mean(all, 'gateway, intake, empty')),
    atLeast: 0.9,
    unit: 'x',
  },
  {
    target: 'durable intake on PostgreSQL',
    figure: (all) => middleRate(all, 'PostgreSQL, intake'),
    atLeast: 8_000,
    unit: '/s',
  },
  {
    target: 'durable intake on PostgreSQL against SQLite',
    figure: (all) => ratio(middleRate(all, 'PostgreSQL, intake'), rate(all, 'gateway, intake')),
    atLeast: 0.35,
    unit: 'x',
  },
  {
    target: 'CPU seconds a message, two nodes against one',
    figure: (all) => middleRatio(all, 'PostgreSQL, intake, two nodes', 'PostgreSQL, intake', cpuPerMessage),
    atMost: 1.2,
    unit: 'x',
  },
  {
    target: 'webhooks against a bare express route',
    figure: (all) => middleRatio(all, 'gateway, webhooks', 'bare express route', ratePerSecond),
    atLeast: 0.6,
    unit: 'x',
  },
  {
    target: 'texts understood on one processor',
    figure: (all) => largest(of(all, 'understanding').flatMap((one) => ratePerCpu(one) ?? [])),
    atLeast: 20_000,
    unit: '/s',
  },
  {
    target: 'mentions on X that are in and answered once, in order',
    figure: (_all, bursts) => least(judged(bursts).map(wellDoneShare)),
    atLeast: 100,
    unit: ' %',
  },
  {
    target: 'what X charges for a burst against the least that it could',
    figure: (_all, bursts) => largest(judged(bursts).map(({ costUsd, floorUsd }) => costUsd / floorUsd)),
    atMost: 1.02,
    unit: 'x',
  },
  {
    target: 'heap that hours of polling X add',
    figure: (_all, bursts) =>
      largest(bursts.flatMap(({ heapGrowthMb }) => (heapGrowthMb === null ? [] : [heapGrowthMb]))),
    atMost: 5,
    unit: ' MB',
  },
];

/** Compares what was measured with what the design asks for. It marks; it never fails the run. */
export function judge(all: readonly Measurement[], bursts: readonly Burst[] = []): Verdict[] {
  return targets.map(({ target, figure, atLeast, atMost, unit }) => {
    const bound = atLeast === undefined ? `at most ${atMost}${unit}` : `at least ${atLeast}${unit}`;
    const found = figure(all, bursts);
    if (found === null) return { target: `${target}, ${bound}`, found: '-', state: 'not measured' };
    const isMet = found >= (atLeast ?? Number.NEGATIVE_INFINITY) && found <= (atMost ?? Number.POSITIVE_INFINITY);
    return { target: `${target}, ${bound}`, found: `${rounded(found)}${unit}`, state: isMet ? 'met' : 'missed' };
  });
}

function of(all: readonly Measurement[], subject: Subject): Measurement[] {
  return all.filter((one) => one.subject === subject);
}

/** The best of the subject's variants: Kannel is compared at the setting that suits it best. */
function rate(all: readonly Measurement[], subject: Subject): number | null {
  return largest(of(all, subject).map(ratePerSecond));
}

/** Of the ratios within each round, the one in the middle: neighbours in time were disturbed alike. */
function middleRatio(
  all: readonly Measurement[],
  subject: Subject,
  beside: Subject,
  figure: (one: Measurement) => number | null,
): number | null {
  const ratios = of(all, subject).flatMap((one) => {
    const other = of(all, beside).find(({ variant }) => variant === one.variant);
    const found = other === undefined ? null : ratio(figure(one), figure(other));
    return found === null ? [] : [found];
  });
  return middle(ratios);
}

/** Of the subject's rounds, the one in the middle. */
function middleRate(all: readonly Measurement[], subject: Subject): number | null {
  return middle(of(all, subject).map(ratePerSecond));
}

function middle(figures: readonly number[]): number | null {
  return [...figures].sort((one, other) => one - other)[Math.floor((figures.length - 1) / 2)] ?? null;
}

/** The mean of the subject's rounds. */
function mean(all: readonly Measurement[], subject: Subject): number | null {
  const rates = of(all, subject).map(ratePerSecond);
  return rates.length === 0 ? null : rates.reduce((sum, one) => sum + one, 0) / rates.length;
}

function peakMb(all: readonly Measurement[]): number | null {
  const gateways = all.filter((one) => one.subject.startsWith('gateway'));
  return largest(gateways.flatMap((one) => (one.peakMb === null ? [] : [one.peakMb])));
}

/** CPU seconds of all server processes, the database's included, for one message. */
function cpuPerMessage(one: Measurement): number | null {
  return one.serverCpus === null ? null : one.serverCpus / ratePerSecond(one);
}

function judged(bursts: readonly Burst[]): Burst[] {
  return bursts.filter(({ isJudged }) => isJudged);
}

/** In percent. */
function wellDoneShare({ mentions, taken, replies }: Burst): number {
  const answered = replies === null ? taken : replies.answered - replies.twice - replies.outOfOrder;
  return (Math.min(taken, answered) / mentions) * 100;
}

function least(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : Math.min(...figures);
}

function largest(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : Math.max(...figures);
}

function ratio(one: number | null, other: number | null): number | null {
  return one === null || other === null || other === 0 ? null : one / other;
}

function rounded(value: number): string {
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}

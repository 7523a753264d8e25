import { LatencyHistogram, type LatencySummary } from './latencyHistogram.js';

/** What the generator is asked to do. */
export interface LoadPlan {
  /** deliver_sm kept unacknowledged on each link. */
  readonly window: number;
  /**
   * Messages on their way to a reply, on each link; null when no replies are awaited. It closes the loop: without it
   * the intake would run ahead of the replies and the figure would say how well a backlog is ignored.
   */
  readonly maxUnanswered: number | null;
  readonly until:
    | { readonly kind: 'time'; readonly warmupMs: number; readonly measureMs: number }
    | { readonly kind: 'count'; readonly messages: number };
  /** How long to wait, after the last message, for acknowledgements and replies that are still out. */
  readonly drainMs: number;
}

/** What was seen while measuring; the last two were counted after the drain. */
export interface LoadResult {
  readonly seconds: number;
  readonly acknowledged: number;
  readonly replies: number;
  /** Answers that ask for the message again. */
  readonly temporaryErrors: number;
  /** Any other answer but ESME_ROK. */
  readonly refusals: number;
  /** Responses to nothing that was asked. */
  readonly strayResponses: number;
  /** From the write of a deliver_sm to its acknowledgement. */
  readonly latency: LatencySummary;
  /** Processors kept busy by the generator itself: at 1 it is the bottleneck. */
  readonly generatorCpus: number;
  readonly unacknowledged: number;
  /** Acknowledged messages without a reply. Negative when there were more replies than messages. */
  readonly unanswered: number;
}

/** What all links count together. Plain fields: the hot path writes them a hundred thousand times a second. */
export class Tally {
  sent = 0;
  acknowledged = 0;
  replies = 0;
  temporaryErrors = 0;
  refusals = 0;
  strayResponses = 0;
  readonly latency = new LatencyHistogram();

  get unacknowledged(): number {
    return this.sent - this.acknowledged - this.temporaryErrors - this.refusals;
  }

  get unanswered(): number {
    return this.acknowledged - this.replies;
  }
}

/** The tally and the clocks at one moment; the difference of two is a measurement. */
export interface Reading {
  readonly atMs: number;
  readonly cpu: NodeJS.CpuUsage;
  readonly acknowledged: number;
  readonly replies: number;
  readonly temporaryErrors: number;
  readonly refusals: number;
  readonly strayResponses: number;
}

export function read(tally: Tally): Reading {
  return {
    atMs: performance.now(),
    cpu: process.cpuUsage(),
    acknowledged: tally.acknowledged,
    replies: tally.replies,
    temporaryErrors: tally.temporaryErrors,
    refusals: tally.refusals,
    strayResponses: tally.strayResponses,
  };
}

type Measured = Omit<LoadResult, 'unacknowledged' | 'unanswered'>;

export function difference(from: Reading, to: Reading, latency: LatencySummary): Measured {
  const seconds = (to.atMs - from.atMs) / 1000;
  const cpuMicroseconds = to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system;
  return {
    seconds,
    acknowledged: to.acknowledged - from.acknowledged,
    replies: to.replies - from.replies,
    temporaryErrors: to.temporaryErrors - from.temporaryErrors,
    refusals: to.refusals - from.refusals,
    strayResponses: to.strayResponses - from.strayResponses,
    latency,
    generatorCpus: cpuMicroseconds / 1e6 / seconds,
  };
}

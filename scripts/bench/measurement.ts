import type { LoadResult } from './generator/load.js';

/** The measured servers, and under what the targets look them up. */
export type Subject =
  | 'bare client'
  | 'bare client, replies'
  | 'gateway, intake'
  | 'gateway, whole way'
  | 'gateway, filling'
  | 'gateway, intake, empty'
  | 'gateway, intake, backlog'
  | 'bare express route'
  | 'gateway, webhooks'
  | 'PostgreSQL, intake'
  | 'PostgreSQL, intake, two nodes'
  | 'PostgreSQL, whole way'
  | 'Kannel, intake'
  | 'Kannel, whole way';

export interface Measurement {
  readonly subject: Subject;
  /** What tells it from others of the same subject: a store, a round. */
  readonly variant: string;
  /** What counts as the rate: acknowledgements, or replies that reached the telco. */
  readonly counts: 'acknowledged' | 'replies';
  readonly load: LoadResult;
  /** Peak resident memory of the server's processes together; null where the system does not tell. */
  readonly peakMb: number | null;
  /** Processors the server kept busy; null where the system does not tell. */
  readonly serverCpus: number | null;
  /** Processors kept busy by what has nothing to do with the bench; null where the system does not tell. */
  readonly otherCpus: number | null;
}

/** Something that could not be measured here, and why. */
export interface Absence {
  readonly subject: string;
  readonly reason: string;
}

export function ratePerSecond(measurement: Measurement): number {
  return measurement.load[measurement.counts] / measurement.load.seconds;
}

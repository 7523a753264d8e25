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
  | 'SQLite, full store'
  | 'SQLite, empty store'
  | 'PostgreSQL, full store'
  | 'PostgreSQL, empty store'
  | 'Kannel, intake'
  | 'Kannel, whole way'
  | 'understanding';

/** The figure of the load that tells how many there were: a text is acknowledged by having been read. */
const countedBy = { acknowledged: 'acknowledged', replies: 'replies', texts: 'acknowledged' } as const;

export interface Measurement {
  readonly subject: Subject;
  /** What tells it from others of the same subject: a store, a round. */
  readonly variant: string;
  /** What counts as the rate: acknowledgements, replies that reached the telco, or texts that were understood. */
  readonly counts: keyof typeof countedBy;
  readonly load: LoadResult;
  /** Peak resident memory of the server's processes together; null where the system does not tell. */
  readonly peakMb: number | null;
  /** Processors the server kept busy; null where the system does not tell. */
  readonly serverCpus: number | null;
  /** Processors kept busy by what has nothing to do with the bench; null where the system does not tell. */
  readonly otherCpus: number | null;
}

/** A burst of mentions on X: what became of it, and what X charged. */
export interface Burst {
  readonly label: string;
  readonly mentions: number;
  /** Mentions that came in. */
  readonly taken: number;
  /** Null where only reading was measured. */
  readonly replies: { readonly answered: number; readonly twice: number; readonly outOfOrder: number } | null;
  /** Requests that ran into a limit of X. */
  readonly limited: number;
  /** Until the last was read, or answered, by the clock of the simulated X. */
  readonly minutes: number;
  readonly costUsd: number;
  /** The least that X could have charged for the same. */
  readonly floorUsd: number;
  /** What hours of polling added to the living heap; null where the run was too short to tell. */
  readonly heapGrowthMb: number | null;
  readonly peakMb: number | null;
  /** False for one that X's own limits do not let through at the least price. */
  readonly isJudged: boolean;
}

/** What a scenario found: rates, which most of them measure, or bursts. */
export type Finding = Measurement | Burst;

export function isBurst(finding: Finding): finding is Burst {
  return 'mentions' in finding;
}

export function isMeasurement(finding: Finding): finding is Measurement {
  return !isBurst(finding);
}

/** Something that could not be measured here, and why. */
export interface Absence {
  readonly subject: string;
  readonly reason: string;
}

export function ratePerSecond({ load, counts }: Pick<Measurement, 'load' | 'counts'>): number {
  return load[countedBy[counts]] / load.seconds;
}

/** What one whole processor would do: all that two runs on a disturbed machine can be compared by. */
export function ratePerCpu(measurement: Measurement): number | null {
  return measurement.serverCpus === null ? null : ratePerSecond(measurement) / measurement.serverCpus;
}

import type { RetentionTerms } from '../../src/ports/retention.js';

/** What retention walks on, on either store. */

/** A table that grows at its end, and which of its rows the walk is about. */
export interface Path {
  /** Names the walk in the store. */
  readonly name: string;
  readonly table: 'reports' | 'parts';
  readonly key: 'seq' | 'id';
  /** SQL, true for rows that the walk is about. */
  readonly isSubject: string;
  /** SQL over `s`, the row, with the moments of `Ripeness` as parameters: true when nothing of it is under way. */
  readonly isRipe: string;
  /** Rows read for each one asked for: more where few of them are subjects. */
  readonly rowsPerSubject: number;
}

/** Moments; what lies after them stays. */
export interface Ripeness {
  readonly receivedMs: number;
  readonly quietMs: number;
  readonly openMs: number;
}

export interface Advance {
  /** What may go now; the walk will not meet it again. */
  readonly ripe: readonly number[];
  /** Whether it has come as far as it can for now. */
  readonly isAtEnd: boolean;
}

export function ripenessOf(
  { quietSinceMs: quietMs, openSinceMs: openMs }: RetentionTerms,
  receivedMs: number,
): Ripeness {
  return { receivedMs, quietMs, openMs };
}

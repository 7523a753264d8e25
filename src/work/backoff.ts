export interface BackoffRange {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Exponential back-off with jitter over its upper half, so that many who fail together do not come back together.
 * @param attempt 0 for the first wait.
 */
export function backoffMs(attempt: number, range: BackoffRange, random: () => number = Math.random): number {
  const ceilingMs = Math.min(range.maxMs, range.firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceilingMs / 2 + (random() * ceilingMs) / 2);
}

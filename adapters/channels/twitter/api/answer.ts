/** What became of one request to X. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown; readonly clock: PeerClock }
  /** Nothing was written: the connection could not be made, or we hold the request back ourselves. */
  | { readonly kind: 'unreached'; readonly cause: string }
  /** Written, and no answer came: perhaps done. */
  | { readonly kind: 'lost'; readonly cause: string };

/** Times by X's own clock, as its answers carry them. */
export interface PeerClock {
  /** How far X's clock is ahead of ours, in whole seconds as its `Date` header has it; null without one. */
  readonly aheadMs: number | null;
  readonly rateLimit: RateLimit | null;
}

export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  /** By our wall clock. */
  readonly resetAtMs: number;
}

export function isGood(answer: Answer): answer is Extract<Answer, { kind: 'answered' }> {
  return answer.kind === 'answered' && answer.status < 400;
}

/** The `Date` header has whole seconds: a clock that is off by less than two is taken for right. */
export function offsetOf(aheadMs: number | null): number {
  return aheadMs === null || Math.abs(aheadMs) < 2_000 ? 0 : aheadMs;
}

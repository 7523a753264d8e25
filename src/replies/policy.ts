import type { Outcome } from '../ports/channel.js';
import type { RecordedOutcome } from '../ports/store.js';
import { type BackoffRange, backoffMs } from '../work/backoff.js';

export interface ReplyPolicy {
  /** After so many attempts a reply becomes a dead letter. */
  readonly attempts: number;
  /**
   * What to do with a reply that was perhaps sent. `resend`: rather twice than never, after `uncertainWaitMs`.
   * `hold`: a dead letter, for a person to decide.
   */
  readonly uncertain: 'resend' | 'hold';
  readonly uncertainWaitMs: number;
  readonly retry: BackoffRange;
}

type Decision = Pick<RecordedOutcome, 'retryAtMs' | 'deadLetter'>;

const ends: Decision = { retryAtMs: null, deadLetter: null };

/** What the gateway makes of an outcome. @param attempts including this one. */
export function decide(outcome: Outcome, attempts: number, policy: ReplyPolicy, nowMs: number): Decision {
  switch (outcome.kind) {
    case 'accepted':
      return ends;
    case 'rejected':
      return buried(outcome.code, outcome.cause);
    case 'unsent':
      return attempts >= policy.attempts
        ? buried('gave_up', `${attempts} attempts failed, the last: ${outcome.cause}`)
        : {
            retryAtMs: nowMs + Math.max(outcome.retryAfterMs ?? 0, backoffMs(attempts - 1, policy.retry)),
            deadLetter: null,
          };
    case 'uncertain':
      return policy.uncertain === 'hold' || attempts >= policy.attempts
        ? buried('uncertain', `perhaps sent: ${outcome.cause}`)
        : { retryAtMs: nowMs + policy.uncertainWaitMs, deadLetter: null };
  }
}

/** Whether a reply that an earlier attempt perhaps sent may be sent (again). */
export function maySendAgain(policy: ReplyPolicy): boolean {
  return policy.uncertain === 'resend';
}

function buried(code: string, message: string): Decision {
  return { retryAtMs: null, deadLetter: { code, message } };
}

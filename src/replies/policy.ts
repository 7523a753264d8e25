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
  /**
   * After so many attempts a reply that was perhaps sent each time becomes a dead letter. Far fewer than `attempts`: a
   * telco that takes submit_sm and never answers would otherwise send a citizen the same SMS a hundred times.
   */
  readonly uncertainAttempts: number;
  readonly retry: BackoffRange;
}

type Decision = Pick<RecordedOutcome, 'retryAtMs' | 'deadLetter'>;

/** Each further wait for a sign that a reply was sent: 5 s, 30 s, 3 min, 18 min. */
const uncertainGrowth = 6;

/**
 * An adapter's word for an address that nobody can be answered at (a name in letters, a service number, our own): there
 * is nothing for an operator to mend.
 */
const unanswerable = 'unanswerable';

const ends: Decision = { retryAtMs: null, deadLetter: null };

/** What the gateway makes of an outcome. @param attempts including this one. */
export function decide(outcome: Outcome, attempts: number, policy: ReplyPolicy, nowMs: number): Decision {
  switch (outcome.kind) {
    case 'accepted':
    case 'withheld':
      return ends;
    case 'rejected':
      return outcome.code === unanswerable ? ends : buried(outcome.code, outcome.cause);
    case 'unsent':
      return attempts >= policy.attempts
        ? buried('gave_up', `${attempts} attempts failed, the last: ${outcome.cause}`)
        : {
            retryAtMs: nowMs + Math.max(outcome.retryAfterMs ?? 0, backoffMs(attempts - 1, policy.retry)),
            deadLetter: null,
          };
    case 'uncertain':
      return policy.uncertain === 'hold' || attempts >= policy.uncertainAttempts
        ? buried('uncertain', `perhaps sent, in attempt ${attempts}: ${outcome.cause}`)
        : { retryAtMs: nowMs + policy.uncertainWaitMs * uncertainGrowth ** (attempts - 1), deadLetter: null };
  }
}

/** Whether a reply that an earlier attempt perhaps sent may be sent (again). */
export function maySendAgain(policy: ReplyPolicy): boolean {
  return policy.uncertain === 'resend';
}

function buried(code: string, message: string): Decision {
  return { retryAtMs: null, deadLetter: { code, message } };
}

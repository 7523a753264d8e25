import type { Outcome } from '../ports/channel.js';
import type { RecordedOutcome, ReplyClaim } from '../ports/store.js';
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
   * A reply that so many attempts perhaps sent becomes a dead letter. Far fewer than `attempts`: a telco that takes
   * submit_sm and never answers would otherwise send a citizen the same SMS a hundred times. Attempts that surely sent
   * nothing do not count: they cost the citizen nothing.
   */
  readonly uncertainAttempts: number;
  readonly retry: BackoffRange;
}

type Decision = Pick<RecordedOutcome, 'retryAtMs' | 'deadLetter' | 'stopped'>;

/** Each further wait for a sign that a reply was sent: 5 s, 30 s, 3 min, 18 min. */
const uncertainGrowth = 6;

/**
 * An adapter's word for an address that nobody can be answered at (a name in letters, a service number, our own): there
 * is nothing for an operator to mend.
 */
const unanswerable = 'unanswerable';

/** An adapter's word for a citizen who told the channel's provider STOP: no news needs to be tried any more. */
const optedOut = 'opted_out';

const ends: Decision = { retryAtMs: null, deadLetter: null };

/** How often a reply was tried before. */
export type Tried = Pick<ReplyClaim, 'attempts' | 'uncertainAttempts'>;

/** What the gateway makes of the outcome of one attempt more. */
export function decide(outcome: Outcome, tried: Tried, policy: ReplyPolicy, nowMs: number): Decision {
  const attempts = tried.attempts + 1;
  switch (outcome.kind) {
    case 'accepted':
      return ends;
    case 'withheld':
      return outcome.code === optedOut ? { ...ends, stopped: true } : ends;
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
      return maySendAgain(policy, tried.uncertainAttempts + 1)
        ? { retryAtMs: nowMs + policy.uncertainWaitMs * uncertainGrowth ** tried.uncertainAttempts, deadLetter: null }
        : buried('uncertain', `perhaps sent, in attempt ${attempts}: ${outcome.cause}`);
  }
}

/** Whether a reply that earlier attempts perhaps sent may be sent (again). @param uncertainAttempts how many did. */
export function maySendAgain(policy: ReplyPolicy, uncertainAttempts: number): boolean {
  return policy.uncertain === 'resend' && uncertainAttempts < policy.uncertainAttempts;
}

function buried(code: string, message: string): Decision {
  return { retryAtMs: null, deadLetter: { code, message } };
}

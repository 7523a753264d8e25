import { expect } from 'chai';
import type { Outcome } from '../../src/ports/channel.js';
import { decide, maySendAgain, type ReplyPolicy } from '../../src/replies/policy.js';

const policy: ReplyPolicy = {
  attempts: 3,
  uncertain: 'resend',
  uncertainWaitMs: 5_000,
  uncertainAttempts: 5,
  retry: { firstMs: 1_000, maxMs: 60_000 },
};
const hold: ReplyPolicy = { ...policy, uncertain: 'hold' };
const nowMs = 1_000_000;

const unsent: Outcome = { kind: 'unsent', cause: 'throttled' };
const uncertain: Outcome = { kind: 'uncertain', cause: 'the link died' };

interface Case {
  readonly label: string;
  readonly outcome: Outcome;
  /** Including this one. */
  readonly attempts: number;
  /** Earlier ones that perhaps sent it. 0 unless given. */
  readonly uncertainAttempts?: number;
  readonly policy: ReplyPolicy;
  /** How long until the next attempt, least and most; null: none. */
  readonly waitMs: readonly [number, number] | null;
  /** The dead letter's code; null: none. */
  readonly code: string | null;
}

const cases: readonly Case[] = [
  {
    label: 'accepted: over',
    outcome: { kind: 'accepted', externalIds: [] },
    attempts: 1,
    policy,
    waitMs: null,
    code: null,
  },
  {
    label: 'rejected: never again, whatever attempts are left',
    outcome: { kind: 'rejected', code: '0x0B', cause: 'no such number' },
    attempts: 1,
    policy,
    waitMs: null,
    code: '0x0B',
  },
  {
    label: 'withheld by the rules of the channel: it ends, and nothing failed',
    outcome: { kind: 'withheld', code: 'one_answer_only', cause: 'a second automated answer is against the rules' },
    attempts: 1,
    policy,
    waitMs: null,
    code: null,
  },
  { label: 'unsent: soon again', outcome: unsent, attempts: 1, policy, waitMs: [500, 1_000], code: null },
  { label: 'unsent again: later', outcome: unsent, attempts: 2, policy, waitMs: [1_000, 2_000], code: null },
  { label: 'unsent once too often: a person', outcome: unsent, attempts: 3, policy, waitMs: null, code: 'gave_up' },
  {
    label: 'unsent with a hint: not before',
    outcome: { ...unsent, retryAfterMs: 30_000 },
    attempts: 1,
    policy,
    waitMs: [30_000, 30_000],
    code: null,
  },
  {
    label: 'unsent with too short a hint: not before its own time',
    outcome: { ...unsent, retryAfterMs: 1 },
    attempts: 1,
    policy,
    waitMs: [500, 1_000],
    code: null,
  },
  {
    label: 'uncertain, resend: after a wait',
    outcome: uncertain,
    attempts: 1,
    policy,
    waitMs: [5_000, 5_000],
    code: null,
  },
  {
    label: 'uncertain again: the waits grow, for each try may be one more SMS',
    outcome: uncertain,
    attempts: 2,
    uncertainAttempts: 1,
    policy: { ...policy, attempts: 100 },
    waitMs: [30_000, 30_000],
    code: null,
  },
  {
    label: 'nobody to answer: it ends, and there is nothing for a person to mend',
    outcome: { kind: 'rejected', code: 'unanswerable', cause: 'the address is our own' },
    attempts: 1,
    policy,
    waitMs: null,
    code: null,
  },
  {
    label: 'uncertain, resend, too often',
    outcome: uncertain,
    attempts: 5,
    uncertainAttempts: 4,
    policy,
    waitMs: null,
    code: 'uncertain',
  },
  {
    label: 'uncertain for the first time after many that surely failed: those cost the citizen nothing',
    outcome: uncertain,
    attempts: 50,
    policy: { ...policy, attempts: 100 },
    waitMs: [5_000, 5_000],
    code: null,
  },
  {
    label: 'uncertain, hold: a person',
    outcome: uncertain,
    attempts: 1,
    policy: hold,
    waitMs: null,
    code: 'uncertain',
  },
];

describe('the reply policy', () => {
  for (const { label, outcome, attempts, uncertainAttempts = 0, policy: chosen, waitMs, code } of cases) {
    it(label, () => {
      const tried = { attempts: attempts - 1, uncertainAttempts };
      const { retryAtMs, deadLetter } = decide(outcome, tried, chosen, nowMs);
      if (waitMs === null) expect(retryAtMs).to.equal(null);
      else expect((retryAtMs ?? 0) - nowMs).to.be.within(...waitMs);
      expect(deadLetter?.code ?? null).to.equal(code);
    });
  }

  it('notes STOP of who told the channel’s provider so, and of nobody else', () => {
    const stoppedBy = (code: string) =>
      decide({ kind: 'withheld', code, cause: '' }, { attempts: 0, uncertainAttempts: 0 }, policy, nowMs).stopped;
    expect([stoppedBy('opted_out'), stoppedBy('one_answer_only')]).to.deep.equal([true, undefined]);
  });

  it('sends what was perhaps sent again only where the operator says so', () => {
    expect([maySendAgain(policy, 1), maySendAgain(hold, 1)]).to.deep.equal([true, false]);
    expect([maySendAgain(policy, 4), maySendAgain(policy, 5)]).to.deep.equal([true, false]);
  });
});

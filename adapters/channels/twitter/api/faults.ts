import * as z from 'zod';
import type { Answer } from './answer.js';

/**
 * What X's errors mean to us. Its answers are problem details (RFC 7807) whose `type` has more than one base, so the last
 * part of it counts (https://docs.x.com/x-api/fundamentals/response-codes-and-errors); a 403 has a meaning in its words
 * alone.
 */

export type FaultName =
  | 'rate_limited'
  | 'usage_capped'
  | 'no_credits'
  | 'unauthorized'
  | 'no_permission'
  | 'suspended'
  | 'duplicate'
  | 'not_summoned'
  | 'reply_restricted'
  | 'post_gone'
  | 'dm_closed'
  | 'too_long'
  | 'invalid'
  | 'refused'
  | 'unavailable';

/**
 * What a fault does to the reply that met it:
 * - `later`: it waits, and nothing else does.
 * - `pause`: it waits with all others that would meet the same.
 * - `withhold`: X's rules, or the citizen, forbid this one. Nothing failed.
 * - `reject`: a person must look.
 * - `reconcile`: it is out already, perhaps by us.
 */
export type ReplyPolicy = 'later' | 'pause' | 'withhold' | 'reject' | 'reconcile';

export interface FaultPolicy {
  readonly reply: ReplyPolicy;
  /** How long to leave it alone when X does not say; 0 where nothing waits. */
  readonly pauseMs: number;
  /** Whether a person must mend it: the channel is degraded until a request succeeds. */
  readonly alarm: boolean;
  /** For a person. */
  readonly words: string;
}

const minuteMs = 60_000;

export const faultPolicies: Readonly<Record<FaultName, FaultPolicy>> = {
  rate_limited: { reply: 'pause', pauseMs: minuteMs, alarm: false, words: 'the rate limit is reached' },
  usage_capped: {
    reply: 'pause',
    pauseMs: 60 * minuteMs,
    alarm: true,
    words: 'the usage cap of the account is reached: raise it in the developer console',
  },
  no_credits: {
    reply: 'pause',
    pauseMs: 15 * minuteMs,
    alarm: true,
    words: 'there are no credits left: buy some in the developer console',
  },
  unauthorized: { reply: 'pause', pauseMs: 5 * minuteMs, alarm: true, words: 'X does not take our credentials' },
  no_permission: {
    reply: 'pause',
    pauseMs: 15 * minuteMs,
    alarm: true,
    words: 'the app may not do this: look at its permissions and its access level',
  },
  suspended: { reply: 'pause', pauseMs: 60 * minuteMs, alarm: true, words: 'our account is suspended' },
  duplicate: { reply: 'reconcile', pauseMs: 0, alarm: false, words: 'the same text is out already' },
  not_summoned: {
    reply: 'withhold',
    pauseMs: 0,
    alarm: false,
    words: 'the author did not call us, so X takes no reply',
  },
  reply_restricted: { reply: 'withhold', pauseMs: 0, alarm: false, words: 'the author restricted who may reply' },
  post_gone: { reply: 'withhold', pauseMs: 0, alarm: false, words: 'the post is gone, or not for us to see' },
  dm_closed: { reply: 'withhold', pauseMs: 0, alarm: false, words: 'the citizen takes no direct messages from us' },
  too_long: { reply: 'reject', pauseMs: 0, alarm: false, words: 'X counts the text as too long' },
  invalid: { reply: 'reject', pauseMs: 0, alarm: false, words: 'X does not understand the request' },
  refused: { reply: 'reject', pauseMs: 0, alarm: false, words: 'X refuses it, and says nothing that we know' },
  unavailable: { reply: 'later', pauseMs: 0, alarm: false, words: 'X has troubles of its own' },
};

interface FaultRow {
  readonly status: number;
  /** The last part of the problem's `type`. */
  readonly type?: RegExp;
  /** In the title or the detail. */
  readonly words?: RegExp;
  readonly fault: FaultName;
}

/** The first row that fits counts. */
const rows: readonly FaultRow[] = [
  { status: 400, fault: 'invalid' },
  { status: 401, fault: 'unauthorized' },
  { status: 402, fault: 'no_credits' },
  { status: 403, words: /duplicate content/i, fault: 'duplicate' },
  { status: 403, words: /not been mentioned|reply to this conversation is not allowed|summon/i, fault: 'not_summoned' },
  { status: 403, words: /restricted who can reply|reply.?settings/i, fault: 'reply_restricted' },
  { status: 403, words: /deleted or not visible/i, fault: 'post_gone' },
  { status: 403, words: /suspended/i, fault: 'suspended' },
  { status: 403, words: /cannot send (?:direct )?messages? to|not following you|not accept/i, fault: 'dm_closed' },
  { status: 403, words: /too long/i, fault: 'too_long' },
  { status: 403, type: /^(?:client-forbidden|oauth1-permissions|unsupported-authentication)$/, fault: 'no_permission' },
  {
    status: 403,
    words: /permission|project|enroll|access level|not permitted to (?:access|perform)/i,
    fault: 'no_permission',
  },
  { status: 403, fault: 'refused' },
  { status: 404, type: /^resource-not-found$/, fault: 'post_gone' },
  { status: 404, fault: 'refused' },
  { status: 429, words: /UsageCapExceeded/i, fault: 'usage_capped' },
  { status: 429, type: /^usage-capped$/, fault: 'usage_capped' },
  { status: 429, fault: 'rate_limited' },
];

/** The words of the oldest API, `errors[].message`, are looked at as well. */
const problemSchema = z
  .object({
    type: z.string().catch('').default(''),
    title: z.string().catch('').default(''),
    detail: z.string().catch('').default(''),
    errors: z
      .array(z.object({ message: z.string().catch('').default('') }))
      .catch([])
      .default([]),
  })
  .transform(({ type, title, detail, errors }) => ({
    type: type.slice(type.lastIndexOf('/') + 1),
    words: [title, detail, ...errors.map(({ message }) => message)].join('\n'),
  }));

/** @returns null where the answer is good. */
export function faultOf(answer: Extract<Answer, { kind: 'answered' }>): FaultName | null {
  if (answer.status < 400) return null;
  const { type, words } = problemSchema.catch({ type: '', words: '' }).parse(answer.body);
  const row = rows.find(
    (each) => each.status === answer.status && (each.type?.test(type) ?? true) && (each.words?.test(words) ?? true),
  );
  return row?.fault ?? (answer.status < 500 ? 'refused' : 'unavailable');
}

/** One entry of `errors[]` in an answer that is otherwise good. */
const partialSchema = z.object({
  type: z.string().transform((type) => type.slice(type.lastIndexOf('/') + 1)),
  resource_id: z.string().optional(),
  value: z.string().optional(),
});

/** Ids that were asked for and that nobody but the author's followers, or nobody at all, can see any more. */
export function idsNotShown(body: unknown): readonly string[] {
  const errors = z.object({ errors: z.array(z.unknown()) }).safeParse(body);
  if (!errors.success) return [];
  return errors.data.errors.flatMap((raw) => {
    const parsed = partialSchema.safeParse(raw);
    if (!parsed.success || !goneTypes.has(parsed.data.type)) return [];
    return parsed.data.resource_id ?? parsed.data.value ?? [];
  });
}

const goneTypes: ReadonlySet<string> = new Set(['resource-not-found', 'not-authorized-for-resource']);

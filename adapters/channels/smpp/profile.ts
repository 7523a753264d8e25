import * as z from 'zod';
import type { ProfileRules } from '../../../src/ports/channel.js';
import type { Words } from '../../../src/ports/diagnosis.js';
import { type SubmitPolicy, statusName, statusOf, submitPolicies, submitPolicy } from './codec/status.js';

/**
 * The keys that describe a telco rather than a connection to it. They are keys of the channel like any other; mostly
 * they come from a profile in config/telcos/.
 */

export const smppProfiles: ProfileRules = {
  folder: 'telcos',
  channelKeys: ['host', 'hosts', 'systemId', 'password', 'address'],
};

/** What the telco allows one account. What exceeds it is a fault, for the telco would refuse it. */
const limitsSchema = z.strictObject({
  throughputPerSecond: z.number('expected a number of submit_sm a second').positive('must be over 0').optional(),
  binds: z.int('expected a number of connections').min(1, 'must be at least 1').optional(),
});

const wordsSchema = z.strictObject({
  id: z.string('expected the meaning in Indonesian').min(1),
  en: z.string('expected the meaning in English').min(1),
});

/** What one command_status means to this telco. */
export interface TelcoError {
  readonly meaning: Words;
  /** What to do about a submit_sm that got it; null leaves it to the usual table. */
  readonly policy: SubmitPolicy | null;
}

const errorSchema = wordsSchema
  .extend({
    policy: z
      .enum(submitPolicies, `expected ${submitPolicies.join(', ')}`)
      .nullable()
      .default(null),
  })
  .transform(({ policy, ...meaning }): TelcoError => ({ meaning, policy }));

const statusKey = z
  .string()
  .refine(
    (key) => statusOf(key) !== null,
    'expected a command_status: a name such as ESME_RTHROTTLED, or a number such as 0x0400',
  );

/** By `statusName`, whatever way the key was written. */
const errorsSchema = z
  .record(statusKey, errorSchema)
  .default({})
  .transform(
    (errors): Readonly<Record<string, TelcoError>> =>
      Object.fromEntries(Object.entries(errors).map(([key, error]) => [statusName(statusOf(key) ?? 0), error])),
  );

/** By code, without leading zeros. */
const receiptErrorsSchema = z
  .record(z.string().regex(/^[0-9A-Za-z]{1,10}$/, 'expected the code after `err:`, such as "034"'), wordsSchema)
  .default({})
  .transform(
    (errors): Readonly<Record<string, Words>> =>
      Object.fromEntries(Object.entries(errors).map(([code, words]) => [plainCode(code), words])),
  );

export const telcoKeys = {
  /** For people; the loader has joined its keys with the channel's. */
  profile: z.string().nullable().default(null),
  limits: limitsSchema.default({}),
  errors: errorsSchema,
  receiptErrors: receiptErrorsSchema,
} as const;

interface TelcoTables {
  readonly errors: Readonly<Record<string, TelcoError>>;
  readonly receiptErrors: Readonly<Record<string, Words>>;
}

/** What a refused submit_sm asks for at this telco. */
export function telcoSubmitPolicy(status: number, { errors }: Pick<TelcoTables, 'errors'>): SubmitPolicy {
  return errors[statusName(status)]?.policy ?? submitPolicy(status);
}

/** What this telco's own table says of a command_status, or null. */
export function meaningOfStatus(status: number, { errors }: Pick<TelcoTables, 'errors'>): Words | null {
  return errors[statusName(status)]?.meaning ?? null;
}

/** What this telco's own table says of a receipt's code, as in `UNDELIV/034`, or null. */
export function meaningOfReceipt(code: string, { receiptErrors }: Pick<TelcoTables, 'receiptErrors'>): Words | null {
  const [, error] = code.split('/');
  return error === undefined ? null : (receiptErrors[plainCode(error)] ?? null);
}

/** Peers pad the code to three digits, or not. */
function plainCode(code: string): string {
  return code.toLowerCase().replace(/^0+(?=.)/, '');
}

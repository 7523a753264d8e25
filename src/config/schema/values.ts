import * as z from 'zod';

/** Values that several sections have. */

export const port = z.int().min(0).max(65_535);

export const channelId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'expected small letters, digits and -, beginning with a letter');

export const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as "21:00", in quotes: YAML reads 21:00 as a number');

export const firstRetry = z.number().positive().max(3600);

export const longestRetry = z.number().positive().max(86_400);

export const retryOrderMessage = 'must not be shorter than `firstRetrySeconds`';

export function hasEntries(record: object): boolean {
  return Object.keys(record).length > 0;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

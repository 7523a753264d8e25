import * as z from 'zod';
import { firstRetry, isTimeZone, longestRetry, retryOrderMessage } from './values.js';

export const repliesSchema = z
  .strictObject({
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/, 'expected a language code such as `id` or `en`')
      .default('id')
      .describe('The language of replies; a file of that name must be among the texts.'),
    directory: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A folder with texts of your own, `id.yaml` and so on, relative to the config file. Without it: the packaged ones.',
      ),
    timeZone: z
      .string()
      .refine(isTimeZone, 'expected a time zone such as `Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`')
      .default('Asia/Jakarta')
      .describe('For the dates that replies name.'),
    holidays: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A folder with your days off, `2027.yaml` and so on, relative to the config file. Without it: the packaged ones.',
      ),
    uncertain: z
      .enum(['resend', 'hold'])
      .default('resend')
      .describe('A reply that was perhaps sent: `resend` risks a second SMS, `hold` leaves it to an operator.'),
    perChannelInFlight: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe('How many replies may be under way on one channel.'),
    deadlineSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(60)
      .describe('How long one attempt may wait for its turn and the answer of the channel.'),
    attemptsBeforeDeadLetter: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('Failed attempts before a reply waits for an operator; with the waits below, about a day.'),
    firstRetrySeconds: firstRetry
      .default(2)
      .describe('The wait after a first failure; it doubles with each further one.'),
    longestRetrySeconds: longestRetry.default(900).describe('The wait stops growing here.'),
  })
  .refine((replies) => replies.longestRetrySeconds >= replies.firstRetrySeconds, {
    path: ['longestRetrySeconds'],
    error: retryOrderMessage,
  })
  .describe('From the tracker to citizens');

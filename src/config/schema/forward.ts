import * as z from 'zod';
import { firstRetry, longestRetry, retryOrderMessage } from './values.js';

export const forwardSchema = z
  .strictObject({
    inFlight: z
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe('How many reports may be under way to the tracker at once.'),
    attemptsBeforeDeadLetter: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe('Failures of one report before it waits for an operator. A tracker that is away counts for no report.'),
    firstRetrySeconds: firstRetry
      .default(2)
      .describe('The wait after a first failure; it doubles with each further one.'),
    longestRetrySeconds: longestRetry.default(600).describe('The wait stops growing here.'),
  })
  .refine((forward) => forward.longestRetrySeconds >= forward.firstRetrySeconds, {
    path: ['longestRetrySeconds'],
    error: retryOrderMessage,
  })
  .describe('From reports to the tracker');

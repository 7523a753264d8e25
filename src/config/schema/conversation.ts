import * as z from 'zod';
import { clockTime } from './values.js';

export const conversationSchema = z
  .strictObject({
    askPlace: z
      .boolean()
      .default(true)
      .describe('Whether the acknowledgement of a complaint without a place asks for it. The report goes on at once.'),
    placeAnswerHours: z
      .number()
      .positive()
      .max(24 * 30)
      .default(24)
      .describe('How long a message may be the answer to that question.'),
    needsInfoAnswerDays: z
      .number()
      .positive()
      .max(365)
      .default(14)
      .describe("How long a message may be the answer to an agency's question, unless the ticket moves on before."),
    sameTextMinutes: z
      .number()
      .min(0)
      .max(24 * 60)
      .default(60)
      .describe(
        'Within this time a text almost like an earlier one of the same sender is flagged `possible_duplicate`.',
      ),
    answersInWindow: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10)
      .describe('So many direct answers somebody gets within the window; then one more says that all is kept.'),
    answerWindowMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(10)
      .describe('That window. What is written in it is handled all the same.'),
    quietHours: z
      .strictObject({
        from: clockTime.default('21:00').describe('From then on, status notices wait.'),
        to: clockTime.default('06:00').describe('Until then. The same as `from`: they never wait.'),
      })
      .prefault({})
      .describe('By the time zone of the place, else `replies.timeZone`. Direct answers never wait'),
  })
  .describe('How citizens are answered');

import * as z from 'zod';

export const drainSchema = z
  .strictObject({
    withinSeconds: z
      .number()
      .min(10)
      .max(120)
      .default(20)
      .describe(
        'How long it may take in all. What is not at its end by then is left to its lease, and comes again after the next start. Keep it under what systemd (`TimeoutStopSec`) or Kubernetes (`terminationGracePeriodSeconds`) allow.',
      ),
  })
  .describe('Letting what is under way come to its end: at a stop, and where one channel gives its links up');

export const logSchema = z
  .strictObject({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least level that is written.'),
  })
  .describe(
    'The log, on standard error, without addresses and message texts: JSON lines; on a terminal, lines to read',
  );

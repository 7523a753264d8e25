import { validate as validateSchedule } from 'node-cron';
import * as z from 'zod';

const keptDays = z.int().min(30).max(36_500).nullable();

export const retentionSchema = z
  .strictObject({
    wordsDays: keptDays
      .default(180)
      .describe(
        'After that many days the words go: raw parts, texts of messages and replies, attachments. The longest way of a report (3, 60 and 10 working days) takes 15 weeks. `null` keeps them for good.',
      ),
    recordsDays: keptDays
      .default(730)
      .describe(
        'After that many days everything about a message goes, and its sender with the last of them: a year of service can be looked back on for another. `null` keeps it for good.',
      ),
    openTicketsDays: z
      .int()
      .min(30)
      .max(36_500)
      .default(365)
      .describe(
        'What is under way is kept, whatever its age. But an open ticket of which the tracker said nothing for that many days counts as closed.',
      ),
    schedule: z
      .string()
      .refine(
        (text) => validateSchedule(text),
        'expected a cron expression such as `41 * * * *` (each hour) or `0 2 * * *` (at 2)',
      )
      .default('41 * * * *')
      .describe(
        'When it runs, as a cron expression in local time. It works in small batches, beside the flow of messages.',
      ),
  })
  .refine(({ wordsDays, recordsDays }) => recordsDays === null || (wordsDays ?? recordsDays) <= recordsDays, {
    path: ['recordsDays'],
    error: 'must not be shorter than `wordsDays`: the words go with the records',
  })
  .describe(
    'How long the store keeps what is settled, counted from receipt; not before 30 days after the last news of it',
  );

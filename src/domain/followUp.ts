import * as z from 'zod';
import { attachmentSchema, locationSchema } from './report.js';

export const followUpKinds = ['addition', 'answer', 'not_resolved', 'resolved', 'rating', 'withdrawal'] as const;

/** What a citizen says about a ticket that exists already. */
export const followUpSchema = z
  .strictObject({
    id: z.uuid().describe('The idempotency key'),
    kind: z.enum(followUpKinds),
    text: z.string().optional(),
    rating: z.int().min(1).max(5).optional(),
    receivedAt: z.iso.datetime(),
    attachments: z.array(attachmentSchema),
    locations: z.array(locationSchema).optional().describe('Candidates for the place that an answer or addition names'),
  })
  .meta({ title: 'Follow-up', description: 'An addition, answer, verdict or withdrawal on an existing ticket.' });

export type FollowUp = z.infer<typeof followUpSchema>;

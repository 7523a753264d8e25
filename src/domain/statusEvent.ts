import * as z from 'zod';
import { statusSchema } from './status.js';
import { trackingIdSchema } from './trackerApi.js';

/**
 * The tracker's word that a ticket moved. `sequence` grows with each event of one ticket: an older
 * or equal one changes nothing, so events may come twice and in any order.
 */
export const statusEventSchema = z.object({
  type: z.literal('report.status_changed'),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.object({
    reportId: z.uuid(),
    trackingId: trackingIdSchema,
    sequence: z.int().nonnegative(),
    status: statusSchema,
    agency: z.string().max(500).optional(),
    message: z.string().max(5_000).optional(),
    dueAt: z.iso.datetime({ offset: true }).optional(),
  }),
});

export type StatusEvent = z.infer<typeof statusEventSchema>;

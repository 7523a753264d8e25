import * as z from 'zod';

/**
 * The life of a ticket as the tracker tells it and the citizen sees it.
 * `received` is where every ticket begins; `closed`, `rejected` and `archived` are where one rests.
 */
export const statuses = [
  'received',
  'verified',
  'forwarded',
  'in_progress',
  'needs_info',
  'responded',
  'closed',
  'postponed',
  'rejected',
  'archived',
] as const;

/** Where a ticket rests: nothing more is to come of it, unless the tracker says otherwise. */
export const finalStatuses: readonly Status[] = ['closed', 'rejected', 'archived'];

export const statusSchema = z.enum(statuses).describe('Where the ticket stands');

export type Status = z.infer<typeof statusSchema>;

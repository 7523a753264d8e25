import * as z from 'zod';
import { statusSchema } from './status.js';

/**
 * The wire shapes of the tracker API, version 1, beside the report, the follow-up and the status event: what a
 * tracker answers. Unknown fields pass, so a tracker may say more than the gateway reads. docs/tracker-api.openapi.json
 * is generated from these.
 */

/**
 * It has to fit a text message together with the words around it, and is shown on terminals: no spaces, and none of
 * Unicode's control, format or unassigned characters.
 */
export const trackingIdSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\s\p{C}]+$/u, 'expected no spaces and no control characters')
  .describe('The number the citizen quotes, without #');

/** Trackers write local times with their offset as well as UTC. */
const instantSchema = z.iso.datetime({ offset: true });

/** Answer to a submitted report, new (201) or known already by its idempotency key (200). */
export const filedSchema = z
  .object({
    trackingId: trackingIdSchema,
    status: statusSchema,
    dueAt: instantSchema.optional(),
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
  })
  .meta({ title: 'Filed', description: 'The ticket that a report became.' });

export const ticketSchema = z
  .object({
    trackingId: trackingIdSchema,
    status: statusSchema,
    agency: z.string().max(500).optional(),
    message: z.string().max(5_000).optional(),
    updatedAt: instantSchema,
    dueAt: instantSchema.optional(),
  })
  .meta({ title: 'Ticket', description: 'Where a ticket stands.' });

/** Body of a final refusal: any 4xx but 408, 425 and 429. */
export const refusalSchema = z
  .object({
    code: z.string().min(1).max(100).describe('For machines: stable, such as invalid_report'),
    message: z.string().max(1_000).describe('For the operator who works the dead letter'),
  })
  .meta({ title: 'Refusal', description: 'Why a request can never succeed.' });

/**
 * One page of events for gateways that poll. The events are checked one by one, so that a bad one does not
 * hold up the rest.
 */
export const eventsPageSchema = z
  .object({
    events: z.array(z.unknown()),
    cursor: z.string().max(1_000).describe('Where the next page begins; opaque to the gateway'),
  })
  .meta({ title: 'Events page', description: 'Status events after a cursor, oldest first.' });

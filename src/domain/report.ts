import * as z from 'zod';
import { trackingIdSchema } from './trackerApi.js';

/** How people reach a channel. Each adapter declares its own; `sms` and `twitter` are the ones that ship. */
export const mediumSchema = z.string().regex(/^[a-z][a-z0-9_-]*$/);

export const visibilitySchema = z.enum(['open', 'anonymous', 'confidential']);

export const reportKindSchema = z.enum(['complaint', 'aspiration', 'information_request', 'unclassified']);

export const locationSchema = z.strictObject({
  code: z
    .string()
    .regex(/^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$/)
    .describe('Kemendagri code'),
  name: z.string(),
  level: z.enum(['province', 'regency', 'city', 'district', 'village']),
  evidence: z.string().describe('The words of the text that led here'),
});

export const attachmentSchema = z
  .strictObject({
    id: z.string().optional(),
    url: z.url().optional(),
    contentType: z.string().nullable(),
    bytes: z.int().nonnegative().nullable(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    altText: z.string().optional().describe('What it shows, in the words of whoever attached it'),
    width: z.int().positive().optional().describe('In pixels'),
    height: z.int().positive().optional().describe('In pixels'),
  })
  .refine((attachment) => attachment.id !== undefined || attachment.url !== undefined, 'needs an id or a url');

/**
 * The canonical report, version 1: what every channel's messages become and every tracker receives.
 * Names are fixed by the contract with trackers; fields may be added, never renamed.
 */
export const reportSchema = z
  .strictObject({
    version: z.literal(1),
    id: z.uuid().describe('UUIDv7, given once at intake; the idempotency key'),
    receivedAt: z.iso.datetime().describe('When the first part reached the gateway'),
    channel: z.strictObject({
      id: z.string().describe('The configured channel'),
      kind: mediumSchema.describe('The medium: sms, twitter, …'),
      address: z.string().describe('Where the citizen wrote to'),
    }),
    reporter: z.strictObject({
      ref: z
        .string()
        .regex(/^s_[0-9a-z]+$/)
        .describe('Pseudonym, stable per sender; never an address'),
      visibility: visibilitySchema,
    }),
    kind: reportKindSchema,
    title: z.string(),
    text: z.string().describe('As understood: keyword removed, personal numbers masked'),
    language: z.string().nullable(),
    keyword: z.string().nullable().describe('The registered keyword that was used'),
    implied: z
      .strictObject({ topic: z.string().nullable(), agency: z.string().nullable() })
      .nullable()
      .default(null)
      .describe('What the keyword is registered to imply, for whoever routes the report'),
    locations: z.array(locationSchema),
    point: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).nullable(),
    attachments: z.array(attachmentSchema),
    flags: z.array(z.string()).describe('truncated, emergency, possible_duplicate, contains_personal_data, test, …'),
    possibleDuplicateOf: trackingIdSchema
      .nullable()
      .default(null)
      .describe('With the flag `possible_duplicate`: the ticket of the same sender that says almost the same'),
    thread: z.strictObject({ inReplyTo: z.string().nullable(), publicUrl: z.string().nullable() }),
    source: z.strictObject({
      externalIds: z.array(z.string()),
      parts: z.int().positive(),
      encoding: z.string(),
    }),
  })
  .meta({ title: 'Canonical report', description: 'One citizen report as the gateway hands it to a tracker.' });

export type Report = z.infer<typeof reportSchema>;
export type Attachment = z.infer<typeof attachmentSchema>;

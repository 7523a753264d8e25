import * as z from 'zod';
import { knownContentTypes } from '../../media/contentType.js';

export const intakeSchema = z
  .strictObject({
    joinPartsMinutes: z
      .number()
      .positive()
      .max(24 * 60)
      .default(30)
      .describe('How long a long SMS waits for its missing parts before it goes on as it is, flagged `truncated`.'),
  })
  .describe('From parts to reports');

export const mediaSchema = z
  .strictObject({
    directory: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'Where pictures and files are kept that only a channel may fetch. Without it: beside the database, or `data/media` with PostgreSQL; several nodes need one that they share.',
      ),
    maxBytes: z
      .int()
      .min(1024)
      .max(64 * 1024 * 1024)
      .default(10 * 1024 * 1024)
      .describe('A larger one is not kept; its report goes on, flagged `attachment_missing`.'),
    contentTypes: z
      .array(z.enum(knownContentTypes))
      .min(1)
      .default(['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'video/mp4', 'video/3gpp', 'application/pdf'])
      .describe('What is kept, by the octets of the file and not by what its sender says.'),
    diskMegabytes: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(4_096)
      .describe('All of them together; beyond it reports go on without.'),
    keepDays: z
      .number()
      .positive()
      .max(3_650)
      .default(30)
      .describe('How long one is kept that no report needs any more.'),
    linkMinutes: z
      .number()
      .positive()
      .max(7 * 24 * 60)
      .default(60)
      .describe('How long the tracker may fetch one by the link that it gets with the report.'),
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'expected a URL such as http://gateway.internal:1708' })
      .overwrite((url) => url.replace(/\/+$/, ''))
      .nullable()
      .default(null)
      .describe(
        'Where the tracker reaches this server. Without it: `server.publicUrl`, else `server.host` and `port`.',
      ),
  })
  .describe('Attachments on their way to the tracker');

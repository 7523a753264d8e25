import * as z from 'zod';
import { wordings } from './api/wording.js';

/** How this X is set up, and how it misbehaves until told otherwise. */
export const switchesSchema = z.strictObject({
  wording: z.enum(wordings).default('tweet').describe('Names of the API: `tweet.fields` or `post.fields`'),
  tier: z.enum(['pay-per-use', 'enterprise']).default('pay-per-use').describe('Enterprise may reply unsummoned'),
  windowMs: z.int().min(1_000).default(900_000).describe('What X calls 15 minutes, for its rate limits'),
  enforceLimits: z.boolean().default(true),
  monthlyReadCap: z.int().min(0).nullable().default(null).describe('Posts; beyond, UsageCapExceeded'),
  creditsUsd: z.number().min(0).nullable().default(null).describe('Spent down by what is charged; at nothing, 402'),
  account: z.enum(['good', 'suspended', 'read-only']).default('good').describe('Of the service itself'),
  keepAliveMs: z.int().min(10).default(20_000).describe('Between the `\\r\\n` of a quiet stream'),
  chunkOctets: z.int().min(1).nullable().default(null).describe('Streams are cut into chunks of so many octets'),
  streamBacklog: z.int().min(1).default(50_000).describe('A stream that is further behind is cut off'),
  pushTwice: z.boolean().default(false).describe('Each event goes out twice, by stream and by webhook'),
  pushPairsSwapped: z.boolean().default(false).describe('Each second event goes out before the first'),
  clockOffMs: z.int().default(0).describe('Off the true time, in the Date header and in OAuth 1.0a'),
  webhookSignature: z
    .enum(['consumer', 'client', 'both', 'wrong'])
    .default('consumer')
    .describe('The secret that signs webhooks: OAuth 1.0a consumer, OAuth 2.0 client'),
});

export type Switches = z.output<typeof switchesSchema>;
export type SwitchesInput = z.input<typeof switchesSchema>;

import * as z from 'zod';
import { adapterBlock, channelBlock } from './schema/blocks.js';
import { conversationSchema } from './schema/conversation.js';
import { forwardSchema } from './schema/forward.js';
import { intakeSchema, mediaSchema } from './schema/intake.js';
import { repliesSchema } from './schema/replies.js';
import { retentionSchema } from './schema/retention.js';
import { drainSchema, logSchema } from './schema/running.js';
import { serverSchema } from './schema/server.js';
import { simulatorsSchema } from './schema/simulators.js';
import { storeSchema } from './schema/store.js';
import { channelId, hasEntries } from './schema/values.js';

/**
 * The gateway's own part of the config, a file for each section. The descriptions are the operator's reference:
 * docs/configuration.md is generated from them. The blocks of `tracker` and of each channel belong to their adapters.
 */

/** Sections that have defaults may be left out. */
export const gatewaySchema = z.strictObject({
  server: serverSchema.prefault({}),
  store: storeSchema.prefault({}),
  tracker: adapterBlock.describe('The core tracker: `adapter`, and the keys of that adapter'),
  channels: z
    .record(channelId, channelBlock)
    .refine(hasEntries, 'expected at least one channel')
    .describe('The channels by name: small letters, digits and `-`. Each has `adapter`, and the keys of that adapter'),
  intake: intakeSchema.prefault({}),
  media: mediaSchema.prefault({}),
  forward: forwardSchema.prefault({}),
  replies: repliesSchema.prefault({}),
  conversation: conversationSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  drain: drainSchema.prefault({}),
  log: logSchema.prefault({}),
  simulators: simulatorsSchema.optional(),
});

export type GatewaySections = z.output<typeof gatewaySchema>;

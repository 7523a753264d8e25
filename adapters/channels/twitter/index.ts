import type { ChannelAdapter } from '../../../src/ports/channel.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { TwitterChannel } from './channel.js';
import { type TwitterConfig, twitterConfigSchema } from './config.js';
import { diagnose } from './diagnose.js';
import { inspectChannels } from './inspect.js';

const secretKeys = [
  ...(['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'] as const),
  ...(['clientSecret', 'refreshToken', 'bearerToken'] as const),
];

/** An account on X (Twitter): mentions, hashtags and direct messages in, replies out. */
export const twitterAdapter: ChannelAdapter<TwitterConfig> = {
  name: 'twitter',
  medium: 'twitter',
  nodes: 'one',
  parseConfig: (raw) => parseWith(twitterConfigSchema, raw),
  inspect: inspectChannels,
  diagnose,
  secrets: (config) => secretKeys.map((key) => config[key]).filter((secret) => secret !== undefined),
  address: ({ handle }) => `@${handle}`,
  create: (config, context) => new TwitterChannel(config, context),
};

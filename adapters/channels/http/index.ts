import type { ChannelAdapter } from '../../../src/ports/channel.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { HttpChannel } from './channel.js';
import { type HttpConfig, httpConfigSchema, httpPresets, secretsOf } from './config.js';
import { examplesOf } from './example.js';
import { inspectChannels } from './inspect.js';

/** Any aggregator that speaks HTTP, described by its block and a preset. */
export const httpAdapter: ChannelAdapter<HttpConfig> = {
  name: 'http',
  medium: 'sms',
  profiles: httpPresets,
  parseConfig: (raw) => parseWith(httpConfigSchema, raw),
  inspect: inspectChannels,
  examples: examplesOf,
  secrets: secretsOf,
  address: (config) => config.address,
  create: (config, context) => new HttpChannel(config, context),
};

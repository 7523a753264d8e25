import type { ChannelAdapter } from '../../../src/ports/channel.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { SmppChannel } from './channel.js';
import { type SmppConfig, smppConfigSchema } from './config.js';

/** A telco's SMSC over SMPP 3.4. */
export const smppAdapter: ChannelAdapter<SmppConfig> = {
  name: 'smpp',
  medium: 'sms',
  parseConfig: (raw) => parseWith(smppConfigSchema, raw),
  secrets: (config) => [config.password],
  address: (config) => config.address,
  create: (config, context) => new SmppChannel(config, context),
};

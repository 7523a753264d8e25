import type { ChannelAdapter } from '../../../src/ports/channel.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { SmppChannel } from './channel.js';
import { type SmppConfig, smppConfigSchema } from './config.js';
import { decodeStored } from './decodeStored.js';
import { diagnose } from './doctor/diagnose.js';
import { inspectChannels } from './inspect.js';
import { smppProfiles } from './profile.js';
import { isPem } from './socket.js';

/** A telco's SMSC over SMPP 3.4. */
export const smppAdapter: ChannelAdapter<SmppConfig> = {
  name: 'smpp',
  medium: 'sms',
  profiles: smppProfiles,
  parseConfig: (raw) => parseWith(smppConfigSchema, raw),
  inspect: inspectChannels,
  diagnose,
  secrets: ({ password, tls }) =>
    [password, tls?.passphrase, isPem(tls?.key ?? '') ? tls?.key : undefined].filter((secret) => secret !== undefined),
  address: (config) => config.address,
  create: (config, context) => new SmppChannel(config, context),
  decodeStored,
};

import type { ChannelAdapter } from '../../../src/ports/channel.js';
import type { ConfigFinding } from '../../../src/ports/config.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { TwilioChannel } from './channel.js';
import { type TwilioConfig, twilioConfigSchema } from './config.js';

/** Twilio's Programmable Messaging. */
export const twilioAdapter: ChannelAdapter<TwilioConfig> = {
  name: 'twilio',
  medium: 'sms',
  parseConfig: (raw) => parseWith(twilioConfigSchema, raw),
  inspect: (channels, { webhookUrl }) =>
    [...channels].flatMap(([channel, config]): ConfigFinding[] => [
      ...(webhookUrl(channel) === null ? [{ channel, ...noPublicUrl }] : []),
      ...(config.address?.startsWith('+62') ? [{ channel, ...indonesian }] : []),
    ]),
  secrets: ({ authToken, apiKey }) => [authToken, ...(apiKey === undefined ? [] : [apiKey.secret])],
  address: ({ address, messagingServiceSid }) => address ?? messagingServiceSid ?? '',
  create: (config, context) => new TwilioChannel(config, context),
};

const noPublicUrl = {
  path: [],
  message: 'needs server.publicUrl: Twilio signs its webhooks over the URL that it was given',
  severity: 'fault',
} as const;

/** https://www.twilio.com/en-us/guidelines/id/sms */
const indonesian = {
  path: ['address'],
  message: 'Twilio has no two-way SMS in Indonesia: use this channel to send, and a telco or an aggregator to receive',
  severity: 'warning',
} as const;

import type { ChannelAdapter } from '../../../src/ports/channel.js';
import type { ConfigFinding } from '../../../src/ports/config.js';
import { parseWith } from '../../../src/ports/parseWith.js';
import { TelegramChannel } from './channel.js';
import { type TelegramConfig, telegramConfigSchema } from './config.js';

/** A Telegram bot, in private chats. */
export const telegramAdapter: ChannelAdapter<TelegramConfig> = {
  name: 'telegram',
  medium: 'telegram',
  // The Bot API lets one at a time ask for updates, and has one webhook.
  nodes: 'one',
  parseConfig: (raw) => parseWith(telegramConfigSchema, raw),
  inspect: (channels, { webhookUrl }) =>
    [...channels].flatMap(([channel, { receive }]): ConfigFinding[] =>
      receive === 'webhook' && webhookUrl(channel) === null ? [{ channel, ...noPublicUrl }] : [],
    ),
  secrets: ({ token, webhookSecret }) => [token, ...(webhookSecret === undefined ? [] : [webhookSecret])],
  address: ({ address }) => address,
  create: (config, context) => new TelegramChannel(config, context),
};

const noPublicUrl = {
  path: ['receive'],
  message: 'webhook needs server.publicUrl, which Telegram is told; polling needs none',
  severity: 'fault',
} as const;

import * as z from 'zod';
import type { Adapters } from '../../src/config/load.js';
import type { ChannelAdapter } from '../../src/ports/channel.js';
import { parseWith } from '../../src/ports/parseWith.js';
import type { TrackerAdapter } from '../../src/ports/tracker.js';

/** Adapters that check their blocks as the real ones do, and carry nothing: loading a config creates no channel. */

const phoneSchema = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(2775),
  systemId: z.string().min(1),
  password: z.string().max(16),
  address: z.string().default('1708'),
  sessions: z.int().min(1).default(1),
  window: z.int().min(1).default(10),
  throughputPerSecond: z.number().positive().default(50),
  enquireLinkSeconds: z.number().positive().default(30),
  responseTimeoutSeconds: z.number().positive().default(30),
  receipts: z.boolean().default(true),
  profile: z.string().optional(),
  limits: z.strictObject({ binds: z.int().optional(), throughputPerSecond: z.number().optional() }).default({}),
});

type PhoneConfig = z.output<typeof phoneSchema>;

const phone: ChannelAdapter<PhoneConfig> = {
  name: 'smpp',
  medium: 'sms',
  profiles: { folder: 'phones', channelKeys: ['host', 'password'] },
  inspect: (channels) =>
    [...channels].flatMap(([channel, { sessions, window }]) => [
      ...(sessions > 8 ? [{ channel, path: ['sessions'], message: 'too many', severity: 'fault' } as const] : []),
      ...(window > 500 ? [{ channel, path: ['window'], message: 'unusual', severity: 'warning' } as const] : []),
    ]),
  parseConfig: (raw) => parseWith(phoneSchema, raw),
  secrets: (config) => [config.password],
  address: (config) => config.address,
  create: () => {
    throw new Error('no channel is created while a config is read');
  },
};

const deskSchema = z.strictObject({ file: z.string().default('data/tracker.db') });

const desk: TrackerAdapter<z.output<typeof deskSchema>> = {
  name: 'embedded',
  parseConfig: (raw) => parseWith(deskSchema, raw),
  secrets: () => [],
  create: () => {
    throw new Error('no tracker is created while a config is read');
  },
};

const remoteSchema = z.strictObject({
  url: z.url(),
  token: z.string().optional(),
  webhookSecret: z.string().optional(),
});

const remote: TrackerAdapter<z.output<typeof remoteSchema>> = {
  name: 'http',
  parseConfig: (raw) => parseWith(remoteSchema, raw),
  secrets: ({ token, webhookSecret }) => [token, webhookSecret].filter((secret) => secret !== undefined),
  create: () => {
    throw new Error('no tracker is created while a config is read');
  },
};

export const testAdapters: Adapters = {
  channels: new Map<string, ChannelAdapter>([['smpp', phone]]),
  trackers: new Map<string, TrackerAdapter>([
    ['embedded', desk],
    ['http', remote],
  ]),
};

import { smppAdapter } from '../adapters/channels/smpp/index.js';
import { openSqliteStore } from '../adapters/stores/sqlite/index.js';
import { embeddedTracker, openTicketDesk } from '../adapters/trackers/embedded/index.js';
import { httpTracker } from '../adapters/trackers/http/index.js';
import type { Configured } from './config/adapterBlocks.js';
import type { Adapters, GatewayConfig } from './config/load.js';
import { createUnderstanding } from './conversation/understand.js';
import type { Knowledge } from './conversation/understanding/load.js';
import type { Wording } from './conversation/wording/wording.js';
import { Gateway, type GatewayParts, type GatewaySettings } from './gateway.js';
import { joinParts } from './intake/joinParts.js';
import type { Channel, ChannelAdapter } from './ports/channel.js';
import type { Log } from './ports/log.js';
import type { Store } from './ports/store.js';
import type { TicketDesk } from './ports/ticketDesk.js';
import type { TrackerAdapter } from './ports/tracker.js';
import { WordedTexts } from './replies/wordedTexts.js';
import { Metrics } from './telemetry/metrics.js';

/** The composition root: the one place that knows both the gateway and its adapters. */

/** All adapters that there are. To add one, add it here. */
export const adapters: Adapters = {
  channels: new Map(byName<ChannelAdapter>([smppAdapter as ChannelAdapter])),
  trackers: new Map(byName<TrackerAdapter>([embeddedTracker as TrackerAdapter, httpTracker as TrackerAdapter])),
};

function byName<Adapter extends { readonly name: string }>(list: readonly Adapter[]): [string, Adapter][] {
  return list.map((adapter) => [adapter.name, adapter]);
}

/** @param role see `SqliteStoreOptions`. */
export function openStore(config: GatewayConfig, role: 'gateway' | 'operator'): Store {
  return openSqliteStore({ file: config.store.url.slice('sqlite:'.length), rules: { joinParts }, role });
}

/** The desk of the embedded tracker. @throws when another tracker is configured. */
export function openDesk(config: GatewayConfig): TicketDesk {
  const { adapter, config: block } = config.tracker;
  if (adapter.name !== embeddedTracker.name) {
    throw new Error(
      `${config.file} has tracker.adapter ${adapter.name}: its tickets are worked there. This command is for the embedded tracker`,
    );
  }
  return openTicketDesk((block as { file: string }).file);
}

export interface Composed {
  readonly gateway: Gateway;
  readonly parts: GatewayParts;
}

/** What the gateway is told by files beside its config. */
export interface Instructions {
  readonly wording: Wording;
  readonly knowledge: Knowledge;
}

export function composeGateway(config: GatewayConfig, { wording, knowledge }: Instructions, log: Log): Composed {
  const metrics = new Metrics();
  const store = openStore(config, 'gateway');
  const tracker = config.tracker.adapter.create(config.tracker.config, { log: log.child({ part: 'tracker' }) });
  const channels = new Map([...config.channels].map(([id, entry]) => [id, createChannel(id, entry, metrics, log)]));
  const understand = createUnderstanding(knowledge, log.child({ part: 'understanding' }));
  const texts = new WordedTexts(wording);
  const parts: GatewayParts = { store, tracker, channels, understand, texts, metrics, log };
  const gateway = new Gateway(parts, settingsOf(config));
  return { gateway, parts };
}

export function channelsOf(parts: GatewayParts): ReadonlyMap<string, Channel> {
  return new Map([...parts.channels].map(([id, { channel }]) => [id, channel]));
}

function createChannel(
  id: string,
  { adapter, config }: Configured<ChannelAdapter>,
  metrics: Metrics,
  log: Log,
): { channel: Channel; medium: string } {
  const context = { id, log: log.child({ channel: id }), meter: metrics.meterOf(id) };
  return { channel: adapter.create(config, context), medium: adapter.medium };
}

/** How long a reply that was perhaps sent waits for a sign that it was, before it is sent again. */
const uncertainWaitMs = 5_000;
const uncertainAttempts = 5;

function settingsOf({ intake, forward, replies }: GatewayConfig): GatewaySettings {
  return {
    joinWindowMs: intake.joinPartsMinutes * 60_000,
    forward: {
      inFlight: forward.inFlight,
      attempts: forward.attemptsBeforeDeadLetter,
      retry: { firstMs: forward.firstRetrySeconds * 1000, maxMs: forward.longestRetrySeconds * 1000 },
    },
    replies: {
      inFlight: replies.perChannelInFlight,
      deadlineMs: replies.deadlineSeconds * 1000,
      attempts: replies.attemptsBeforeDeadLetter,
      uncertain: replies.uncertain,
      uncertainWaitMs,
      uncertainAttempts,
      retry: { firstMs: replies.firstRetrySeconds * 1000, maxMs: replies.longestRetrySeconds * 1000 },
    },
  };
}

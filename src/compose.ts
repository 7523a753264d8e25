import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { httpAdapter } from '../adapters/channels/http/index.js';
import { smppAdapter } from '../adapters/channels/smpp/index.js';
import { telegramAdapter } from '../adapters/channels/telegram/index.js';
import { twilioAdapter } from '../adapters/channels/twilio/index.js';
import { twitterAdapter } from '../adapters/channels/twitter/index.js';
import { openCopySource, openSqliteStore } from '../adapters/stores/sqlite/index.js';
import { embeddedTracker, openTicketDesk } from '../adapters/trackers/embedded/index.js';
import { httpTracker } from '../adapters/trackers/http/index.js';
import type { Configured } from './config/adapterBlocks.js';
import { type Adapters, type GatewayConfig, webhookUrl } from './config/load.js';
import { serverUrls, shownStoreUrl, sqliteFile } from './config/storeUrl.js';
import { OneNodeChannel } from './control/oneNodeChannel.js';
import type { ChannelSetup } from './control/servedChannel.js';
import type { WorkingCalendar } from './conversation/calendar.js';
import { CurrentWording } from './conversation/currentWording.js';
import type { ConversationRules } from './conversation/rules.js';
import type { Knowledge } from './conversation/understanding/knowledge.js';
import { ReadingThread } from './conversation/understanding/readingThread.js';
import type { Wording } from './conversation/wording/wording.js';
import { messageOf } from './domain/messageOf.js';
import { Gateway, type GatewayParts, type GatewaySettings } from './gateway.js';
import { joinParts } from './intake/joinParts.js';
import { openMedia } from './media/open.js';
import { trackerWithMedia } from './media/trackerWithMedia.js';
import type { Channel, ChannelAdapter, ChannelContext } from './ports/channel.js';
import type { Log } from './ports/log.js';
import type { Store } from './ports/store.js';
import type { TicketDesk } from './ports/ticketDesk.js';
import type { TrackerAdapter } from './ports/tracker.js';
import { Metrics } from './telemetry/metrics.js';
import { NodeTurns, turnTimes } from './work/nodeTurns.js';
import { retentionJobs } from './work/retention.js';

/** The composition root: the one place that knows both the gateway and its adapters. */

/** All adapters that there are. To add one, add it here. */
export const adapters: Adapters = {
  channels: new Map(
    byName<ChannelAdapter>([
      smppAdapter as ChannelAdapter,
      httpAdapter as ChannelAdapter,
      twilioAdapter as ChannelAdapter,
      telegramAdapter as ChannelAdapter,
      twitterAdapter as ChannelAdapter,
    ]),
  ),
  trackers: new Map(byName<TrackerAdapter>([embeddedTracker as TrackerAdapter, httpTracker as TrackerAdapter])),
};

function byName<Adapter extends { readonly name: string }>(list: readonly Adapter[]): [string, Adapter][] {
  return list.map((adapter) => [adapter.name, adapter]);
}

/**
 * @param role see `SqliteStoreOptions` and `PostgresStoreOptions`.
 * @throws when there is no store to be had, with what to do.
 */
export async function openStore(
  { store }: Pick<GatewayConfig, 'store'>,
  role: 'gateway' | 'operator',
  log?: Log,
): Promise<Store> {
  const rules = { joinParts };
  const file = sqliteFile(store.url);
  if (file !== null) return openSqliteStore({ file, rules, role });
  const { openPostgresStore } = await postgres();
  const connecting = {
    urls: serverUrls(store.url),
    poolMax: store.pool.connections,
    connectTimeoutMs: store.pool.connectTimeoutSeconds * 1000,
    statementTimeoutMs: store.pool.statementTimeoutSeconds * 1000,
  };
  return await named(store.url, openPostgresStore({ ...connecting, rules, role, log }));
}

/** @throws naming the store: what a driver says of a refused connection does not tell whose it was. */
async function named<Opened>(url: string, opening: Promise<Opened>): Promise<Opened> {
  try {
    return await opening;
  } catch (error) {
    throw new Error(`${shownStoreUrl(url)}: ${messageOf(error)}`, { cause: error });
  }
}

/** For moving from one to the other. A page of rows may take its time. */
export const storeCopies = {
  openSource: openCopySource,
  openTarget: async (url: string) => {
    const { openCopyTarget } = await postgres();
    const limits = { poolMax: 2, connectTimeoutMs: 10_000, statementTimeoutMs: 120_000 };
    return await named(url, openCopyTarget({ urls: serverUrls(url), ...limits }));
  },
};

/** Loaded where it is used: its driver takes 8 MB. */
function postgres(): Promise<typeof import('../adapters/stores/postgres/index.js')> {
  return import('../adapters/stores/postgres/index.js');
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
  /** Answers what begins with `/media/`. */
  readonly media: RequestListener;
  /** How a channel of this gateway is made, of this config or of one that a reload brings. */
  readonly setupOf: (id: string, entry: Configured<ChannelAdapter>) => ChannelSetup;
}

/** What the gateway is told by files beside its config. */
export interface Instructions {
  readonly wording: Wording;
  readonly knowledge: Knowledge;
  readonly calendar: WorkingCalendar;
}

/** @throws naming the channel, for among many an adapter's own words do not tell which. */
function createdBy(adapter: ChannelAdapter, block: unknown, context: ChannelContext): Channel {
  try {
    return adapter.create(block, context);
  } catch (error) {
    throw new Error(`channels.${context.id} could not be made by its adapter ${adapter.name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

export async function composeGateway(config: GatewayConfig, instructions: Instructions, log: Log): Promise<Composed> {
  const { knowledge, calendar } = instructions;
  const { vocabulary } = knowledge;
  const metrics = new Metrics();
  const wording = new CurrentWording(instructions.wording, vocabulary);
  const store = await openStore(config, 'gateway', log);
  const owner = randomUUID();
  const turns = new NodeTurns(store, owner, log.child({ part: 'turns' }), turnTimes(config.store.turnSeconds * 1_000));
  const media = openMedia(config, (id) => gateway.switchboard.channels.get(id)?.channel, log.child({ part: 'media' }));
  const tracker = trackerWithMedia(
    config.tracker.adapter.create(config.tracker.config, { log: log.child({ part: 'tracker' }) }),
    media.collector,
  );
  const setupOf = (id: string, { adapter, config: block }: Configured<ChannelAdapter>): ChannelSetup => ({
    adapter: adapter.name,
    medium: adapter.medium,
    create: () => {
      const context = {
        id,
        log: log.child({ channel: id }),
        meter: metrics.meterOf(id),
        webhookUrl: webhookUrl(config.server.publicUrl, id),
        turns,
      };
      const create = () => createdBy(adapter, block, context);
      return adapter.nodes === 'one' ? new OneNodeChannel(id, create, turns) : create();
    },
  });
  const channels = new Map([...config.channels].map(([id, entry]) => [id, setupOf(id, entry)]));
  const reader = new ReadingThread(knowledge.data, log.child({ part: 'understanding' }));
  const jobs = [media.tidy, ...retentionJobs(config.retention, store.retention, metrics.retention, log)];
  const shared = { store, owner, turns, metrics, jobs, log };
  const parts: GatewayParts = { ...shared, tracker, channels, reader, wording, vocabulary, calendar };
  const gateway = new Gateway(parts, settingsOf(config));
  return { gateway, parts, media: media.serve, setupOf };
}

/** How long a reply that was perhaps sent waits for a sign that it was, before it is sent again. */
const uncertainWaitMs = 5_000;
const uncertainAttempts = 5;

function settingsOf({ intake, forward, replies, conversation, drain }: GatewayConfig): GatewaySettings {
  return {
    conversation: rulesOf(conversation, replies.timeZone),
    joinWindowMs: intake.joinPartsMinutes * 60_000,
    drainMs: drain.withinSeconds * 1000,
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

function rulesOf(conversation: GatewayConfig['conversation'], zone: string): ConversationRules {
  return {
    askPlace: conversation.askPlace,
    placeAnswerMs: conversation.placeAnswerHours * 3_600_000,
    needsInfoAnswerMs: conversation.needsInfoAnswerDays * 86_400_000,
    sameTextMs: conversation.sameTextMinutes * 60_000,
    flood: { answersMax: conversation.answersInWindow, windowMs: conversation.answerWindowMinutes * 60_000 },
    quietHours: conversation.quietHours,
    zone,
  };
}

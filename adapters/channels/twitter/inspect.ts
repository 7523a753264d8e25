import type { Surroundings } from '../../../src/ports/channel.js';
import type { ConfigFinding } from '../../../src/ports/config.js';
import type { TwitterConfig } from './config.js';

type Finding = Omit<ConfigFinding, 'channel'>;

/** Readings of mentions that X allows an account in 15 minutes. */
const readingsMax = 300;
const messageReadingsMax = 15;
const windowSeconds = 900;
/** Of a search query, below Enterprise. */
const queryMax = 512;

/** What would fail later, or surprise, though each key is right. */
export function inspectChannels(
  channels: ReadonlyMap<string, TwitterConfig>,
  surroundings: Surroundings,
): readonly ConfigFinding[] {
  return [...channels].flatMap(([channel, config]) =>
    [...faults(config, surroundings.webhookUrl(channel)), ...surprises(config), ...sharedTokens(channel, channels)].map(
      (finding) => ({ ...finding, channel }),
    ),
  );
}

function* faults(config: TwitterConfig, webhookUrl: string | null): Generator<Finding> {
  if (config.receive === 'webhook' && webhookUrl === null) {
    yield fault('receive', '`webhook` needs server.publicUrl, from which the webhook’s address is made');
  } else if (config.receive === 'webhook' && !webhookUrl?.startsWith('https:') && isX(config)) {
    yield fault('receive', '`webhook` needs a server.publicUrl with https: X sends to nothing else');
  }
  const length = config.hashtags.join(' OR #').length + config.handle.length * 2;
  if (length > queryMax - 100)
    yield fault('hashtags', `together too long for a search of X, which takes ${queryMax} characters`);
}

function* surprises(config: TwitterConfig): Generator<Finding> {
  if (config.pollSeconds < windowSeconds / readingsMax) {
    yield warning(
      'pollSeconds',
      `X allows ${readingsMax} readings in 15 minutes, one in 3 s; beyond, the gateway waits`,
    );
  }
  if (config.directMessages && config.directMessageSeconds < windowSeconds / messageReadingsMax) {
    yield warning('directMessageSeconds', `X allows ${messageReadingsMax} readings in 15 minutes, one in 60 s`);
  }
  if (config.replies === 'all' && config.tier !== 'enterprise') {
    yield warning('replies', 'below Enterprise X allows one automated answer to a post; more may cost the account');
  }
  const { perDayUsd, perMonthUsd } = config.budget;
  if (perDayUsd === null && perMonthUsd === null && isX(config)) {
    yield warning('budget', 'there is no cap on what is spent; set perDayUsd or perMonthUsd');
  }
}

/** Two that renew one family of tokens end it. */
function* sharedTokens(channel: string, channels: ReadonlyMap<string, TwitterConfig>): Generator<Finding> {
  const file = channels.get(channel)?.tokenFile;
  const others = [...channels].filter(([id, config]) => id !== channel && config.tokenFile === file);
  if (file === undefined || others.length === 0) return;
  yield fault('tokenFile', `channel ${others[0]?.[0]} has the same; each account needs a file of its own`);
}

/** Limits and prices are X's; a simulator has its own. */
function isX({ apiUrl }: TwitterConfig): boolean {
  return new URL(apiUrl).host === 'api.x.com';
}

function fault(key: keyof TwitterConfig, message: string): Finding {
  return { path: [key], message, severity: 'fault' };
}

function warning(key: keyof TwitterConfig, message: string): Finding {
  return { path: [key], message, severity: 'warning' };
}

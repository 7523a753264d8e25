import { dirname, resolve } from 'node:path';
import type { ChannelAdapter } from '../ports/channel.js';
import type { ConfigFault } from '../ports/config.js';
import { parseWith } from '../ports/parseWith.js';
import type { TrackerAdapter } from '../ports/tracker.js';
import {
  type Configured,
  type ConfiguredChannel,
  inspectChannels,
  readAdapter,
  readChannels,
} from './adapterBlocks.js';
import type { ConfigFileFault } from './fault.js';
import { type Environment, interpolate } from './interpolate.js';
import { portClashes } from './portClashes.js';
import { type GatewaySections, gatewaySchema } from './schema.js';
import { Sections } from './sections.js';
import { storeSecrets } from './storeUrl.js';
import { readYamlFile, type YamlFile } from './yamlFile.js';

/** The adapters that exist, by name. The composition root gives them, for the config knows none. */
export interface Adapters {
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly trackers: ReadonlyMap<string, TrackerAdapter>;
}

export interface GatewayConfig extends Omit<GatewaySections, 'tracker' | 'channels'> {
  readonly file: string;
  readonly tracker: Configured<TrackerAdapter>;
  /** By channel id, in the order of the file. At least one. */
  readonly channels: ReadonlyMap<string, ConfiguredChannel>;
  /** What must be redacted everywhere: what the adapters name, and what came out of `${…}`. */
  readonly secrets: readonly string[];
}

export type LoadResult =
  | {
      readonly ok: true;
      readonly config: GatewayConfig;
      /** What may surprise and stops nothing. */
      readonly warnings: readonly ConfigFileFault[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

export interface LoadOptions {
  readonly file: string;
  readonly env: Environment;
  readonly adapters: Adapters;
}

/**
 * Reads and checks a config file. All faults are told at once, in the order of the file, and none shows a secret.
 * What belongs to the config (secret files, reply texts) is relative to the config file; what the gateway
 * writes (the store) is relative to the working directory.
 */
export function loadConfig({ file, env, adapters }: LoadOptions): LoadResult {
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const directory = dirname(resolve(file));
  const sections = new Sections(interpolate(read.yaml.value, { env, directory }));

  const own = sections.parse([], sections.at([]), (raw) => parseWith(gatewaySchema, raw));
  const tracker = readAdapter(sections, ['tracker'], adapters.trackers);
  const { channels, profileFaults } = readChannels(sections, adapters.channels, file);
  if (own !== null) sections.faults.push(...portClashes(own.config));
  const publicUrl = own?.config.server.publicUrl ?? null;
  const findings = inspectChannels(channels, { webhookUrl: (id) => webhookUrl(publicUrl, id) });
  sections.faults.push(...findings.filter(({ severity }) => severity === 'fault'));

  if (sections.faults.length > 0 || profileFaults.length > 0 || own === null || tracker === null) {
    return { ok: false, faults: [...inOrderOfFile(read.yaml, sections, sections.faults), ...profileFaults] };
  }
  const { replies } = own.config;
  const atConfig = (folder: string | null) => (folder === null ? null : resolve(directory, folder));
  const config: GatewayConfig = {
    ...own.config,
    file,
    replies: { ...replies, directory: atConfig(replies.directory), holidays: atConfig(replies.holidays) },
    tracker,
    channels,
    secrets: gatherSecrets(sections, [tracker, ...channels.values()], storeSecrets(own.config.store.url)),
  };
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  return { ok: true, config, warnings: inOrderOfFile(read.yaml, sections, warnings) };
}

/** Where peers reach the webhooks of a channel; null where no public URL is configured. */
export function webhookUrl(publicUrl: string | null, channelId: string): string | null {
  return publicUrl === null ? null : `${publicUrl}/webhooks/${channelId}`;
}

/**
 * Shorter texts out of `${…}` are not redacted on suspicion: to blot out every `id` or `info` would make a log
 * unreadable. What an adapter itself calls a secret is, whatever its length.
 */
const shortestSuspectedSecret = 6;

function gatherSecrets(
  sections: Sections,
  configured: ReadonlyArray<{ adapter: { secrets(config: unknown): readonly string[] }; config: unknown }>,
  others: readonly string[],
): readonly string[] {
  const suspected = sections.secrets().filter((secret) => secret.length >= shortestSuspectedSecret);
  const named = configured.flatMap(({ adapter, config }) => adapter.secrets(config)).filter((secret) => secret !== '');
  return [...new Set([...named, ...others, ...suspected])];
}

/** Below this length, a secret taken out of a message would take ordinary words and numbers with it. */
const shortestScrubbed = 4;

function inOrderOfFile(yaml: YamlFile, sections: Sections, found: readonly ConfigFault[]): ConfigFileFault[] {
  const secrets = sections.outsideTexts().filter((text) => text.length >= shortestScrubbed);
  const scrub = (message: string) => secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), message);
  return found
    .map((fault) => yaml.fault(fault.path, scrub(fault.message)))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

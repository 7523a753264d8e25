import { dirname, resolve } from 'node:path';
import { nearestWord } from '../domain/nearestWord.js';
import type { ChannelAdapter } from '../ports/channel.js';
import type { ConfigFault, Parsed } from '../ports/config.js';
import { alternatives } from '../ports/configWords.js';
import { parseWith } from '../ports/parseWith.js';
import type { TrackerAdapter } from '../ports/tracker.js';
import type { ConfigFileFault } from './fault.js';
import { type Environment, interpolate } from './interpolate.js';
import { portClashes } from './portClashes.js';
import { type GatewaySections, gatewaySchema } from './schema.js';
import { Sections } from './sections.js';
import { readYamlFile, type YamlFile } from './yamlFile.js';

/** The adapters that exist, by name. The composition root gives them, for the config knows none. */
export interface Adapters {
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly trackers: ReadonlyMap<string, TrackerAdapter>;
}

/** An adapter with the config that it checked itself: `adapter.create(config, context)` is all that is left to do. */
export interface Configured<Adapter> {
  readonly adapter: Adapter;
  readonly config: unknown;
}

export interface GatewayConfig extends Omit<GatewaySections, 'tracker' | 'channels'> {
  readonly file: string;
  readonly tracker: Configured<TrackerAdapter>;
  /** By channel id, in the order of the file. At least one. */
  readonly channels: ReadonlyMap<string, Configured<ChannelAdapter>>;
  /** What must be redacted everywhere: what the adapters name, and what came out of `${…}`. */
  readonly secrets: readonly string[];
}

export type LoadResult =
  | { readonly ok: true; readonly config: GatewayConfig }
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
  const channels = readChannels(sections, adapters.channels);
  if (own !== null) sections.faults.push(...portClashes(own.config));

  if (sections.faults.length > 0 || own === null || tracker === null) {
    return { ok: false, faults: inOrderOfFile(read.yaml, sections) };
  }
  const { replies } = own.config;
  const config: GatewayConfig = {
    ...own.config,
    file,
    replies: { ...replies, directory: replies.directory === null ? null : resolve(directory, replies.directory) },
    tracker,
    channels,
    secrets: gatherSecrets(sections, [tracker, ...channels.values()]),
  };
  return { ok: true, config };
}

interface CheckingAdapter {
  parseConfig(raw: unknown): Parsed<unknown>;
}

function readChannels(
  sections: Sections,
  adapters: ReadonlyMap<string, ChannelAdapter>,
): Map<string, Configured<ChannelAdapter>> {
  const channels = new Map<string, Configured<ChannelAdapter>>();
  const raw = sections.at(['channels']);
  if (!isBlock(raw)) return channels;
  for (const id of Object.keys(raw)) {
    const channel = readAdapter(sections, ['channels', id], adapters);
    if (channel !== null) channels.set(id, channel);
  }
  return channels;
}

/** A block without an adapter's name is faulted by the gateway's own schema, so it is passed over here. */
function readAdapter<Adapter extends CheckingAdapter>(
  sections: Sections,
  path: readonly string[],
  adapters: ReadonlyMap<string, Adapter>,
): Configured<Adapter> | null {
  const raw = sections.at(path);
  if (!isBlock(raw)) return null;
  const { adapter: name, ...block } = raw;
  if (typeof name !== 'string' || name === '') return null;
  const adapter = adapters.get(name);
  if (adapter === undefined) {
    sections.fault([...path, 'adapter'], unknownAdapter(name, [...adapters.keys()]));
    return null;
  }
  const parsed = sections.parse(path, block, (candidate) => adapter.parseConfig(candidate));
  return parsed === null ? null : { adapter, config: parsed.config };
}

function unknownAdapter(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  const expected = `unknown adapter; expected ${alternatives(known)}`;
  return near === null ? expected : `${expected}; did you mean \`${near}\`?`;
}

function isBlock(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/**
 * Shorter texts out of `${…}` are not redacted on suspicion: to blot out every `id` or `info` would make a log
 * unreadable. What an adapter itself calls a secret is, whatever its length.
 */
const shortestSuspectedSecret = 6;

function gatherSecrets(
  sections: Sections,
  configured: ReadonlyArray<{ adapter: { secrets(config: unknown): readonly string[] }; config: unknown }>,
): readonly string[] {
  const suspected = sections.secrets().filter((secret) => secret.length >= shortestSuspectedSecret);
  const named = configured.flatMap(({ adapter, config }) => adapter.secrets(config)).filter((secret) => secret !== '');
  return [...new Set([...named, ...suspected])];
}

/** Below this length, a secret taken out of a message would take ordinary words and numbers with it. */
const shortestScrubbed = 4;

function inOrderOfFile(yaml: YamlFile, sections: Sections): ConfigFileFault[] {
  const secrets = sections.outsideTexts().filter((text) => text.length >= shortestScrubbed);
  const scrub = (message: string) => secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), message);
  return sections.faults
    .map((fault: ConfigFault) => yaml.fault(fault.path, scrub(fault.message)))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

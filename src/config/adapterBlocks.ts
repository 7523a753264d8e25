import { dirname, resolve } from 'node:path';
import { nearestWord } from '../domain/nearestWord.js';
import type { ChannelAdapter, ProfileRules, Surroundings } from '../ports/channel.js';
import type { ConfigFault, ConfigFinding, Parsed } from '../ports/config.js';
import { alternatives } from '../ports/configWords.js';
import { loadAdapterPackage, packagePrefix } from './adapterPackage.js';
import type { ConfigFileFault } from './fault.js';
import { blameProfile, type Profile, readProfile, withProfile } from './profile.js';
import type { Sections } from './sections.js';

/** The blocks of `tracker` and `channels`, whose keys belong to their adapters. */

/** An adapter with the config that it checked itself: `adapter.create(config, context)` is all that is left to do. */
export interface Configured<Adapter> {
  readonly adapter: Adapter;
  readonly config: unknown;
}

export interface ConfiguredChannel extends Configured<ChannelAdapter> {
  /** The file of its profile, or null. */
  readonly profileFile: string | null;
}

export interface ChannelsRead {
  readonly channels: ReadonlyMap<string, ConfiguredChannel>;
  /** What is wrong in profiles. What is wrong in the config file is among the sections' faults. */
  readonly profileFaults: readonly ConfigFileFault[];
}

interface CheckingAdapter {
  readonly profiles?: ProfileRules;
  parseConfig(raw: unknown): Parsed<unknown>;
  secrets(config: unknown): readonly string[];
}

type Block = Readonly<Record<string, unknown>>;

/** @param configFile which profiles of the operator's own lie beside */
export function readChannels(
  sections: Sections,
  adapters: ReadonlyMap<string, ChannelAdapter>,
  configFile: string,
): ChannelsRead {
  const known = (name: string) => channelAdapter(name, adapters, configFile);
  const channels = new Map<string, ConfiguredChannel>();
  const profileFaults: ConfigFileFault[] = [];
  const raw = sections.at(['channels']);
  for (const id of isBlock(raw) ? Object.keys(raw) : []) {
    const path = ['channels', id];
    const named = namedAdapter(sections, path, known);
    if (named === null) continue;
    const profile = namedProfile(sections, path, named, configFile, profileFaults);
    if (profile === 'faulty') continue;
    const parsed = parseBlock(sections, path, named, profile, profileFaults);
    const profileFile = profile?.yaml.file ?? null;
    if (parsed !== null) channels.set(id, { adapter: named.adapter, config: parsed.config, profileFile });
  }
  return { channels, profileFaults: withoutRepeats(profileFaults) };
}

/** A block without an adapter's name is faulted by the gateway's own schema, so it is passed over here. */
export function readAdapter<Adapter extends CheckingAdapter>(
  sections: Sections,
  path: readonly string[],
  adapters: ReadonlyMap<string, Adapter>,
): Configured<Adapter> | null {
  const named = namedAdapter(sections, path, (name) => builtIn(name, adapters));
  const parsed = named === null ? null : parseBlock(sections, path, named, null, []);
  return named === null || parsed === null ? null : { adapter: named.adapter, config: parsed.config };
}

/** What the adapters find across the channels, as `channels.ID…` paths. */
export function inspectChannels(
  channels: ReadonlyMap<string, ConfiguredChannel>,
  surroundings: Surroundings,
): readonly ConfigFinding[] {
  const adapters = new Set([...channels.values()].map(({ adapter }) => adapter));
  return [...adapters].flatMap((adapter) => {
    const own = [...channels].filter(([, channel]) => channel.adapter === adapter);
    const found = inspectedBy(adapter, new Map(own.map(([id, { config }]) => [id, config])), surroundings);
    return found.map((finding) => ({ ...finding, path: ['channels', finding.channel, ...finding.path] }));
  });
}

function inspectedBy(
  adapter: ChannelAdapter,
  channels: ReadonlyMap<string, unknown>,
  surroundings: Surroundings,
): readonly ConfigFinding[] {
  try {
    return adapter.inspect?.(channels, surroundings) ?? [];
  } catch (error) {
    return [...channels.keys()].map((channel) => ({ channel, severity: 'fault', ...brokenAdapter('inspect', error) }));
  }
}

/** An adapter out of a package may break its word; of its block nothing is known then, its secrets included. */
function parsedBy(adapter: CheckingAdapter, block: unknown): Parsed<unknown> {
  let asked = 'parseConfig';
  try {
    const parsed = adapter.parseConfig(block);
    if (parsed.ok) asked = 'secrets';
    const list: unknown = parsed.ok ? adapter.secrets(parsed.config) : parsed.faults;
    return Array.isArray(list) ? parsed : { ok: false, faults: [brokenAdapter(asked, null)] };
  } catch (error) {
    return { ok: false, faults: [brokenAdapter(asked, error)] };
  }
}

/** What was thrown is named and not quoted: its words may hold a secret of the block. */
function brokenAdapter(method: string, thrown: unknown): ConfigFault {
  const happened = thrown instanceof Error ? `threw ${thrown.name}` : 'did not do what it promises';
  return { path: ['adapter'], message: `this adapter is broken: its ${method} ${happened}; ask who made it` };
}

interface Named<Adapter> {
  readonly adapter: Adapter;
  /** Without `adapter`. */
  readonly block: Block;
}

function namedAdapter<Adapter>(
  sections: Sections,
  path: readonly string[],
  find: (name: string) => Found<Adapter>,
): Named<Adapter> | null {
  const raw = sections.at(path);
  if (!isBlock(raw)) return null;
  const { adapter: name, ...block } = raw;
  if (typeof name !== 'string' || name === '') return null;
  const found = find(name);
  if (found.ok) return { adapter: found.adapter, block };
  sections.fault([...path, 'adapter'], found.message);
  return null;
}

type Found<Adapter> =
  | { readonly ok: true; readonly adapter: Adapter }
  | { readonly ok: false; readonly message: string };

function builtIn<Adapter>(name: string, adapters: ReadonlyMap<string, Adapter>): Found<Adapter> {
  const adapter = adapters.get(name);
  return adapter === undefined
    ? { ok: false, message: unknownAdapter(name, [...adapters.keys()]) }
    : { ok: true, adapter };
}

function channelAdapter(
  name: string,
  adapters: ReadonlyMap<string, ChannelAdapter>,
  configFile: string,
): Found<ChannelAdapter> {
  return name.startsWith(packagePrefix)
    ? loadAdapterPackage(name, dirname(resolve(configFile)))
    : builtIn(name, adapters);
}

function namedProfile(
  sections: Sections,
  path: readonly string[],
  { adapter, block }: Named<CheckingAdapter>,
  configFile: string,
  profileFaults: ConfigFileFault[],
): Profile | null | 'faulty' {
  // An adapter without profiles faults the key as any other that it does not know.
  if (adapter.profiles === undefined) return null;
  const key = adapter.profiles.key ?? 'profile';
  const name = block[key];
  if (name === undefined) return null;
  // The gateway's own schema says what is wrong with it.
  if (typeof name !== 'string' || name === '') return 'faulty';
  const read = readProfile(name, adapter.profiles, configFile);
  if (read.ok) return read.profile;
  if (read.message !== undefined) sections.fault([...path, key], read.message);
  profileFaults.push(...(read.faults ?? []));
  return 'faulty';
}

function parseBlock(
  sections: Sections,
  path: readonly string[],
  { adapter, block }: Named<CheckingAdapter>,
  profile: Profile | null,
  profileFaults: ConfigFileFault[],
): { config: unknown } | null {
  if (profile === null) return sections.parse(path, block, (own) => parsedBy(adapter, own));
  let inProfile: readonly ConfigFileFault[] = [];
  const parsed = sections.parse(path, block, (own) => {
    const whole = parsedBy(adapter, withProfile(profile.block, isBlock(own) ? own : {}));
    if (whole.ok) return whole;
    const blamed = blameProfile(profile, own, whole.faults);
    inProfile = blamed.profile;
    return { ok: false, faults: blamed.own };
  });
  if (parsed === null) profileFaults.push(...inProfile);
  return parsed;
}

/** Channels that share a profile share its faults. */
function withoutRepeats(faults: readonly ConfigFileFault[]): ConfigFileFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

function unknownAdapter(name: string, known: readonly string[]): string {
  const near = nearestWord(name, known);
  const expected = `unknown adapter \`${name}\`; expected ${alternatives(known)}`;
  return near === null ? expected : `${expected}; did you mean \`${near}\`?`;
}

function isBlock(raw: unknown): raw is Block {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

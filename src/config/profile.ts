import { readdirSync } from 'node:fs';
import { dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { nearestWord } from '../domain/nearestWord.js';
import type { ProfileRules } from '../ports/channel.js';
import type { ConfigFault } from '../ports/config.js';
import { alternatives } from '../ports/configWords.js';
import { packagedFile } from './env.js';
import type { ConfigFileFault, KeyPath } from './fault.js';
import { readYamlFile, type YamlFile } from './yamlFile.js';

type Block = Readonly<Record<string, unknown>>;

/** Keys that several channels share, such as what one telco asks of everybody. */
export interface Profile {
  readonly yaml: YamlFile;
  readonly block: Block;
}

export type ProfileRead =
  | { readonly ok: true; readonly profile: Profile }
  /** There is no such profile: what to say at the channel's `profile` key. */
  | { readonly ok: false; readonly message: string; readonly faults?: never }
  /** There is one, and it is faulty. */
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[]; readonly message?: never };

const extension = '.yaml';

/**
 * Reads the profile that a channel names. A name is looked up in the folder beside the config file first, so that an
 * operator's own wins over the packaged one; a path (with `/`, or ending in `.yaml`) is relative to the config file.
 */
export function readProfile(name: string, rules: ProfileRules, configFile: string): ProfileRead {
  const directory = dirname(resolve(configFile));
  const isPath = name.includes('/') || extname(name) === extension;
  if (isPath) return readProfileFile(isAbsolute(name) ? name : join(directory, name), rules);
  const folders = [join(directory, rules.folder), packagedFile('config', rules.folder)];
  for (const folder of folders) {
    if (profilesIn(folder).includes(name)) return readProfileFile(join(folder, `${name}${extension}`), rules);
  }
  return { ok: false, message: unknownProfile(name, [...new Set(folders.flatMap(profilesIn))].sort(), rules) };
}

function profilesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(extension))
      .map((file) => file.slice(0, -extension.length));
  } catch {
    return [];
  }
}

function unknownProfile(name: string, known: readonly string[], { key = 'profile', folder }: ProfileRules): string {
  const near = nearestWord(name, known);
  const meant = near === null ? '' : `; did you mean \`${near}\`?`;
  const found = `unknown ${key} \`${name}\``;
  return `${found}; expected ${alternatives(known)}, or a file of yours in \`${folder}/\` beside this one${meant}`;
}

function readProfileFile(file: string, { channelKeys }: ProfileRules): ProfileRead {
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const { yaml } = read;
  if (!isBlock(yaml.value)) {
    return { ok: false, faults: [yaml.fault([], 'a profile is a block of keys, as a channel has them')] };
  }
  const { value: block } = yaml;
  const faults = [
    ...channelKeys
      .filter((key) => Object.hasOwn(block, key))
      .map((key) => yaml.fault([key], 'belongs to one channel, not in a profile that channels share: move it there')),
    ...referencesIn(block, []).map((path) =>
      yaml.fault(path, 'a profile has no references: write the value, or put this key into the channel'),
    ),
  ];
  return faults.length > 0 ? { ok: false, faults } : { ok: true, profile: { yaml, block } };
}

/** What stands in `${…}` differs from gateway to gateway; a profile is the same for all. */
function referencesIn(node: unknown, path: KeyPath): KeyPath[] {
  if (typeof node === 'string') return node.includes('${') ? [path] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) =>
    referencesIn(child, [...path, Array.isArray(node) ? Number(key) : key]),
  );
}

/** The channel's keys over the profile's. Blocks are joined key by key; everything else is replaced as a whole. */
export function withProfile(profile: Block, own: Block): Block {
  const joined: Record<string, unknown> = { ...profile };
  for (const [key, value] of Object.entries(own)) {
    const under = Object.hasOwn(profile, key) ? profile[key] : undefined;
    joined[key] = isBlock(value) && isBlock(under) ? withProfile(under, value) : value;
  }
  return joined;
}

/**
 * Tells the faults that the profile is to blame for from those of the channel's own block: a fault belongs to where
 * more of its path exists.
 */
export function blameProfile(
  { yaml, block }: Profile,
  own: unknown,
  faults: readonly ConfigFault[],
): { readonly own: readonly ConfigFault[]; readonly profile: readonly ConfigFileFault[] } {
  const isProfiles = ({ path }: ConfigFault) => depthOf(path, block) > depthOf(path, own);
  return {
    own: faults.filter((fault) => !isProfiles(fault)),
    profile: faults.filter(isProfiles).map(({ path, message }) => yaml.fault(path, message)),
  };
}

/** How many keys of a path exist in a tree. */
function depthOf(path: KeyPath, tree: unknown): number {
  let node = tree;
  for (const [depth, key] of path.entries()) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return depth;
    node = (node as Readonly<Record<string | number, unknown>>)[key];
  }
  return path.length;
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

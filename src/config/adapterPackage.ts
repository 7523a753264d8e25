import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { messageOf } from '../domain/messageOf.js';
import { type ChannelAdapter, channelPortVersion } from '../ports/channel.js';
import { packagedFile } from './env.js';

/**
 * Channel adapters that are npm packages: `adapter: "npm:lapor-channel-telegram"`. A package exports
 *
 * - `portVersion`: the `channelPortVersion` that it was made for;
 * - `channelAdapter`: a `ChannelAdapter`.
 */

export const packagePrefix = 'npm:';

export type PackageLoaded =
  | { readonly ok: true; readonly adapter: ChannelAdapter }
  /** What to say at the channel's `adapter` key. */
  | { readonly ok: false; readonly message: string };

/** As npm allows them. A path would let a config run any file. */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * Looked for beside the config first, then beside the gateway. It is code that runs with all that the gateway may do, so
 * who may write the config may do as much.
 */
export function loadAdapterPackage(specifier: string, configFolder: string): PackageLoaded {
  const name = specifier.slice(packagePrefix.length);
  if (!packageName.test(name)) {
    return refused(`expected the name of a package after ${packagePrefix}, such as npm:lapor-channel-telegram`);
  }
  const require = requireOf(name, [configFolder, packagedFile()]);
  if (require === null) {
    return refused(`the package ${name} is not installed: \`npm install ${name}\` beside this config, or the gateway`);
  }
  try {
    return fitting(name, require(name));
  } catch (error) {
    return refused(`the package ${name} could not be loaded: ${messageOf(error).split('\n')[0]}`);
  }
}

/** A package that is there and leads nowhere is found here, and told by loading it. */
function requireOf(name: string, folders: readonly string[]): NodeJS.Require | null {
  const all = folders.map((folder) => createRequire(join(folder, 'config.yaml')));
  const hasIt = (require: NodeJS.Require) => require.resolve.paths(name)?.some((path) => existsSync(join(path, name)));
  return all.find(hasIt) ?? null;
}

const functions = ['parseConfig', 'secrets', 'address', 'create'] as const;

function fitting(name: string, exported: unknown): PackageLoaded {
  const { portVersion, channelAdapter } = recordOf(exported);
  if (portVersion === undefined || channelAdapter === undefined) {
    return refused(`${name} is no channel adapter: it does not export portVersion and channelAdapter`);
  }
  if (portVersion !== channelPortVersion) {
    return refused(
      `${name} is made for version ${String(portVersion)} of the channel port, and this gateway has version ${channelPortVersion}: install a version of ${name} that fits, or another gateway`,
    );
  }
  const adapter = recordOf(channelAdapter);
  const lacking = [
    ...['name', 'medium'].filter((key) => typeof adapter[key] !== 'string'),
    ...functions.filter((key) => typeof adapter[key] !== 'function'),
  ];
  if (lacking.length > 0) return refused(`the channelAdapter of ${name} lacks ${lacking.join(', ')}`);
  return { ok: true, adapter: channelAdapter as ChannelAdapter };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function refused(message: string): PackageLoaded {
  return { ok: false, message };
}

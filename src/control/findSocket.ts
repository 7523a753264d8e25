import { dirname, resolve } from 'node:path';
import { configFile } from '../config/env.js';
import type { ConfigFileFault } from '../config/fault.js';
import { type Environment, interpolate } from '../config/interpolate.js';
import { gatewaySchema } from '../config/schema.js';
import { readYamlFile } from '../config/yamlFile.js';
import { messageOf } from '../domain/messageOf.js';
import { controlSocketFile } from './socketFile.js';

export type FoundSocket =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/**
 * Where the gateway of a config listens for commands. Of the file only `store.url` is read: the rest may be faulty (that
 * is for the gateway to say), and its passwords are in the environment of the gateway's service, not of whoever types.
 *
 * @param option what `--config` named, if anything.
 */
export function findControlSocket(option: string | undefined, env: Environment): FoundSocket {
  const file = configFile(option, env);
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const { yaml } = read;
  const section = interpolate(sectionOf(yaml.value, 'store'), { env, directory: dirname(resolve(file)) });
  const [unresolved] = section.faults;
  if (unresolved !== undefined) {
    return { ok: false, faults: [yaml.fault(['store', ...unresolved.path], unresolved.message)] };
  }
  try {
    return { ok: true, file: controlSocketFile(gatewaySchema.shape.store.parse(section.value).url) };
  } catch (error) {
    return { ok: false, faults: [yaml.fault(['store'], `no store to find the gateway by: ${messageOf(error)}`)] };
  }
}

function sectionOf(config: unknown, name: string): unknown {
  if (typeof config !== 'object' || config === null || !(name in config)) return undefined;
  return (config as Readonly<Record<string, unknown>>)[name];
}

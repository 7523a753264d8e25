import { dirname, resolve } from 'node:path';
import { messageOf } from '../domain/messageOf.js';
import { configFile } from './env.js';
import type { ConfigFileFault } from './fault.js';
import { type Environment, interpolate } from './interpolate.js';
import { type GatewaySections, gatewaySchema } from './schema.js';
import { readYamlFile } from './yamlFile.js';

export type FoundStore =
  | { readonly ok: true; readonly store: GatewaySections['store'] }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/**
 * Where the store of a config is. Of the file only `store` is read: who looks into the store at night needs neither a
 * config without faults nor the passwords, which are in the environment of the gateway's service.
 *
 * @param option what `--config` named, if anything.
 */
export function findStore(option: string | undefined, env: Environment): FoundStore {
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
    return { ok: true, store: gatewaySchema.shape.store.parse(section.value) };
  } catch (error) {
    return { ok: false, faults: [yaml.fault(['store'], `this is no store: ${messageOf(error)}`)] };
  }
}

function sectionOf(config: unknown, name: string): unknown {
  if (typeof config !== 'object' || config === null || !(name in config)) return undefined;
  return (config as Readonly<Record<string, unknown>>)[name];
}

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { HttpConfig } from '../../../../adapters/channels/http/config.js';
import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import { packagedFile } from '../../../../src/config/env.js';
import { withProfile } from '../../../../src/config/profile.js';

type Block = Readonly<Record<string, unknown>>;

/** A channel's block over a packaged preset, joined as the config's loader joins them. */
export function blockOf(preset: string, own: Block): Block {
  const block = parse(readFileSync(packagedFile('config', 'aggregators', `${preset}.yaml`), 'utf8')) as Block;
  return withProfile(block, own);
}

export function configOf(block: Block): HttpConfig {
  const parsed = httpAdapter.parseConfig(block);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.config;
}

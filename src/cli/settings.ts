import { configFile, packagedFile } from '../config/env.js';
import type { ConfigFileFault } from '../config/fault.js';
import type { Environment } from '../config/interpolate.js';
import { type Adapters, type GatewayConfig, loadConfig } from '../config/load.js';
import { loadWording } from '../conversation/wording/load.js';
import type { Wording } from '../conversation/wording/wording.js';

/** All that the gateway is told by files: the config, and the reply texts that it names. */
export type Settings =
  | {
      readonly ok: true;
      readonly config: GatewayConfig;
      readonly wording: Wording;
      /** What may surprise and stops nothing. */
      readonly warnings: readonly ConfigFileFault[];
    }
  | { readonly ok: false; readonly file: string; readonly faults: readonly ConfigFileFault[] };

export interface SettingsSource {
  readonly adapters: Adapters;
  readonly env: Environment;
}

/**
 * Loads and checks both. Where the config is faulty, the packaged texts are still checked: they may be faulty, too.
 *
 * @param option what `--config` named, if anything.
 */
export function loadSettings(option: string | undefined, { adapters, env }: SettingsSource): Settings {
  const file = configFile(option, env);
  const loaded = loadConfig({ file, env, adapters });
  const replies = loaded.ok ? loaded.config.replies : { directory: null, language: 'id', timeZone: 'Asia/Jakarta' };
  const directory = replies.directory ?? packagedFile('config', 'replies');
  const texts = loadWording({ directory, language: replies.language, timeZone: replies.timeZone });
  if (loaded.ok && texts.ok) {
    return { ok: true, config: loaded.config, wording: texts.wording, warnings: loaded.warnings };
  }
  return { ok: false, file, faults: [...(loaded.ok ? [] : loaded.faults), ...(texts.ok ? [] : texts.faults)] };
}

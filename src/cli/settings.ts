import { configFile, packagedFile } from '../config/env.js';
import type { ConfigFileFault } from '../config/fault.js';
import type { Environment } from '../config/interpolate.js';
import { type Adapters, type GatewayConfig, loadConfig } from '../config/load.js';
import type { WorkingCalendar } from '../conversation/calendar.js';
import { loadCalendar } from '../conversation/calendarLoad.js';
import type { Knowledge } from '../conversation/understanding/knowledge.js';
import { loadKnowledge } from '../conversation/understanding/load.js';
import { loadWording } from '../conversation/wording/load.js';
import type { Wording } from '../conversation/wording/wording.js';

/** All that the gateway is told by files: the config, the reply texts that it names, how texts are understood, and holidays. */
export type Settings =
  | {
      readonly ok: true;
      readonly config: GatewayConfig;
      readonly wording: Wording;
      readonly knowledge: Knowledge;
      readonly calendar: WorkingCalendar;
      /** What may surprise and stops nothing. */
      readonly warnings: readonly ConfigFileFault[];
    }
  | { readonly ok: false; readonly file: string; readonly faults: readonly ConfigFileFault[] };

export interface SettingsSource {
  readonly adapters: Adapters;
  readonly env: Environment;
}

const packagedReplies = { directory: null, holidays: null, language: 'id', timeZone: 'Asia/Jakarta' } as const;

/**
 * Loads and checks all. Where the config is faulty, the packaged texts are still checked: they may be faulty, too.
 *
 * @param option what `--config` named, if anything.
 */
export function loadSettings(option: string | undefined, { adapters, env }: SettingsSource): Settings {
  const file = configFile(option, env);
  const loaded = loadConfig({ file, env, adapters });
  const replies = loaded.ok ? loaded.config.replies : packagedReplies;
  const directory = replies.directory ?? packagedFile('config', 'replies');
  const texts = loadWording({ directory, language: replies.language, timeZone: replies.timeZone });
  const known = loadKnowledge({
    keywords: packagedFile('config', 'keywords.yaml'),
    vocabulary: packagedFile('config', 'vocabulary.yaml'),
  });
  const days = loadCalendar(replies.holidays ?? packagedFile('config', 'holidays'), Date.now());
  if (loaded.ok && texts.ok && known.ok && days.ok) {
    const { wording } = texts;
    const { calendar } = days;
    const warnings = [...loaded.warnings, ...days.warnings];
    return { ok: true, config: loaded.config, wording, knowledge: known.knowledge, calendar, warnings };
  }
  return {
    ok: false,
    file,
    faults: [loaded, texts, known, days].flatMap((result) => (result.ok ? [] : result.faults)),
  };
}

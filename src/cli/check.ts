import { Command } from 'commander';
import type { GatewayConfig } from '../config/load.js';
import type { Wording } from '../conversation/wording/wording.js';
import { badConfigExitCode, type FaultPrinter, printFaults, printWarnings, shortName } from './printFaults.js';
import { loadSettings, type SettingsSource } from './settings.js';

export interface CheckDeps extends SettingsSource, FaultPrinter {
  /** 0 where all is well or there are only warnings, 2 where anything is faulty. */
  readonly setExitCode: (code: number) => void;
}

/** `check [--config FILE]`: validates everything that `start` would read, and touches nothing. */
export function checkCommand(deps: CheckDeps): Command {
  return new Command('check')
    .description('validate the config and the reply texts; exit 0, or 2 with every fault by file, line and key')
    .option('-c, --config <file>', 'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)')
    .action(({ config: option }: { config?: string }) => {
      const settings = loadSettings(option, deps);
      if (settings.ok) {
        for (const line of summary(settings.config, settings.wording)) deps.print(line);
        printWarnings(settings.warnings, deps);
      } else {
        printFaults(settings.faults, deps);
      }
      deps.setExitCode(settings.ok ? 0 : badConfigExitCode);
    });
}

function summary(config: GatewayConfig, wording: Wording): string[] {
  const channels = [...config.channels].map(([id, { adapter }]) => `${id} (${adapter.name})`);
  const profiles = [...config.channels].flatMap(([id, { profileFile: file }]) =>
    file === null ? [] : [`${id} ${shortName(file)}`],
  );
  return [
    `${config.file}: no faults`,
    `  channels  ${channels.join(', ')}`,
    ...(profiles.length === 0 ? [] : [`  profiles  ${profiles.join(', ')}`]),
    `  tracker   ${config.tracker.adapter.name}`,
    `  store     ${config.store.url}`,
    `  replies   in ${config.replies.language}; texts in ${wording.languages.join(', ')}`,
  ];
}

import { Command } from 'commander';
import type { GatewayConfig } from '../config/load.js';
import { webhookUrl } from '../config/load.js';
import { shownStoreUrl } from '../config/storeUrl.js';
import type { Wording } from '../conversation/wording/wording.js';
import { printable } from '../domain/printable.js';
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
    .option('--example <channel>', 'show what passes between this channel and its peer, by its own config')
    .action(({ config: option, example }: { config?: string; example?: string }) => {
      const settings = loadSettings(option, deps);
      if (settings.ok && example !== undefined) {
        deps.setExitCode(printExamples(settings.config, example, deps) ? 0 : badConfigExitCode);
        return;
      }
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
    `  store     ${shownStoreUrl(config.store.url)}`,
    `  replies   in ${config.replies.language}; texts in ${wording.languages.join(', ')}`,
  ];
}

/** @returns false where there is no such channel, or nothing to show of it. */
function printExamples(
  { file, channels, server, secrets }: GatewayConfig,
  id: string,
  { print }: FaultPrinter,
): boolean {
  const channel = channels.get(id);
  if (channel === undefined) {
    print(`${shortName(file)} has no channel \`${id}\`; it has ${[...channels.keys()].join(', ')}`);
    return false;
  }
  const { adapter, config } = channel;
  const examples = adapter.examples?.(config, webhookUrl(server.publicUrl, id)) ?? [];
  if (examples.length === 0) {
    print(`${id} (${adapter.name}) has no examples: its protocol is fixed, and no config describes it`);
    return false;
  }
  const shown = (text: string) => printable(withoutSecrets(text, secrets));
  for (const { title, lines, reads } of examples) {
    const width = Math.max(0, ...Object.keys(reads).map((name) => name.length));
    print(`${id}: ${title}`);
    for (const line of lines) print(`    ${shown(line)}`.trimEnd());
    for (const [name, value] of Object.entries(reads)) print(`  ${name.padEnd(width)}  ${shown(value ?? '-')}`);
    print('');
  }
  return true;
}

/** A secret may stand in a template as it is, and is encoded within a URL. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return forms.reduce((masked, form) => masked.replaceAll(form, '[secret]'), text);
}

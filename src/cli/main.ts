#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adapters, openDesk, openStore, storeCopies } from '../compose.js';
import { packagedFile, processEnvironment } from '../config/env.js';
import { findStore } from '../config/findStore.js';
import type { GatewayConfig } from '../config/load.js';
import { messageOf } from '../domain/messageOf.js';
import type { Store } from '../ports/store.js';
import { auditCommand } from './audit.js';
import { channelCommand } from './channel.js';
import { checkCommand } from './check.js';
import type { SimulatorAddress } from './controlApi.js';
import { deadLettersCommand } from './deadLetters.js';
import { doctorCommand } from './doctor.js';
import { operatorName } from './operator.js';
import { partsCommand } from './parts.js';
import { badConfigExitCode, printFaults } from './printFaults.js';
import { reloadCommand } from './reload.js';
import { repliesCommand } from './repliesPreview.js';
import { retentionCommand } from './retention.js';
import { loadSettings } from './settings.js';
import { simulateCommand } from './simulate.js';
import { startCommand } from './start.js';
import { storeCommand } from './store.js';
import { textCommand } from './text.js';
import { traceCommand } from './trace.js';
import { trackerCommand } from './tracker.js';
import { tweetCommand } from './tweet.js';

const source = { adapters, env: processEnvironment() };
const printer = {
  print: (line: string): void => {
    process.stderr.write(`${line}\n`);
  },
  colour: process.stderr.isTTY === true,
};
const setExitCode = (code: number): void => {
  process.exitCode = code;
};

/** For commands that need the config only to find something: faults end them here. */
async function configOf(option?: string): Promise<GatewayConfig> {
  const settings = loadSettings(option, source);
  if (settings.ok) return settings.config;
  printFaults(settings.faults, printer);
  process.exit(badConfigExitCode);
}

/** For commands that need the store alone: the rest of the config may be faulty. */
async function openStoreOf(option?: string): Promise<Store> {
  const found = findStore(option, source.env);
  if (found.ok) return openStore(found, 'operator');
  printFaults(found.faults, printer);
  process.exit(badConfigExitCode);
}

/** Finds a simulator that the config asks for. @param command what needs it. */
function simulatorOf(name: 'smsc' | 'x', command: string, real: string) {
  return async (option?: string): Promise<SimulatorAddress> => {
    const config = await configOf(option);
    const section = config.simulators?.[name];
    if (section !== undefined) return { host: '127.0.0.1', controlPort: section.controlPort };
    throw new Error(
      `${config.file} has no simulators.${name}: \`${command}\` goes through a simulated ${real}, not a real one`,
    );
  };
}

/** A first Ctrl-C asks for an end in good order, a second one ends the process. */
function untilInterrupted(): AbortSignal {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  return interrupt.signal;
}
const operatorDeps = { ...printer, env: source.env, output: process.stdout, setExitCode };

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packagedFile('package.json'), 'utf8')) as { version: string };
  return version;
}

const program = new Command('lapor-gateway')
  .description(
    'The channel gateway of SP4N-LAPOR!: texts to 1708 become reports in the tracker, its answers reach the citizen',
  )
  .version(packageVersion(), '-V, --version', 'print the version')
  .showHelpAfterError('(--help tells more)')
  .addCommand(startCommand({ ...source, ...printer, setExitCode }))
  .addCommand(checkCommand({ ...source, ...printer, setExitCode }))
  .addCommand(
    doctorCommand({
      configOf,
      setExitCode,
      print: (line) => void process.stdout.write(`${line}\n`),
      hasColour: process.stdout.isTTY === true && process.stdout.hasColors(),
      interrupted: untilInterrupted,
    }),
  )
  .addCommand(textCommand(simulatorOf('smsc', 'text', 'telco')))
  .addCommand(tweetCommand(simulatorOf('x', 'tweet', 'X')))
  .addCommand(trackerCommand(async (option) => openDesk(await configOf(option))))
  .addCommand(traceCommand(openStoreOf))
  .addCommand(deadLettersCommand({ openStore: openStoreOf, operator: operatorName(source.env) }))
  .addCommand(
    partsCommand({
      configOf,
      openStore: (config) => openStore(config, 'operator'),
      operator: operatorName(source.env),
      output: process.stdout,
    }),
  )
  .addCommand(channelCommand(operatorDeps))
  .addCommand(reloadCommand(operatorDeps))
  .addCommand(
    repliesCommand({
      ...source,
      ...printer,
      output: process.stdout,
      hasColour: process.stdout.isTTY === true && process.stdout.hasColors(),
      setExitCode,
    }),
  )
  .addCommand(
    retentionCommand({
      configOf,
      openStore: (config) => openStore(config, 'operator'),
      operator: operatorName(source.env),
      output: process.stdout,
      interrupted: untilInterrupted,
    }),
  )
  .addCommand(auditCommand(openStoreOf))
  .addCommand(storeCommand({ ...storeCopies, output: process.stdout }))
  .addCommand(simulateCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

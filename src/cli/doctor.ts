import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ConfiguredChannel } from '../config/adapterBlocks.js';
import type { GatewayConfig } from '../config/load.js';
import { type Examination, examine } from '../doctor/examine.js';
import { JsonReport, LineReport, type Report } from '../doctor/report.js';
import { type DoctorLanguage, doctorLanguages, loadDoctorTexts } from '../doctor/texts.js';
import { nearestWord } from '../domain/nearestWord.js';
import { alternatives } from '../ports/configWords.js';

export interface DoctorDeps {
  readonly configOf: (option?: string) => Promise<GatewayConfig>;
  /** Writes one line. */
  readonly print: (line: string) => void;
  readonly hasColour: boolean;
  /** 0 where no stage failed, else 1. */
  readonly setExitCode: (code: number) => void;
  /** Fires on Ctrl-C: waiting ends, and binds are given back. */
  readonly interrupted: () => AbortSignal;
}

interface Options {
  readonly config?: string;
  readonly lang: DoctorLanguage;
  readonly json?: true;
  readonly sendTo?: string;
  readonly waitForText?: true;
  readonly wait: number;
  readonly forceBind?: true;
}

const longestWaitSeconds = 600;

const help = `
Stages: the running gateway (if any), DNS, TCP, TLS, bind, enquire_link; with --send-to also a message and its receipt,
with --wait-for-text also a text from a handset. Exit code 0, or 1 when a stage failed.

While it is bound the doctor takes nothing from citizens: their texts stay with the telco, which sends them again.
Where a running gateway holds the channel's binds, the doctor leaves them alone; --force-bind binds all the same.

Examples:
  lapor-gateway doctor
  lapor-gateway doctor telkomsel --lang id
  lapor-gateway doctor telkomsel --send-to 081234567890 --wait-for-text`;

/** `doctor [CHANNEL]`: tests channels against their real peers. */
export function doctorCommand(deps: DoctorDeps): Command {
  return new Command('doctor')
    .description('test a channel live, in stages, each with what failed, the likely causes and what to do')
    .argument('[channel]', 'the channel (default: all of them, one after the other)')
    .option('-c, --config <file>', 'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)')
    .addOption(new Option('--lang <language>', 'the language of the findings').choices(doctorLanguages).default('en'))
    .option('--send-to <number>', 'send a test message to this handset of yours, and wait for its receipt', phoneNumber)
    .option('--wait-for-text', 'wait for a text from a handset of yours; the doctor tells what to write')
    .option('--wait <seconds>', 'how long to wait for the receipt, and for the text', waitSeconds, 60)
    .option('--force-bind', 'bind even though a running gateway holds the binds; it may lose one')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', help)
    .action(async (channel: string | undefined, options: Options, command: Command) => {
      const isExchange = options.sendTo !== undefined || options.waitForText === true;
      if (channel === undefined && isExchange) {
        command.error('--send-to and --wait-for-text are for one channel: name it', { exitCode: 1 });
      }
      const config = await deps.configOf(options.config);
      const chosen = chosenChannels(channel, config);
      if (chosen === null) command.error(unknownChannel(channel ?? '', config), { exitCode: 1 });
      else deps.setExitCode((await examineAll(chosen, config, options, deps)) ? 0 : 1);
    });
}

function chosenChannels(name: string | undefined, { channels }: GatewayConfig) {
  if (name === undefined) return [...channels];
  const channel = channels.get(name);
  return channel === undefined ? null : ([[name, channel]] as const);
}

function unknownChannel(name: string, { file, channels }: GatewayConfig): string {
  const near = nearestWord(name, channels.keys());
  const meant = near === null ? '' : `; did you mean \`${near}\`?`;
  return `${file} has no channel of this name; expected ${alternatives([...channels.keys()])}${meant}`;
}

/** @returns whether no stage failed */
async function examineAll(
  chosen: Iterable<readonly [string, ConfiguredChannel]>,
  config: GatewayConfig,
  options: Options,
  deps: DoctorDeps,
): Promise<boolean> {
  const texts = loadDoctorTexts(options.lang);
  const report: Report = options.json
    ? new JsonReport(texts, options.lang, deps.print)
    : new LineReport(texts, options.lang, deps.print, deps.hasColour);
  const examination: Examination = {
    message: options.sendTo === undefined ? null : { to: options.sendTo, text: texts.frame.testMessage },
    expectedWord: options.waitForText === true ? `UJI ${randomInt(1_000, 10_000)}` : null,
    waitMs: options.wait * 1_000,
    stop: deps.interrupted(),
    forceBind: options.forceBind === true,
  };
  const failed: string[] = [];
  for (const [id, channel] of chosen) {
    const stages = examine(id, channel, config.server, examination);
    if (stages === null) report.untestable(id);
    else if (await hasFailed(id, channel, stages, report)) failed.push(id);
  }
  report.end(failed);
  return failed.length === 0;
}

async function hasFailed(
  id: string,
  { adapter }: ConfiguredChannel,
  stages: NonNullable<ReturnType<typeof examine>>,
  report: Report,
): Promise<boolean> {
  report.channel(id, adapter.name);
  let failures = 0;
  for await (const stage of stages) {
    report.stage(id, stage);
    if (stage.result === 'failed') failures += 1;
  }
  return failures > 0;
}

function phoneNumber(given: string): string {
  if (/^\+?[\d\s().-]{5,20}$/.test(given)) return given;
  throw new InvalidArgumentError('Expected a phone number, such as 081234567890.');
}

function waitSeconds(given: string): number {
  const seconds = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (seconds >= 1 && seconds <= longestWaitSeconds) return seconds;
  throw new InvalidArgumentError(`Expected whole seconds from 1 to ${longestWaitSeconds}.`);
}

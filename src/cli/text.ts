import { Command } from 'commander';
import { type SimulatorAddress, SimulatorFault } from './controlApi.js';
import { type InboxMessage, SimulatedPhone, type TextState } from './simulatedTelco.js';
import { processTerminal, said, seconds, type Terminal } from './terminal.js';

/** Finds the simulated SMSC that a config file (or the default one) speaks of. */
export type ResolveSimulator = (configFile?: string) => Promise<SimulatorAddress>;

interface Options {
  readonly from: string;
  readonly channel?: string;
  readonly config?: string;
  readonly wait: number;
  readonly follow?: true;
  readonly inbox?: true;
}

const usualNumber = '081234567890';
const pollMs = 30_000;

const help = `
Examples:
  lapor-gateway text "Jln rusak di depan kantor camat Sukasada kab Buleleng" --from 081234567890
  lapor-gateway text "STATUS 9165816" --follow
  lapor-gateway text --inbox`;

/** `lapor-gateway text`: writes to the short code as a citizen does, by way of the simulated telco. */
export function textCommand(resolveSimulator: ResolveSimulator, terminal: Terminal = processTerminal): Command {
  return new Command('text')
    .description('As a citizen: send an SMS through the simulated telco and see the replies')
    .argument('[text]', 'what the citizen writes')
    .option('--from <number>', "the citizen's number", usualNumber)
    .option('--channel <name>', 'the telco to send by (default: the one that the number belongs to)')
    .option('--config <file>', "the gateway's config, which names the simulator")
    .option('--wait <seconds>', 'how long to wait for the first reply', seconds, 15)
    .option('--follow', 'stay, and show each SMS that comes later, until Ctrl-C')
    .option('--inbox', 'show what the handset has received, and send nothing')
    .addHelpText('after', help)
    .action(async (text: string | undefined, options: Options, command: Command) => {
      try {
        const phone = new SimulatedPhone(await resolveSimulator(options.config), options.from);
        if (options.inbox) await showInbox(phone, options, terminal);
        else if (text) await converse(phone, text, options, terminal);
        else throw new SimulatorFault('Nothing to send: lapor-gateway text "…", or --inbox to read.');
      } catch (error) {
        if (error instanceof SimulatorFault) command.error(error.message, { exitCode: 1 });
        throw error;
      }
    });
}

async function showInbox(phone: SimulatedPhone, options: Options, terminal: Terminal): Promise<void> {
  const messages = await phone.inbox();
  if (messages.length === 0) terminal.write(`${options.from} has received nothing.\n`);
  show(messages, options, terminal);
  if (options.follow) await follow(phone, messages.at(-1)?.n ?? 0, options, terminal);
}

async function converse(phone: SimulatedPhone, text: string, options: Options, terminal: Terminal): Promise<void> {
  const before = (await phone.inbox()).at(-1)?.n ?? 0;
  const sent = await phone.send(text, options.channel);
  terminal.write(said(`${options.from} by ${sent.telco}`, segments(sent.parts), text, terminal));
  const replies = await phone.inbox(before, options.wait * 1_000);
  if (replies.length === 0) throw new SimulatorFault(silenceExplained(await phone.state(sent.id), options));
  show(replies, options, terminal);
  if (options.follow) await follow(phone, replies.at(-1)?.n ?? before, options, terminal);
}

async function follow(phone: SimulatedPhone, shown: number, options: Options, terminal: Terminal): Promise<void> {
  const interrupted = terminal.interrupted();
  let after = shown;
  while (!interrupted.aborted) {
    const messages = await phone.inbox(after, pollMs, interrupted);
    show(messages, options, terminal);
    after = messages.at(-1)?.n ?? after;
  }
}

function show(messages: readonly InboxMessage[], options: Options, terminal: Terminal): void {
  for (const { from, text, segments: count, encoding } of messages) {
    terminal.write(said(`${from} to ${options.from}`, `${segments(count)}, ${encoding}`, text, terminal));
  }
}

function segments(count: number): string {
  return count === 1 ? '1 segment' : `${count} segments`;
}

/** Where the text got stuck, and what to look at. */
const whereStuck: Record<TextState['state'], (text: TextState) => string> = {
  queued: ({ telco }) =>
    `The text waits at the telco: no gateway takes messages from ${telco}. Is the gateway running (\`npm start\`)? ` +
    `\`lapor-gateway doctor ${telco}\` tests the channel.`,
  delivered: () =>
    'The gateway was given the text and has not acknowledged it. GET /readyz tells whether its store can be written.',
  retrying: ({ lastError }) =>
    `The gateway does not take the text (${errorName(lastError)}); the telco goes on trying. GET /readyz tells whether its store can be written.`,
  acknowledged: () =>
    'The gateway has the text on disk, but sent no SMS. GET /readyz tells whether the tracker and the channel are up; ' +
    '`lapor-gateway dead-letters list` shows what waits for a person. `lapor-gateway text --inbox` shows what comes late.',
  dropped: ({ lastError }) => `The gateway refused the text for good (${errorName(lastError)}). Its log tells why.`,
};

function silenceExplained(text: TextState, options: Options): string {
  return `No reply within ${options.wait} s. ${whereStuck[text.state](text)}`;
}

function errorName(commandStatus: number | null): string {
  return commandStatus === null ? 'no answer' : `SMPP error 0x${commandStatus.toString(16).padStart(2, '0')}`;
}

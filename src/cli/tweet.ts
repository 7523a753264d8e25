import { Command, Option } from 'commander';
import { type SimulatorAddress, SimulatorFault } from './controlApi.js';
import { type DirectMessage, type Post, SimulatedAccount, type XState } from './simulatedX.js';
import { processTerminal, said, seconds, type Terminal } from './terminal.js';

/** Finds the simulated X that a config file (or the default one) speaks of. */
export type ResolveX = (configFile?: string) => Promise<SimulatorAddress>;

interface Options {
  readonly from: string;
  readonly replyTo?: string;
  readonly thread?: string;
  readonly dm?: true;
  readonly config?: string;
  readonly wait: number;
  readonly follow?: true;
}

const pollMs = 30_000;

const help = `
A text that names nobody and has no hashtag gets the service's mention in front: without it, nobody would read it.

Examples:
  lapor-gateway tweet "lampu jalan mati di Jl. Condrokusumo, Kota Semarang" --from warga
  lapor-gateway tweet "masih mati" --from warga --reply-to 2124239246599389184
  lapor-gateway tweet --thread 2124239246599389184
  lapor-gateway tweet "RAHASIA oknum minta uang" --dm --follow`;

/** `lapor-gateway tweet`: writes to the service's account as a citizen does, by way of the simulated X. */
export function tweetCommand(resolveX: ResolveX, terminal: Terminal = processTerminal): Command {
  return new Command('tweet')
    .description('As a citizen: tweet on the simulated X and see the thread')
    .argument('[text]', 'what the citizen writes')
    .option('--from <handle>', "the citizen's handle", 'warga')
    .option('--reply-to <id>', 'the post that this answers')
    .addOption(new Option('--dm', 'send it as a direct message instead').conflicts('replyTo'))
    .addOption(new Option('--thread <id>', 'show the thread of a post, and send nothing').conflicts(['replyTo', 'dm']))
    .option('--config <file>', "the gateway's config, which names the simulator")
    .option('--wait <seconds>', 'how long to wait for the first answer', seconds, 30)
    .option('--follow', 'stay, and show each answer that comes later, until Ctrl-C')
    .addHelpText('after', help)
    .action(async (text: string | undefined, options: Options, command: Command) => {
      try {
        const account = new SimulatedAccount(await resolveX(options.config), options.from);
        if (options.thread !== undefined) await showThread(account, options.thread, options, terminal);
        else if (!text) throw new SimulatorFault('Nothing to send: lapor-gateway tweet "…", or --thread ID to read.');
        else
          await converse(
            options.dm ? await byMessage(account, text) : await byPost(account, text, options),
            options,
            terminal,
          );
      } catch (error) {
        if (error instanceof SimulatorFault) command.error(error.message, { exitCode: 1 });
        throw error;
      }
    });
}

/** One line of a thread or of a conversation by direct message. */
interface Line {
  readonly id: string;
  readonly who: string;
  readonly details: string;
  readonly text: string;
}

interface Talk {
  readonly first: Line;
  /** Lines after `after`, waiting for one; only what others than the citizen wrote. */
  next(after: string, waitMs: number, signal?: AbortSignal): Promise<readonly Line[]>;
  /** Where it got stuck, and what to look at. */
  silence(): Promise<string>;
}

async function byPost(account: SimulatedAccount, given: string, { replyTo }: Options): Promise<Talk> {
  const before = await account.state();
  const text = replyTo === undefined ? addressed(given, before.service.username) : given;
  const post = await account.tweet(text, replyTo);
  return {
    first: lineOfPost(post),
    next: async (after, waitMs, signal) => (await account.thread(post.id, after, waitMs, signal)).map(lineOfPost),
    silence: async () => {
      const [{ timesGiven }, state] = [await account.post(post.id), await account.state()];
      if (timesGiven === 0) return unread('post');
      const refused = refusedSince(before, state);
      return refused === null ? unanswered : `X refused what the gateway answered (${refused}). ${whyRefused}`;
    },
  };
}

async function byMessage(account: SimulatedAccount, text: string): Promise<Talk> {
  const before = await account.state();
  const message = await account.message(text);
  return {
    first: lineOfMessage(message),
    next: async (after, waitMs, signal) => (await account.messages(after, waitMs, signal)).map(lineOfMessage),
    silence: async () => {
      const { requests } = await account.state();
      const reads = (state: Readonly<Record<string, number>>) => state['getDirectMessagesEvents 200'] ?? 0;
      return reads(requests) > reads(before.requests) ? unanswered : unread('message');
    },
  };
}

async function converse(talk: Talk, options: Options, terminal: Terminal): Promise<void> {
  show([talk.first], terminal);
  const answers = await talk.next(talk.first.id, options.wait * 1_000);
  const last = answers.at(-1);
  if (last === undefined) throw new SimulatorFault(`No answer within ${options.wait} s. ${await talk.silence()}`);
  show(answers, terminal);
  if (options.follow) await follow(talk, last.id, terminal);
}

async function showThread(account: SimulatedAccount, id: string, options: Options, terminal: Terminal): Promise<void> {
  const next: Talk['next'] = async (after, waitMs, signal) =>
    (await account.thread(id, after, waitMs, signal)).map(lineOfPost);
  const lines = await next('0', 0);
  show(lines, terminal);
  if (options.follow) await follow({ next }, lines.at(-1)?.id ?? id, terminal);
}

async function follow(talk: Pick<Talk, 'next'>, shown: string, terminal: Terminal): Promise<void> {
  const interrupted = terminal.interrupted();
  let after = shown;
  while (!interrupted.aborted) {
    const lines = await talk.next(after, pollMs, interrupted);
    show(lines, terminal);
    after = lines.at(-1)?.id ?? after;
  }
}

function show(lines: readonly Line[], terminal: Terminal): void {
  for (const { who, details, text } of lines) terminal.write(said(who, details, text, terminal));
}

function addressed(text: string, service: string): string {
  return /[@#]\w/.test(text) ? text : `@${service} ${text}`;
}

function lineOfPost({ id, from, text, inReplyTo }: Post): Line {
  return { id, who: `@${from}`, details: inReplyTo === null ? id : `${id}, answers ${inReplyTo}`, text };
}

function lineOfMessage({ id, from, to, text }: DirectMessage): Line {
  return { id, who: `@${from} to @${to}`, details: `direct message ${id}`, text };
}

function unread(what: 'post' | 'message'): string {
  return (
    `No gateway has read the ${what}. Is the gateway running with a twitter channel (\`npm start\`)? ` +
    '`lapor-gateway doctor twitter` tests the channel.'
  );
}

const unanswered =
  'The gateway has read it, and answered nothing. GET /readyz tells whether the tracker and the channel are up; ' +
  '`lapor-gateway dead-letters list` shows what waits for a person.';

const whyRefused = 'Its log tells why; X answers only who names it, and never twice the same.';

/** The status with which X refused posts since then; null when it took them all. */
function refusedSince(before: XState, now: XState): string | null {
  const grown = Object.entries(now.requests).find(
    ([key, count]) => /^createPosts [45]/.test(key) && count > (before.requests[key] ?? 0),
  );
  return grown === undefined ? null : (grown[0].split(' ')[1] ?? null);
}

import { Command } from 'commander';
import type { Wording } from '../conversation/wording/wording.js';
import { worstCasesIn } from '../conversation/wording/worstCases.js';
import { countSeptets } from '../domain/sms/gsm7.js';
import { splitText } from '../domain/sms/segments.js';
import { alternatives } from '../ports/configWords.js';
import { badConfigExitCode, type FaultPrinter, printFaults } from './printFaults.js';
import { loadSettings, type SettingsSource } from './settings.js';

export interface RepliesPreviewDeps extends SettingsSource, FaultPrinter {
  /** Where the preview goes; faults go to `print`. */
  readonly output: { write(text: string): unknown };
  /** Whether the output is a terminal that shows colours. */
  readonly hasColour: boolean;
  /** 0 where every text fits, 2 where one does not. */
  readonly setExitCode: (code: number) => void;
}

interface Options {
  readonly language?: string;
  readonly json?: true;
  readonly config?: string;
}

/** `replies preview`: every reply text as the citizen may get it, at its longest, with what it costs. */
export function repliesCommand(deps: RepliesPreviewDeps): Command {
  const command = new Command('replies').description('the words that citizens get');
  command
    .command('preview')
    .description(
      'show every reply text at its longest, with its SMS and its length as a post; exit 2 where one does not fit',
    )
    .option('--language <code>', 'only this one, such as `id`')
    .option('--json', 'one JSON object per line')
    .option('-c, --config <file>', 'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)')
    .action((options: Options) => preview(options, deps));
  return command;
}

async function preview({ language, json, config: option }: Options, deps: RepliesPreviewDeps): Promise<void> {
  const settings = loadSettings(option, deps);
  if (!settings.ok) {
    printFaults(settings.faults, deps);
    deps.setExitCode(badConfigExitCode);
    return;
  }
  const { wording } = settings;
  if (language !== undefined && !wording.languages.includes(language)) {
    throw new Error(`there are no texts in \`${language}\`; expected ${alternatives(wording.languages)}`);
  }
  const languages = language === undefined ? wording.languages : [language];
  const measured = (await Promise.all(languages.map((one) => measureIn(wording, one)))).flat();
  deps.output.write(
    json ? measured.map((reply) => `${JSON.stringify(reply)}\n`).join('') : page(measured, deps.hasColour),
  );
  deps.setExitCode(measured.every(isFit) ? 0 : badConfigExitCode);
}

/** One line of the JSON, too: its names are for scripts to rely on. */
interface MeasuredReply {
  readonly language: string;
  readonly key: string;
  readonly text: string;
  readonly encoding: 'gsm7' | 'ucs2';
  readonly segments: number;
  /** Null where the text is no GSM-7. */
  readonly septets: number | null;
  /** As X counts: https://docs.x.com/fundamentals/counting-characters */
  readonly weightedLength: number;
  /** What an agency wrote is in it, so it may be two SMS. */
  readonly hasMessage: boolean;
}

async function measureIn(wording: Wording, language: string): Promise<MeasuredReply[]> {
  // Its tables of links take a seventh of a second to load, which no other command is to pay.
  const { default: twitterText } = await import('twitter-text');
  return worstCasesIn(wording, language).map(({ key, text, hasMessage }) => {
    const { encoding, segments } = splitText(text);
    const { weightedLength } = twitterText.parseTweet(text);
    return {
      language,
      key,
      text,
      encoding,
      segments: segments.length,
      septets: countSeptets(text),
      weightedLength,
      hasMessage,
    };
  });
}

const longestPost = 280;

/** A status with an agency's words may take two SMS, and more than one post. */
function isFit({ encoding, segments, weightedLength, hasMessage }: MeasuredReply): boolean {
  if (encoding !== 'gsm7' || segments > (hasMessage ? 2 : 1)) return false;
  return hasMessage || weightedLength <= longestPost;
}

function page(replies: readonly MeasuredReply[], hasColour: boolean): string {
  const keyWidth = Math.max(0, ...replies.map(({ key }) => key.length));
  const lines = replies.map((reply, index) => {
    const isFirst = replies[index - 1]?.language !== reply.language;
    const { language, key, text } = reply;
    const count = replies.filter((other) => other.language === language).length;
    const title = isFirst
      ? `${index === 0 ? '' : '\n'}${bold(`${language}: ${count} replies, each at its longest`, hasColour)}\n`
      : '';
    return `${title}\n${cyan(key.padEnd(keyWidth), hasColour)}  ${sizeOf(reply)}\n  ${text}\n`;
  });
  return lines.join('');
}

function sizeOf(reply: MeasuredReply): string {
  const { encoding, segments, septets, weightedLength } = reply;
  const units = septets === null ? '' : `  ${septets}/${segments === 1 ? 160 : segments * 153} septets`;
  const cut = weightedLength > longestPost && reply.hasMessage ? ', cut there' : '';
  const size = `${segments} SMS  ${encoding}${units}  post ${weightedLength}/${longestPost}${cut}`;
  return isFit(reply) ? size : `${size}  DOES NOT FIT`;
}

function bold(text: string, hasColour: boolean): string {
  return hasColour ? `\u001b[1m${text}\u001b[22m` : text;
}

function cyan(text: string, hasColour: boolean): string {
  return hasColour ? `\u001b[36m${text}\u001b[39m` : text;
}

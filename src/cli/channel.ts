import { Command } from 'commander';
import { type ChannelAct, type ChannelReport, channelActs } from '../control/protocol.js';
import { printable } from '../domain/printable.js';
import {
  askRunning,
  configOption,
  type OperatorDeps,
  operatorName,
  reasonOption,
  tellActed,
  unexpected,
} from './operator.js';
import { ageOf, secondOf, table } from './table.js';

const descriptions: Readonly<Record<ChannelAct, string>> = {
  pause: 'let no reply go out; links stay up and texts are taken in. Holds across restarts until `resume`',
  resume: 'end a pause or a drain: links come up, replies go out',
  drain: 'let what is under way end, then give the links up. Holds across restarts until `resume`',
  rebind: 'give the links up in good order and bind again',
};

/** `channel list | pause | resume | drain | rebind`: works one channel of the running gateway. */
export function channelCommand(deps: OperatorDeps): Command {
  const command = new Command('channel').description('see and work the channels of the running gateway');
  command
    .command('list')
    .description('show each channel: its state, its links, and the replies that wait for it')
    .option(...configOption)
    .option('--json', 'one JSON object per line')
    .action(async ({ config, json }: { config?: string; json?: true }) => {
      const answer = await askRunning(config, { command: 'channel list' }, deps);
      if (answer === null) return;
      if (answer.kind !== 'channels') throw unexpected(answer);
      const { channels } = answer;
      deps.output.write(json ? channels.map((channel) => `${JSON.stringify(channel)}\n`).join('') : pageOf(channels));
    });
  for (const act of channelActs) {
    command
      .command(act)
      .description(descriptions[act])
      .argument('<channel>', 'its name in the config')
      .option(...configOption)
      .option(...reasonOption)
      .action(async (channel: string, options: { config?: string; reason?: string }) => {
        const { config, reason = null } = options;
        const actor = operatorName(deps.env);
        const answer = await askRunning(config, { command: 'channel act', act, channel, actor, reason }, deps);
        if (answer === null) return;
        if (answer.kind !== 'acted') throw unexpected(answer);
        tellActed(answer, deps);
      });
  }
  return command;
}

function pageOf(channels: readonly ChannelReport[]): string {
  const nowMs = Date.now();
  const head = ['CHANNEL', 'ADAPTER', 'STATE', 'UNDER WAY', 'WAITING', 'OLDEST'];
  const rows = channels.map((channel) => [
    channel.id,
    channel.adapter ?? '-',
    channel.hold?.hold ?? (channel.adapter === null ? 'not configured' : channel.state),
    String(channel.repliesUnderWay),
    String(channel.repliesWaiting),
    channel.oldestReplyMs === null ? '-' : ageOf(channel.oldestReplyMs, nowMs),
  ]);
  return `${table([head, ...rows])}${channels.flatMap((channel) => notesOn(channel, nowMs)).join('')}`;
}

function notesOn({ id, hold, links, facts }: ChannelReport, nowMs: number): string[] {
  const held = hold === null ? [] : [`${hold.hold} since ${secondOf(hold.sinceMs)} by ${printable(hold.actor)}`];
  const told = links.map(({ name, state, sinceMs, detail, gauges = {} }) => {
    const unanswered = gauges.in_flight ? `, ${gauges.in_flight} unanswered` : '';
    return `${name}: ${state} for ${ageOf(sinceMs, nowMs)}${unanswered}${detail === '' ? '' : ` (${printable(detail)})`}`;
  });
  const found = Object.entries(facts).map(([name, value]) => `${name}: ${printable(String(value))}`);
  return [...held, ...told, ...found].map((line) => `  ${id}  ${line}\n`);
}

import { Command, InvalidArgumentError } from 'commander';
import { printable } from '../domain/printable.js';
import { type Status, statuses } from '../domain/status.js';
import type { DeskTicket, TicketDesk } from '../ports/ticketDesk.js';

/** What citizens read for each status, because officers know the Indonesian words; and what it wants with it. */
const statusWords: Readonly<Record<Status, { readonly word: string; readonly wants?: string }>> = {
  received: { word: 'Diterima' },
  verified: { word: 'Terverifikasi' },
  forwarded: { word: 'Terdisposisi', wants: '--agency' },
  in_progress: { word: 'Ditindaklanjuti' },
  needs_info: { word: 'Butuh keterangan', wants: 'the question in --message' },
  responded: { word: 'Ditanggapi', wants: 'the answer in --message' },
  closed: { word: 'Selesai' },
  postponed: { word: 'Ditunda', wants: 'the reason in --message' },
  rejected: { word: 'Bukan wewenang', wants: 'the reason in --message' },
  archived: { word: 'Diarsipkan', wants: 'the reason in --message' },
};

const titleMaxColumns = 44;
const listMax = 10_000;
/** The longest that a status event may carry. */
const messageMaxLength = 5_000;
const agencyMaxLength = 500;

/**
 * Opens the desk of the tracker that the config names, or rejects with a message for the operator (another
 * tracker adapter is configured, there is no file yet). `configFile` is what `--config` said, if anything.
 */
export type OpenDesk = (configFile?: string) => Promise<TicketDesk>;

/** Where the command's answer goes. */
export interface Output {
  write(text: string): unknown;
}

/** `tracker list` and `tracker set`: works the embedded tracker. */
export function trackerCommand(openDesk: OpenDesk, output: Output = process.stdout): Command {
  const command = new Command('tracker').description('work the tickets of the embedded tracker');
  command
    .command('list')
    .description('show the newest tickets')
    .option('--limit <n>', 'how many at most', limitOf, 50)
    .option('--json', 'one JSON object per line')
    .option('--config <file>', 'the gateway’s config file')
    .action(async (options: { limit: number; json?: true; config?: string }) => {
      const { tickets, total } = await withDesk(openDesk, options.config, (desk) => desk.list(options.limit));
      output.write(options.json ? tickets.map(jsonLine).join('') : page(tickets, total));
    });
  command
    .command('set')
    .description('move a ticket; the citizen is told')
    .argument('<trackingId>', 'such as 1000001 or #1000001', trackingIdOf)
    .argument('<status>', `one of ${statuses.join(', ')}`, statusOf)
    .option('--message <text>', 'what to tell the citizen', textOf('--message', messageMaxLength))
    .option('--agency <name>', 'the agency that has it now', textOf('--agency', agencyMaxLength))
    .option('--config <file>', 'the gateway’s config file')
    .action(
      async (trackingId: string, status: Status, options: { message?: string; agency?: string; config?: string }) => {
        const { config, ...change } = options;
        const ticket = await withDesk(openDesk, config, (desk) => desk.setStatus(trackingId, status, change));
        if (ticket === null)
          command.error(`error: no ticket #${trackingId}; \`lapor-gateway tracker list\` shows them`);
        else output.write(`#${ticket.trackingId} is now ${ticket.status} (${statusWords[ticket.status].word})\n`);
      },
    );
  return command;
}

async function withDesk<Result>(
  openDesk: OpenDesk,
  configFile: string | undefined,
  work: (desk: TicketDesk) => Result,
): Promise<Result> {
  const desk = await openDesk(configFile);
  try {
    return work(desk);
  } finally {
    desk.close();
  }
}

function limitOf(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > listMax) throw new InvalidArgumentError(`expected a number from 1 to ${listMax}.`);
  return limit;
}

function trackingIdOf(text: string): string {
  const match = /^#?([1-9]\d{0,14})$/.exec(text.trim());
  if (match?.[1] === undefined) throw new InvalidArgumentError('expected a number such as 1000001 or #1000001.');
  return match[1];
}

function statusOf(text: string): Status {
  const status = statuses.find((known) => known === text);
  if (status !== undefined) return status;
  throw new InvalidArgumentError(`expected one of:\n${statuses.map(statusLine).join('\n')}`);
}

function statusLine(status: Status): string {
  const { word, wants } = statusWords[status];
  return `  ${status.padEnd(12)} ${word}${wants === undefined ? '' : ` (${wants})`}`;
}

function textOf(option: string, maxLength: number): (text: string) => string {
  return (text) => {
    if (text.trim() === '') throw new InvalidArgumentError(`${option} is empty: leave it out or say something.`);
    if (text.length > maxLength) {
      throw new InvalidArgumentError(`${option} has ${text.length} characters; ${maxLength} fit.`);
    }
    return text;
  };
}

function jsonLine(ticket: DeskTicket): string {
  return `${JSON.stringify(ticket)}\n`;
}

/** A table, and how much of all it shows. */
function page(tickets: readonly DeskTicket[], total: number): string {
  if (total === 0) return 'No tickets yet.\n';
  const head = ['ID', 'STATUS', 'KIND', 'TITLE', 'RECEIVED', 'UPDATED'];
  const rows = [head, ...tickets.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const more = total > tickets.length ? `${tickets.length} newest of ${total}; --limit shows more\n` : '';
  return `${lines.join('\n')}\n${more}`;
}

function cells(ticket: DeskTicket): string[] {
  const { trackingId, status, kind, title, receivedAt, updatedAt } = ticket;
  return [`#${trackingId}`, status, kind, shortened(title), minuteOf(receivedAt), minuteOf(updatedAt)];
}

/** A citizen's words reach an officer's terminal here: no escape sequence, no line end, no direction change. */
function shortened(title: string): string {
  const clean = printable(title);
  const characters = [...clean];
  return characters.length <= titleMaxColumns ? clean : `${characters.slice(0, titleMaxColumns - 1).join('')}…`;
}

/** `2026-11-21 09:30Z`: officers sit in three time zones, so the zone is always said. */
function minuteOf(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')}Z`;
}

import { Command } from 'commander';
import { printable } from '../domain/printable.js';
import type { DeadLetter, Store } from '../ports/store.js';
import type { OpenStore } from './trace.js';

const configOption = [
  '-c, --config <file>',
  'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)',
] as const;

/** `dead-letters list | retry ID… | discard ID… --reason "…"`: what could not go on by itself. */
export function deadLettersCommand(openStore: OpenStore): Command {
  const command = new Command('dead-letters').description('see and work what could not go on by itself');
  command
    .command('list')
    .description('show the open dead letters, oldest first')
    .option(...configOption)
    .option('--json', 'one JSON object per line')
    .action(async (options: { config?: string; json?: true }) => {
      const letters = await withStore(openStore, options.config, (store) => store.deadLetters());
      process.stdout.write(
        options.json ? letters.map((letter) => `${JSON.stringify(letter)}\n`).join('') : pageOf(letters),
      );
    });
  command
    .command('retry')
    .description('put them back where they fell out; the running gateway takes them up within a second')
    .argument('<id...>', 'numbers from `dead-letters list`', collectIds, [])
    .option(...configOption)
    .action(async (ids: number[], options: { config?: string }) => {
      const done = await withStore(openStore, options.config, (store) => store.retryDeadLetters(ids, Date.now()));
      report(
        command,
        ids,
        done,
        'put back',
        'not open, or a part that could not be read: see `lapor-gateway parts redecode`',
      );
    });
  command
    .command('discard')
    .description('close them for good')
    .argument('<id...>', 'numbers from `dead-letters list`', collectIds, [])
    .requiredOption('--reason <text>', 'why, for those who read the trace later')
    .option(...configOption)
    .action(async (ids: number[], options: { config?: string; reason: string }) => {
      const done = await withStore(openStore, options.config, (store) =>
        store.discardDeadLetters(ids, options.reason, Date.now()),
      );
      report(command, ids, done, 'discarded', 'not open');
    });
  return command;
}

async function withStore<Value>(
  open: OpenStore,
  config: string | undefined,
  use: (store: Store) => Promise<Value>,
): Promise<Value> {
  const store = await open(config);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function collectIds(value: string, ids: number[]): number[] {
  const id = Number(value.replace(/^no\.?/i, ''));
  if (!Number.isSafeInteger(id) || id < 1)
    throw new Error(`\`${value}\` is no dead letter's number; see \`dead-letters list\``);
  return [...ids, id];
}

function report(command: Command, ids: readonly number[], done: readonly number[], verb: string, whyNot: string): void {
  if (done.length > 0) process.stdout.write(`${verb}: ${done.join(', ')}\n`);
  const rest = ids.filter((id) => !done.includes(id));
  if (rest.length > 0) command.error(`left as they are (${whyNot}): ${rest.join(', ')}`);
}

function pageOf(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return 'No dead letters: nothing waits for a person.\n';
  const rows = letters.map((letter) => [
    String(letter.id),
    new Date(letter.atMs).toISOString().slice(0, 19),
    letter.kind,
    letter.channelId,
    printable(letter.code),
    letter.subject,
    printable(letter.message),
  ]);
  const header = ['no.', 'since', 'kind', 'channel', 'code', 'subject', 'cause'];
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

import { Command, InvalidArgumentError } from 'commander';
import { printable, printableJson } from '../domain/printable.js';
import type { DeadLetter, Store } from '../ports/store.js';
import type { OpenStore } from './trace.js';

const configOption = [
  '-c, --config <file>',
  'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)',
] as const;

/** How many letters one transaction works: some milliseconds, so that a gateway beside it does not wait long. */
const batchSize = 200;

const whyPartsStay = 'a part that could not be read: see `lapor-gateway parts redecode`';

/** Which letters a command is to work. */
interface Choice {
  readonly config?: string;
  readonly all?: true;
  readonly code?: string;
}

/** `dead-letters list | retry … | discard … --reason "…"`: what could not go on by itself. */
export function deadLettersCommand(openStore: OpenStore): Command {
  const command = new Command('dead-letters').description('see and work what could not go on by itself');
  command
    .command('list')
    .description('show the open dead letters, oldest first')
    .option('--limit <n>', 'how many at most', countOf, 100)
    .option(...configOption)
    .option('--json', 'one JSON object per line')
    .action(async ({ config, limit, json }: { config?: string; limit: number; json?: true }) => {
      const { letters, total } = await withStore(openStore, config, async (store) => ({
        letters: await store.deadLetters({ limit }),
        total: (await store.counts()).deadLetters,
      }));
      process.stdout.write(
        json ? letters.map((letter) => `${printableJson(letter)}\n`).join('') : pageOf(letters, total),
      );
    });
  choosing(command.command('retry'))
    .description('put them back where they fell out; the running gateway takes them up within a second')
    .action(async (ids: number[], choice: Choice) => {
      const act = (store: Store, some: readonly number[]) => store.retryDeadLetters(some, Date.now());
      await work(command, openStore, ids, choice, { act, verb: 'put back', whyNot: `not open, or ${whyPartsStay}` });
    });
  choosing(command.command('discard'))
    .description('close them for good')
    .requiredOption('--reason <text>', 'why, for those who read the trace later')
    .action(async (ids: number[], choice: Choice & { reason: string }) => {
      const act = (store: Store, some: readonly number[]) => store.discardDeadLetters(some, choice.reason, Date.now());
      await work(command, openStore, ids, choice, { act, verb: 'discarded', whyNot: 'not open' });
    });
  return command;
}

function choosing(command: Command): Command {
  return command
    .argument('[id...]', 'numbers from `dead-letters list`', collectIds, [])
    .option('--all', 'all that are open now')
    .option('--code <code>', 'all that are open now and have this code')
    .option(...configOption);
}

interface Work {
  readonly act: (store: Store, ids: readonly number[]) => Promise<readonly number[]>;
  readonly verb: string;
  readonly whyNot: string;
}

async function work(command: Command, open: OpenStore, ids: number[], choice: Choice, how: Work): Promise<void> {
  const ways = [ids.length > 0, choice.all === true, choice.code !== undefined].filter(Boolean).length;
  if (ways !== 1) command.error('say which, one way: numbers from `dead-letters list`, or --code CODE, or --all');
  await withStore(open, choice.config, async (store) => {
    if (ids.length > 0) report(command, ids, await how.act(store, ids), how);
    else await workAll(store, choice.code, how);
  });
}

/** Works what was open when it began: what fails again meanwhile is a new letter, and would make it go on for ever. */
async function workAll(store: Store, code: string | undefined, { act, verb, whyNot }: Work): Promise<void> {
  const startedAtMs = Date.now();
  let [afterId, done, left] = [0, 0, 0];
  for (;;) {
    const page = await store.deadLetters({ limit: batchSize, afterId, ...(code === undefined ? {} : { code }) });
    const ids = page.filter(({ atMs }) => atMs <= startedAtMs).map(({ id }) => id);
    if (ids.length === 0) break;
    const worked = (await act(store, ids)).length;
    done += worked;
    left += ids.length - worked;
    afterId = page.at(-1)?.id ?? afterId;
  }
  process.stdout.write(`${verb}: ${done}\n${left === 0 ? '' : `left as they are (${whyNot}): ${left}\n`}`);
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

function countOf(value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return count;
}

function collectIds(value: string, ids: number[]): number[] {
  const id = Number(value.replace(/^no\.?/i, ''));
  if (!Number.isSafeInteger(id) || id < 1)
    throw new Error(`\`${value}\` is no dead letter's number; see \`dead-letters list\``);
  return [...ids, id];
}

function report(command: Command, ids: readonly number[], done: readonly number[], { verb, whyNot }: Work): void {
  if (done.length > 0) process.stdout.write(`${verb}: ${done.join(', ')}\n`);
  const rest = ids.filter((id) => !done.includes(id));
  if (rest.length > 0) command.error(`left as they are (${whyNot}): ${rest.join(', ')}`);
}

function pageOf(letters: readonly DeadLetter[], total: number): string {
  if (letters.length === 0) return 'No dead letters: nothing waits for a person.\n';
  const rows = letters.map((letter) => [
    String(letter.id),
    new Date(letter.atMs).toISOString().slice(0, 19),
    letter.kind,
    printable(letter.channelId),
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
  const more = letters.length < total ? `${letters.length} of ${total}; --limit ${total} shows all\n` : '';
  return `${lines.join('\n')}\n${more}`;
}

import { Command, InvalidArgumentError } from 'commander';
import { printable, printableJson } from '../domain/printable.js';
import type { ActResult } from '../ports/operations.js';
import type { DeadLetter, Store } from '../ports/store.js';
import { inTrail } from './inTrail.js';
import { configOption, reasonOf, reasonOption } from './operator.js';
import type { OpenStore } from './trace.js';

/** How many letters one transaction works: some milliseconds, so that a gateway beside it does not wait long. */
const batchSize = 200;

const whyPartsStay = 'a part that could not be read: see `lapor-gateway parts redecode`';

/** Which letters a command is to work. */
interface Choice {
  readonly config?: string;
  readonly reason?: string;
  readonly all?: true;
  readonly code?: string;
}

export interface DeadLettersDeps {
  readonly openStore: OpenStore;
  /** Who types, for the audit trail. */
  readonly operator: string;
}

/** `dead-letters list | retry … | discard … --reason "…"`: what could not go on by itself. */
export function deadLettersCommand(deps: DeadLettersDeps): Command {
  const { openStore } = deps;
  const command = new Command('dead-letters').description('see and work what could not go on by itself');
  command
    .command('list')
    .description('show the open dead letters, oldest first')
    .option('--limit <n>', 'how many at most', limitOf, 100)
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
    .option(...reasonOption)
    .action(async (ids: number[], choice: Choice) => {
      const act = (store: Store, some: readonly number[]) => store.retryDeadLetters(some, Date.now());
      await work(command, deps, ids, choice, {
        act,
        name: 'retry',
        verb: 'put back',
        whyNot: `not open, or ${whyPartsStay}`,
      });
    });
  choosing(command.command('discard'))
    .description('close them for good')
    .requiredOption('-r, --reason <text>', 'why, for those who read the trace later', reasonOf)
    .action(async (ids: number[], choice: Choice & { reason: string }) => {
      const act = (store: Store, some: readonly number[]) => store.discardDeadLetters(some, choice.reason, Date.now());
      await work(command, deps, ids, choice, { act, name: 'discard', verb: 'discarded', whyNot: 'not open' });
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
  readonly name: 'retry' | 'discard';
  readonly verb: string;
  readonly whyNot: string;
}

/** What came of it, and the letters that were left as they are. */
interface Worked {
  readonly done: readonly number[] | number;
  readonly left: readonly number[] | number;
}

async function work(command: Command, deps: DeadLettersDeps, ids: number[], choice: Choice, how: Work): Promise<void> {
  const { config, all, code, reason = null } = choice;
  const ways = [ids.length > 0, all === true, code !== undefined].filter(Boolean).length;
  if (ways !== 1) command.error('say which, one way: numbers from `dead-letters list`, or --code CODE, or --all');
  const noted = { actor: deps.operator, act: `dead-letters ${how.name}`, subject: subjectOf(ids, code), reason };
  const doIt = (store: Store) => (ids.length > 0 ? workNamed(store, ids, how) : workAll(store, code, how));
  const { done, left } = await withStore(deps.openStore, config, (store) =>
    inTrail(store, noted, async () => {
      const worked = await doIt(store);
      const [doneCount, leftCount] = [countOf(worked.done), countOf(worked.left)];
      const result: ActResult = doneCount === 0 && leftCount > 0 ? 'refused' : 'done';
      const rest = leftCount === 0 ? '' : `; left as they are: ${leftCount}`;
      return { ...worked, result, detail: `${how.verb}: ${doneCount}${rest}` };
    }),
  );
  report(command, { done, left }, how);
}

/** The trail shows which were meant; a list without end would hide the rest of it. */
const namedInTrailMax = 20;

function subjectOf(ids: readonly number[], code: string | undefined): string {
  if (ids.length === 0) return code === undefined ? 'all' : `all of code ${printable(code)}`;
  const more = ids.length - namedInTrailMax;
  return `no. ${ids.slice(0, namedInTrailMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function workNamed(store: Store, ids: readonly number[], { act }: Work): Promise<Worked> {
  const done = await act(store, ids);
  return { done, left: ids.filter((id) => !done.includes(id)) };
}

/** Works what was open when it began: what fails again meanwhile is a new letter, and would make it go on for ever. */
async function workAll(store: Store, code: string | undefined, { act }: Work): Promise<Worked> {
  const startedAtMs = Date.now();
  let [afterId, done, left] = [0, 0, 0];
  for (;;) {
    const page = await store.deadLetters({ limit: batchSize, afterId, ...(code === undefined ? {} : { code }) });
    const ids = page.filter(({ atMs }) => atMs <= startedAtMs).map(({ id }) => id);
    if (ids.length === 0) return { done, left };
    const worked = (await act(store, ids)).length;
    done += worked;
    left += ids.length - worked;
    afterId = page.at(-1)?.id ?? afterId;
  }
}

/** Letters that were named and could not be worked are a failure of the command; of all, some may be past it. */
function report(command: Command, { done, left }: Worked, { verb, whyNot }: Work): void {
  const isNamed = typeof left !== 'number';
  if (!isNamed || countOf(done) > 0) process.stdout.write(`${verb}: ${told(done)}\n`);
  if (countOf(left) === 0) return;
  const rest = `left as they are (${whyNot}): ${told(left)}`;
  if (isNamed) command.error(rest);
  process.stdout.write(`${rest}\n`);
}

function countOf(letters: readonly number[] | number): number {
  return typeof letters === 'number' ? letters : letters.length;
}

function told(letters: readonly number[] | number): string {
  return typeof letters === 'number' ? String(letters) : letters.join(', ');
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

function limitOf(value: string): number {
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

import { Command, InvalidArgumentError } from 'commander';
import { printable } from '../domain/printable.js';
import type { Act } from '../ports/operations.js';
import { configOption } from './operator.js';
import { secondOf, table } from './table.js';
import type { OpenStore } from './trace.js';
import type { Output } from './tracker.js';

const limitDefault = 50;
const limitMax = 10_000;

/** `audit`: who did what to the gateway, when, and what came of it. Reads the store; the gateway need not run. */
export function auditCommand(openStore: OpenStore, output: Output = process.stdout): Command {
  return new Command('audit')
    .description('show what operators did to the gateway, the newest first')
    .option('-n, --limit <n>', 'how many at most', limitOf, limitDefault)
    .option('-s, --subject <name>', 'only what was done to this channel, part or file')
    .option(...configOption)
    .option('--json', 'one JSON object per line')
    .action(async (options: { limit: number; subject?: string; config?: string; json?: true }) => {
      const { limit, subject } = options;
      const store = await openStore(options.config);
      try {
        const acts = await store.acts({ limit, ...(subject === undefined ? {} : { subject }) });
        output.write(options.json ? acts.map((act) => `${JSON.stringify(act)}\n`).join('') : pageOf(acts));
      } finally {
        await store.close();
      }
    });
}

function limitOf(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > limitMax) throw new InvalidArgumentError(`expected a number from 1 to ${limitMax}.`);
  return limit;
}

function pageOf(acts: readonly Act[]): string {
  if (acts.length === 0) return 'Nobody has done anything to it yet.\n';
  const head = ['NO.', 'WHEN', 'WHO', 'WHAT', 'TO', 'RESULT', 'DETAIL'];
  return table([head, ...acts.map(cellsOf)]);
}

function cellsOf({ id, atMs, actor, act, subject, reason, end }: Act): string[] {
  const said = reason === null ? '' : ` (reason: ${reason})`;
  const detail = end?.detail ?? 'under way, or the gateway ended before it did';
  return [String(id), secondOf(atMs), actor, act, subject, end?.result ?? 'unfinished', `${detail}${said}`].map(
    printable,
  );
}

import { Command } from 'commander';
import { isPostgres, shownStoreUrl, sqliteFile, storeUrlFault } from '../config/storeUrl.js';
import { copyStore } from '../copy/copyStore.js';
import type { CopySource, CopyTarget } from '../ports/storeCopy.js';
import type { Output } from './tracker.js';

export interface StoreDeps {
  readonly openSource: (file: string) => CopySource;
  readonly openTarget: (url: string) => Promise<CopyTarget>;
  readonly output: Output;
}

/** `store copy --from sqlite:FILE --to postgres://…`: moves a store to PostgreSQL while no gateway runs. */
export function storeCommand(deps: StoreDeps): Command {
  const copy = new Command('copy')
    .description('copy a SQLite store to an empty PostgreSQL database; run it again to go on after it was broken off')
    .requiredOption('--from <url>', 'the store to copy, as sqlite:FILE; its gateway must be stopped')
    .requiredOption('--to <url>', 'where to, as postgres://USER:PASSWORD@HOST/DATABASE')
    .action(({ from, to }: { from: string; to: string }) => run(from, to, deps));
  return new Command('store').description('move the store').addCommand(copy);
}

async function run(from: string, to: string, deps: StoreDeps): Promise<void> {
  const file = sqliteFile(from);
  if (file === null || storeUrlFault(from) !== null) throw new Error('--from: expected sqlite:FILE');
  const fault = storeUrlFault(to);
  if (!isPostgres(to) || fault !== null) throw new Error(`--to: ${fault ?? 'expected postgres://USER@HOST/DATABASE'}`);
  const source = deps.openSource(file);
  try {
    const target = await deps.openTarget(to);
    try {
      const copied = await copyStore(source, target, (line) => deps.output.write(`${line}\n`));
      const rows = copied.reduce((sum, table) => sum + table.rows, 0);
      deps.output.write(
        `${rows} rows copied and compared. Set store.url to ${shownStoreUrl(to)} (with its password) and start the gateways.\n`,
      );
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}

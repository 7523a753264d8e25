import { parseArgs } from 'node:util';

export const storeKinds = ['sqlite', 'postgres'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** With less, too little waits in each queue to see all that is done with it. */
export const fewestMessages = 20_000;

export interface FullStoreOptions {
  readonly stores: readonly StoreKind[];
  readonly messages: number;
  /** Length of each measurement of the intake; 0: none is taken. */
  readonly seconds: number;
  readonly rounds: number;
  /** Where databases go: a real disk. */
  readonly folder: string;
  /** A server in place of one of our own. */
  readonly postgresUrl: string | null;
  readonly keep: boolean;
}

export const usage = `npm run bench:full-store -- [options]
  Fills a store of each kind with messages of a year, explains every statement that it then makes (exit 1 when one
  leaves its index), and measures the intake of the full store against that of an empty one, in turns.

  --messages N      stored messages (default 10000000: some 10 GB on SQLite, 17 GB on PostgreSQL)
  --stores a,b      ${storeKinds.join(',')} (default: both)
  --seconds N       length of each measurement of the intake; 0 takes none (default 10)
  --rounds N        turns of full and empty, of which the middle one counts (default 3)
  --dir FOLDER      where databases go; must be a real disk (default data)
  --postgres URL    a server of yours, on which databases are made, in place of one of its own
  --keep            leaves the filled SQLite file, and with --postgres the filled database, and uses what is left from
                    a run before
  --help
`;

/** Throws an Error whose message says what was found and what was expected; null where only help is asked for. */
export function parseOptions(args: readonly string[]): FullStoreOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      messages: { type: 'string', default: '10000000' },
      stores: { type: 'string', default: storeKinds.join(',') },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
      dir: { type: 'string', default: 'data' },
      postgres: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    stores: storeList(values.stores),
    messages: wholeNumber('messages', values.messages, fewestMessages),
    seconds: wholeNumber('seconds', values.seconds, 0),
    rounds: wholeNumber('rounds', values.rounds, 1),
    folder: values.dir,
    postgresUrl: values.postgres ?? null,
    keep: values.keep,
  };
}

function storeList(list: string): StoreKind[] {
  const wanted = list.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !storeKinds.some((known) => known === name));
  if (unknown.length > 0) {
    throw new Error(`--stores: no store "${unknown.join(', ')}"; there are ${storeKinds.join(', ')}`);
  }
  return storeKinds.filter((name) => wanted.includes(name));
}

function wholeNumber(option: string, text: string, atLeast: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= atLeast) return value;
  throw new Error(`--${option}: found "${text}", expected a whole number of at least ${atLeast}`);
}

import { type Db, openDatabase } from '../../../adapters/stores/sqlite/database.js';
import { storeOver } from '../../../adapters/stores/sqlite/index.js';
import { joinParts } from '../../../src/intake/joinParts.js';
import type { Store } from '../../../src/ports/store.js';
import { type Allowance, judged, type Offences, oneLine, type PlanVerdict } from './judging.js';

/** Statements of the SQLite store that may read a whole table or index, and why that is bounded or rare. */
export const sqliteAllowances: readonly Allowance[] = [
  { sql: /SELECT count\(\*\)/, why: 'asked for by a metrics scrape, never by the flow of messages' },
  { sql: /DELETE FROM part_fingerprints WHERE received_ms/, why: 'once an hour, over what was not settled within one' },
  { sql: /(FROM|UPDATE) leases/, why: 'there are no more of them than claims under way' },
  {
    sql: /^SELECT (1 FROM \w+ .*LIMIT 1|EXISTS \(SELECT 1 FROM \w+ INDEXED BY \w+_held WHERE state <> 0\))$/,
    why: 'reads the first entry, to learn whether there is any',
  },
  { sql: /FROM acts ORDER BY id DESC LIMIT/, why: 'an operator asks; it reads as many as it shows' },
  {
    sql: /DELETE FROM acts WHERE at_ms/,
    why: 'from the oldest on, as many as it takes and the few that hold channels',
  },
  { sql: /FROM channel_holds h/, why: 'at a start and when an operator asks; there are no more than channels' },
  { sql: /FROM channels ORDER BY id/, why: 'asked for by a metrics scrape; there are few channels' },
  { sql: /FROM (part_sets|early_receipts) .*GROUP BY channel_id/, why: 'asked for by a metrics scrape' },
  { sql: /FROM dead_letters d INDEXED BY dead_letters_open/, why: 'an operator asks; it reads what is open' },
  { sql: /WHERE p.report_seq = \? AND p.duplicate = 0/, why: 'sorts the pieces of one message' },
];

/** An open store that tells of each statement. */
export interface Overheard {
  readonly store: Store;
  readonly db: Db;
  /** SQLite prepares all statements of a store when it is opened: none can be missed. */
  readonly statements: ReadonlySet<string>;
}

/** Opens the store of a file; nobody else may run on it. */
export function overhearSqlite(file: string): Overheard {
  const db = openDatabase(file);
  const prepare = db.prepare.bind(db);
  const statements = new Set<string>();
  const recording = (sql: string): ReturnType<Db['prepare']> => {
    if (/^\s*(SELECT|UPDATE|DELETE|INSERT|WITH)/i.test(sql)) statements.add(sql);
    return prepare(sql);
  };
  const store = storeOver(Object.assign(db, { prepare: recording }), { joinParts }, null);
  Object.assign(db, { prepare });
  return { store, db, statements };
}

/** SQLite's plan for each statement, each in one line. */
export function sqlitePlans(db: Db, statements: Iterable<string>): Map<string, string> {
  return new Map([...statements].map((sql) => [oneLine(sql), planOf(db, sql)]));
}

function planOf(db: Db, sql: string): string {
  // What is bound does not change the plan; that it is not bound is no matter for a plan either.
  const explained = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/\?|@\w+/g, '1')}`);
  return explained
    .all()
    .map(({ detail }) => detail)
    .join('; ');
}

/** Not tables: a statement's own list of arguments, a row of constants, and the rows of a query within it. */
const scansOfArguments = /SCAN (\w+ (EXISTS )?VIRTUAL TABLE|CONSTANT ROW|\(subquery-\d+\))/g;

export function sqliteOffences(plans: ReadonlyMap<string, string>): Offences {
  const leavesIndex = (plan: string): boolean => /\bSCAN\b|TEMP B-TREE/.test(plan.replaceAll(scansOfArguments, ''));
  return new Map([...plans].map(([sql, plan]) => [sql, leavesIndex(plan) ? [plan] : []]));
}

/** All statements of an open store, as SQLite plans them. */
export function judgeSqlite({ db, statements }: Overheard): PlanVerdict {
  return judged(sqliteOffences(sqlitePlans(db, statements)), sqliteAllowances);
}

import { Client, type QueryResult, type QueryResultRow } from 'pg';
import { setSession } from '../../../adapters/stores/postgres/database.js';
import { openPostgresStore } from '../../../adapters/stores/postgres/index.js';
import { joinParts } from '../../../src/intake/joinParts.js';
import { type Allowance, judged, type Offences, oneLine, type PlanVerdict } from './judging.js';
import { type WholeWay, walkWholeWay } from './wholeWay.js';

/** Statements of the PostgreSQL store that may read a whole table or index, and why that is bounded or rare. */
export const postgresAllowances: readonly Allowance[] = [
  { sql: /count\(\*\)/, why: 'asked for by a metrics scrape, never by the flow of messages' },
  { sql: /DELETE FROM part_fingerprints WHERE received_ms/, why: 'once an hour, over what was not settled within one' },
  {
    sql: /node NOT IN \(SELECT number FROM nodes\)/,
    why: 'every four seconds, over what is under way and what is to be tried again',
  },
  {
    sql: /DELETE FROM acts WHERE at_ms/,
    why: 'from the oldest on, as many as it takes and the few that hold channels',
  },
  { sql: /FROM acts (WHERE subject = \$2 )?ORDER BY id DESC LIMIT/, why: 'an operator asks, of what operators did' },
  { sql: /FROM dead_letters d JOIN parts/, why: 'an operator asks; it reads what is open' },
];

/** Tables that stay so small that it does not matter how they are read. */
const smallTables: ReadonlyMap<string, string> = new Map([
  ['channels', 'as many as are configured'],
  ['channel_holds', 'no more than channels'],
  ['nodes', 'a node is a machine'],
  ['turns', 'as many as sessions of channels and jobs'],
]);

/** A statement that a store sent, and what it was first sent with. */
export type Heard = ReadonlyMap<string, readonly unknown[]>;

type Query = typeof Client.prototype.query;

const limits = { poolMax: 6, connectTimeoutMs: 10_000, statementTimeoutMs: 15_000 };

/** Leads through all that the store of a filled database does. @returns also every statement that it sent. */
export async function walkPostgres(
  url: string,
  nowMs: number,
  slices: number,
): Promise<{ way: WholeWay; heard: Heard }> {
  const ways: WholeWay[] = [];
  const heard = await overhearPostgres(async () => {
    const store = await openPostgresStore({ urls: [url], ...limits, rules: { joinParts }, role: 'gateway' });
    try {
      ways.push(await walkWholeWay(store, nowMs, slices));
    } finally {
      await store.close();
    }
  });
  const [way] = ways;
  if (way === undefined) throw new TypeError('the way led nowhere');
  return { way, heard };
}

/** Listens to all connections of this process while `work` is done. @returns every statement that was prepared. */
async function overhearPostgres(work: () => Promise<unknown>): Promise<Heard> {
  const heard = new Map<string, readonly unknown[]>();
  const query: Query = Client.prototype.query;
  Client.prototype.query = function listen(this: Client, ...args: unknown[]) {
    const [first] = args as [{ text?: string; name?: string; values?: readonly unknown[] } | string];
    if (typeof first === 'object' && first.name !== undefined && first.text !== undefined && !heard.has(first.text)) {
      heard.set(first.text, first.values ?? []);
    }
    return Reflect.apply(query, this, args);
  } as Query;
  try {
    await work();
  } finally {
    Client.prototype.query = query;
  }
  return heard;
}

/** Of PostgreSQL's plans as JSON, what is looked at. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly PlanNode[];
}

interface ExplainRow {
  readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
}

/** Sorting so many rows is no matter. */
const sortedRowsMax = 20_000;

const indexScans: ReadonlySet<string> = new Set(['Index Scan', 'Index Only Scan', 'Bitmap Index Scan']);

/** What a plan does that no hot query may, node by node. */
function offencesOf(node: PlanNode, parent?: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index, 'Plan Rows': rows } = node;
  // As for a greatest number: the first entry, from one end or the other.
  const isFirst = parent?.['Node Type'] === 'Limit' && parent['Plan Rows'] <= 1 && node.Filter === undefined;
  const isSmall = table !== undefined && smallTables.has(table);
  const own = [
    ...(type === 'Seq Scan' && !isSmall ? [`reads ${table} from end to end`] : []),
    ...(indexScans.has(type) && !isSmall && !isFirst && node['Index Cond'] === undefined
      ? [`reads ${index} from end to end`]
      : []),
    ...(type === 'Sort' && rows > sortedRowsMax ? [`sorts some ${rows} rows`] : []),
  ];
  return [...own, ...(node.Plans ?? []).flatMap((child) => offencesOf(child, node))];
}

/** Explains statements as the sessions of the store have them. */
class Explainer {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<Explainer> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await setSession(client, 0);
    return new Explainer(client);
  }

  /** The plan that a prepared statement keeps: for any arguments. */
  async generic(sql: string): Promise<PlanNode> {
    return planIn(await this.#explainPrepared<ExplainRow>(sql, 'FORMAT JSON'));
  }

  /** The plan for these arguments. */
  async custom(sql: string, values: readonly unknown[]): Promise<PlanNode> {
    return planIn(await this.client.query<ExplainRow>(`EXPLAIN (FORMAT JSON) ${sql}`, [...values]));
  }

  /** The generic plan as a person reads it. */
  async text(sql: string): Promise<string> {
    const { rows } = await this.#explainPrepared<{ 'QUERY PLAN': string }>(sql, 'COSTS OFF');
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** PostgreSQL 15 has no EXPLAIN (GENERIC_PLAN): the session's settings see to it that the plan is generic. */
  async #explainPrepared<Row extends QueryResultRow>(sql: string, how: string): Promise<QueryResult<Row>> {
    await this.client.query(`PREPARE explained AS ${sql}`);
    const count = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
    const values = count === 0 ? '' : `(${Array.from({ length: count }, () => 'NULL').join(', ')})`;
    const explained = await this.client.query<Row>(`EXPLAIN (${how}) EXECUTE explained${values}`);
    await this.client.query('DEALLOCATE explained');
    return explained;
  }
}

function planIn({ rows }: { rows: readonly ExplainRow[] }): PlanNode {
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw new TypeError('EXPLAIN said nothing');
  return plan;
}

/** The plan that each statement keeps, for a person. */
export async function postgresPlans(url: string, heard: Heard): Promise<ReadonlyMap<string, string>> {
  const explainer = await Explainer.open(url);
  try {
    const plans = new Map<string, string>();
    for (const sql of heard.keys()) plans.set(oneLine(sql), await explainer.text(sql));
    return plans;
  } finally {
    await explainer.close();
  }
}

/** What was heard, as the database plans it with the statistics that it has now: for any arguments, and for those heard. */
export async function judgePostgres(url: string, heard: Heard): Promise<PlanVerdict> {
  const explainer = await Explainer.open(url);
  try {
    const offences = new Map<string, readonly string[]>();
    for (const [sql, values] of heard) {
      const plans = [await explainer.generic(sql), await explainer.custom(sql, values)];
      offences.set(oneLine(sql), [...new Set(plans.flatMap((plan) => offencesOf(plan)))]);
    }
    return judged(offences satisfies Offences, postgresAllowances);
  } finally {
    await explainer.close();
  }
}

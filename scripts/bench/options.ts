import { parseArgs } from 'node:util';

export const scenarioNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'x'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface BenchOptions {
  readonly only: readonly ScenarioName[];
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Telcos, each with one link. */
  readonly sessions: number;
  /** deliver_sm unacknowledged on each link. */
  readonly window: number;
  /** Messages on their way to a reply, on each link, where replies are measured. */
  readonly unanswered: number;
  readonly senders: number;
  /** Reports waiting for a dead tracker in scenario e. */
  readonly backlog: number;
  /** Where databases and spools go: a real disk. */
  readonly folder: string;
  readonly jsonFile: string | null;
  readonly profile: boolean;
}

export const usage = `npm run bench -- [options]
  --only a,b,…      scenarios: a codec's limit, b durable intake, c whole way, d Kannel, e a backlog, f webhooks,
                    g PostgreSQL, h understanding texts, x a burst of mentions on X  (default: all)
  --seconds N       length of each measurement after its warm-up (default 10)
  --sessions N      telcos, each with one link (default 3)
  --window N        deliver_sm unacknowledged on each link (default 100)
  --unanswered N    messages on their way to a reply on each link, where replies are measured (default 300)
  --senders N       citizens who take turns (default 10000)
  --backlog N       reports waiting for a dead tracker in e (default 1000000)
  --short           3 seconds each and a backlog of 50000: to see that all runs, not to quote
  --dir FOLDER      where databases and spools go; must be a real disk (default data)
  --json FILE       writes all figures there as well
  --profile         CPU profiles of the gateway, into the same folder
`;

const wholeWarmupMs = 2_000;
const shortWarmupMs = 1_000;

/** Throws an Error whose message says what was found and what was expected. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: scenarioNames.join(',') },
      seconds: { type: 'string' },
      sessions: { type: 'string', default: '3' },
      window: { type: 'string', default: '100' },
      unanswered: { type: 'string', default: '300' },
      senders: { type: 'string', default: '10000' },
      backlog: { type: 'string' },
      short: { type: 'boolean', default: false },
      dir: { type: 'string', default: 'data' },
      json: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  return {
    only: scenarioList(values.only),
    warmupMs: values.short ? shortWarmupMs : wholeWarmupMs,
    measureMs: 1000 * positive('seconds', values.seconds ?? (values.short ? '3' : '10')),
    sessions: positive('sessions', values.sessions),
    window: positive('window', values.window),
    unanswered: positive('unanswered', values.unanswered),
    senders: positive('senders', values.senders),
    backlog: positive('backlog', values.backlog ?? (values.short ? '50000' : '1000000')),
    folder: values.dir,
    jsonFile: values.json ?? null,
    profile: values.profile,
  };
}

function scenarioList(list: string): ScenarioName[] {
  const wanted = list.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !scenarioNames.some((known) => known === name));
  if (unknown.length > 0)
    throw new Error(`--only: no scenario "${unknown.join(', ')}"; there are ${scenarioNames.join(', ')}`);
  return scenarioNames.filter((name) => wanted.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${option}: found "${text}", expected a whole number above 0`);
}

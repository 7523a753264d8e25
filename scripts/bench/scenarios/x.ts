import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type RunningX, startX } from '../../simulators/x/index.js';
import type { Bench } from '../bench.js';
import { freePort } from '../freePort.js';
import { runGateway } from '../gateway/gateway.js';
import type { Burst } from '../measurement.js';
import { processUse } from '../procfs.js';
import { GatewayWatch } from '../x/gatewayWatch.js';

/**
 * A burst of mentions on X: whether all come in and are answered within X's limits, in order, and what that costs beside
 * the least that X could charge. The simulated X keeps X's limits and bills like X; its 15 minutes are shorter, and all
 * times of the gateway's with them.
 */

const mentions = 1_000;
const prices = { ownedRead: 0.001, read: 0.005, post: 0.01 };
const limitMs = 180_000;
const windowMs = 900_000;
const quarter = 0.25;

interface Plan {
  readonly label: string;
  /** How long the mentions take to be posted, by X's time. */
  readonly overMs: number;
  /** Answers take 150 minutes: X allows 100 in 15. Reading is measured at a pace that leaves more time to each request. */
  readonly isAnswered: boolean;
  readonly fasterBy: number;
  readonly isJudged: boolean;
}

const plans: readonly Plan[] = [
  { label: 'over a minute, answered', overMs: 60_000, isAnswered: true, fasterBy: 180, isJudged: true },
  { label: 'over 10 s, read', overMs: 10_000, isAnswered: false, fasterBy: 10, isJudged: true },
  // X's timeline ends after 800: of more between two readings the rest comes by search, at five times the price.
  { label: 'in one instant, read', overMs: 0, isAnswered: false, fasterBy: 10, isJudged: false },
];

export async function xBursts(bench: Bench): Promise<Burst[]> {
  const found: Burst[] = [];
  for (const plan of plans) {
    const burst = await measureBurst(bench, plan);
    const over = ((burst.costUsd / burst.floorUsd - 1) * 100).toFixed(1);
    bench.say(`  ${mentions} mentions ${plan.label}: ${over} % over the least that X could charge`);
    found.push(burst);
  }
  return found;
}

async function measureBurst(bench: Bench, plan: Plan): Promise<Burst> {
  const x = await startX({ switches: { windowMs: windowMs / plan.fasterBy } });
  const folder = join(bench.folder, `x ${plan.label}`);
  const httpPort = await freePort();
  const config = stringify(configOf(plan, x.port, httpPort, folder));
  const gateway = await runGateway({ folder, httpPort, config, profileFolder: bench.profileFolder }, bench.processes);
  const watch = new GatewayWatch(`http://127.0.0.1:${httpPort}`, gateway.gone);
  try {
    await watch.until('the gateway reads', limitMs, () => x.simulator.requests.has('getUsersMentions 200'));
    let replies = 0;
    x.simulator.onEvent((event) => {
      if (event.kind === 'posted' && event.post.author === x.simulator.service) replies += 1;
    });
    const startMs = performance.now();
    const posted = await postAll(x, plan);
    const isDone = () => watch.taken >= mentions && (!plan.isAnswered || replies >= mentions);
    await watch.until(`all are ${plan.isAnswered ? 'answered' : 'read'}`, limitMs, isDone);
    const minutes = ((performance.now() - startMs) * plan.fasterBy) / 60_000;
    const heapGrowthMb = plan.isAnswered ? watch.heapGrowthMb(quarter) : null;
    const peakMb = processUse(gateway.pid)?.peakResidentMb ?? null;
    return { ...resultOf(x, plan, posted), taken: watch.taken, minutes, heapGrowthMb, peakMb };
  } finally {
    await gateway.kill();
    await x.close();
  }
}

async function postAll({ simulator }: RunningX, { overMs, fasterBy }: Plan): Promise<string[]> {
  const startMs = performance.now();
  const posted: string[] = [];
  while (posted.length < mentions) {
    const share = overMs === 0 ? 1 : ((performance.now() - startMs) * fasterBy) / overMs;
    const due = Math.min(mentions, Math.ceil(share * mentions));
    while (posted.length < due) {
      const text = `@lapor1708 lampu jalan nomor ${posted.length} mati di Jl. Condrokusumo, Kota Semarang`;
      posted.push(simulator.publish(simulator.people.called(`warga${posted.length}`), { text }).id);
    }
    await pause(1);
  }
  return posted;
}

type Seen = Omit<Burst, 'taken' | 'minutes' | 'heapGrowthMb' | 'peakMb'>;

function resultOf({ simulator }: RunningX, { label, isAnswered, isJudged }: Plan, posted: readonly string[]): Seen {
  const { units, totalUsd } = simulator.bill.summary;
  const readUsd = units.ownedRead * prices.ownedRead + units.postRead * prices.read;
  return {
    label,
    mentions,
    isJudged,
    replies: isAnswered ? repliesTo(posted, simulator.posts) : null,
    limited: [...simulator.requests].reduce((sum, [name, count]) => sum + (name.endsWith(' 429') ? count : 0), 0),
    costUsd: isAnswered ? totalUsd : readUsd,
    floorUsd: mentions * (prices.ownedRead + (isAnswered ? prices.post : 0)),
  };
}

function repliesTo(posted: readonly string[], posts: RunningX['simulator']['posts']): Burst['replies'] {
  const answers = posted.map((id) => posts.conversation(id, '0').slice(1));
  const firsts = answers.flatMap(([first]) => first?.id ?? []);
  return {
    answered: firsts.length,
    twice: answers.filter(({ length }) => length > 1).length,
    outOfOrder: firsts.filter((id, index) => BigInt(id) < BigInt(firsts[index - 1] ?? '0')).length,
  };
}

/** As the defaults are for X itself, only faster. */
function configOf({ fasterBy }: Plan, xPort: number, httpPort: number, folder: string): object {
  return {
    server: { port: httpPort },
    store: { url: `sqlite:${join(folder, 'gateway.db')}`, controlSocket: join(folder, 'control') },
    tracker: { adapter: 'embedded', file: join(folder, 'tracker.db') },
    channels: {
      twitter: {
        adapter: 'twitter',
        handle: 'lapor1708',
        apiUrl: `http://127.0.0.1:${xPort}`,
        consumerKey: 'sim-consumer-key',
        consumerSecret: 'sim-consumer-secret',
        accessToken: 'sim-access-token',
        accessTokenSecret: 'sim-access-secret',
        pollSeconds: 5 / fasterBy,
        searchSeconds: 60 / fasterBy,
        directMessageSeconds: 90 / fasterBy,
      },
    },
    log: { level: 'warn' },
  };
}

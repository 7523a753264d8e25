import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fact } from '../../chaos/fact.js';
import { GatewayProcess } from '../../chaos/gatewayProcess.js';
import { startX } from '../../simulators/x/index.js';
import { processUse } from '../procfs.js';
import { type Column, table } from '../table.js';

/**
 * A burst of mentions on X: whether all come in and are answered within X's limits, in order, and what that costs beside
 * the least that X could charge. `npm run bench:x`; exits 1 above the target. The simulated X keeps X's limits and bills
 * like X; its 15 minutes last 9 s, so everything is a hundred times as fast.
 */

const fasterBy = 100;
const windowMs = 900_000 / fasterBy;
const mentions = 1_000;
const targetOverPercent = 2;
const prices = { ownedRead: 0.001, post: 0.01 };
const limitMs = 300_000;

interface Burst {
  readonly label: string;
  /** How long the mentions take to be posted, by X's time. */
  readonly overMs: number;
  readonly judged: boolean;
}

const bursts: readonly Burst[] = [
  { label: 'over a minute', overMs: 60_000, judged: true },
  // The timeline ends after 800 posts: the rest come by search, which costs five times as much.
  { label: 'in one instant', overMs: 0, judged: false },
];

interface Row {
  readonly burst: Burst;
  readonly answered: number;
  readonly twice: number;
  readonly outOfOrder: number;
  readonly refusals: number;
  readonly minutes: number;
  readonly costUsd: number;
  readonly peakMb: number | null;
}

const floorUsd = mentions * (prices.ownedRead + prices.post);

const columns: readonly Column<Row>[] = [
  { title: `${mentions} mentions`, align: 'left', cell: ({ burst }) => burst.label },
  { title: 'answered', align: 'right', cell: ({ answered }) => String(answered) },
  { title: 'twice', align: 'right', cell: ({ twice }) => String(twice) },
  { title: 'out of order', align: 'right', cell: ({ outOfOrder }) => String(outOfOrder) },
  { title: '429s', align: 'right', cell: ({ refusals }) => String(refusals) },
  { title: 'minutes at X', align: 'right', cell: ({ minutes }) => minutes.toFixed(0) },
  { title: 'cost USD', align: 'right', cell: ({ costUsd }) => costUsd.toFixed(3) },
  { title: 'floor', align: 'right', cell: () => floorUsd.toFixed(3) },
  { title: 'over %', align: 'right', cell: (row) => overPercent(row).toFixed(1) },
  { title: 'peak MB', align: 'right', cell: ({ peakMb }) => (peakMb === null ? '-' : peakMb.toFixed(0)) },
];

function overPercent({ costUsd }: Row): number {
  return (costUsd / floorUsd - 1) * 100;
}

async function measure(burst: Burst): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'lapor-bench-x-'));
  const x = await startX({ switches: { windowMs } });
  await writeFile(join(folder, 'gateway.yaml'), stringify(configOf(x.port)));
  const gateway = new GatewayProcess(join(folder, 'gateway.yaml'), folder);
  const { simulator } = x;
  try {
    const looked = () => (simulator.requests.has('getUsersMentions 200') ? true : undefined);
    await fact('the gateway has looked at X', looked, limitMs, gateway.gone);
    const startedMs = performance.now();
    const posted: string[] = [];
    while (posted.length < mentions) {
      const share = burst.overMs === 0 ? 1 : ((performance.now() - startedMs) * fasterBy) / burst.overMs;
      const due = Math.min(mentions, Math.ceil(share * mentions));
      while (posted.length < due) {
        const text = `@lapor1708 lampu jalan nomor ${posted.length} mati di Jl. Condrokusumo, Kota Semarang`;
        posted.push(simulator.publish(simulator.people.called(`warga${posted.length}`), { text }).id);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    const done = () => (simulator.ownPosts.length >= mentions || replies >= mentions ? true : undefined);
    let replies = 0;
    simulator.onEvent((event) => {
      if (event.kind === 'posted' && event.post.author === simulator.service) replies += 1;
    });
    await fact('all are answered', done, limitMs, gateway.gone);
    const minutes = ((performance.now() - startedMs) * fasterBy) / 60_000;
    const answers = posted.map((id) => simulator.posts.conversation(id, '0').slice(1));
    const firsts = answers.flatMap(([first]) => first?.id ?? []);
    return {
      burst,
      minutes,
      answered: firsts.length,
      twice: answers.filter(({ length }) => length > 1).length,
      outOfOrder: firsts.filter((id, index) => BigInt(id) < BigInt(firsts[index - 1] ?? '0')).length,
      refusals: [...simulator.requests].reduce((sum, [name, count]) => sum + (name.endsWith(' 429') ? count : 0), 0),
      costUsd: simulator.bill.totalUsd,
      peakMb: processUse(gateway.pid)?.peakResidentMb ?? null,
    };
  } finally {
    await gateway.stop();
    await x.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As for X itself, a hundred times as fast. */
function configOf(port: number): object {
  return {
    server: { port: 0 },
    store: { url: 'sqlite:gateway.db' },
    tracker: { adapter: 'embedded', file: 'tracker.db' },
    channels: {
      twitter: {
        adapter: 'twitter',
        handle: 'lapor1708',
        apiUrl: `http://127.0.0.1:${port}`,
        consumerKey: 'sim-consumer-key',
        consumerSecret: 'sim-consumer-secret',
        accessToken: 'sim-access-token',
        accessTokenSecret: 'sim-access-secret',
        pollSeconds: 15 / fasterBy,
        searchSeconds: 60 / fasterBy,
        directMessageSeconds: 90 / fasterBy,
      },
    },
    log: { level: 'warn' },
  };
}

const rows: Row[] = [];
for (const burst of bursts) rows.push(await measure(burst));
process.stdout.write(`${table(columns, rows)}\n`);
const isMissed = rows.some(
  (row) => row.answered < mentions || row.twice > 0 || (row.burst.judged && overPercent(row) > targetOverPercent),
);
process.stdout.write(
  `target: all answered once, at most ${targetOverPercent} % over the floor ${isMissed ? 'MISSED' : 'met'}\n`,
);
process.exitCode = isMissed ? 1 : 0;

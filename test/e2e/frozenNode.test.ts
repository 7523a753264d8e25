import { expect } from 'chai';
import { Client } from 'pg';
import { fact } from '../../scripts/chaos/fact.js';
import { Cluster, sessions } from '../../scripts/chaos/nodes/cluster.js';

const limitMs = 60_000;

/** One for each node, by turns: their commits will stand still, as many as a node has under way. */
const standing = [
  ['Lampu jalan padam', 'Jalan berlubang'],
  ['Halte rusak', 'Parit meluap'],
];
/** They wait in the nodes for those commits to end. */
const behind = ['Sampah menumpuk', 'Air keruh', 'Pohon tumbang', 'Banjir', 'Trotoar rusak', 'Jembatan retak'];

/**
 * What a node can hold when it is frozen: a commit that the database finishes without it, and texts behind that, which it
 * took from their session when that was still its own. The telco sends all of them again, to the other node.
 */
describe('a node that is frozen with texts half taken in, and wakes when its session is over', function () {
  this.timeout(4 * limitMs);
  let cluster: Cluster;
  let database: Client;
  /** Whoever stands in the nodes' way. */
  let blocker: Client;

  before(async () => {
    cluster = await Cluster.start({ statementTimeoutSeconds: 60 });
    [database, blocker] = [1, 2].map(() => new Client({ connectionString: cluster.database.url() })) as [
      Client,
      Client,
    ];
    await Promise.all([database.connect(), blocker.connect()]);
  });

  after(async () => {
    await Promise.all([database.end(), blocker.end()]);
    await cluster.close();
  });

  async function count(sql: string): Promise<number> {
    return Number((await database.query<{ n: string }>(`SELECT count(*) AS n ${sql}`)).rows[0]?.n);
  }

  const comes = (what: string, isSo: () => boolean | Promise<boolean>) =>
    fact(what, async () => (await isSo()) || undefined, limitMs);

  const owners = () =>
    count(`FROM (SELECT DISTINCT owner FROM turns WHERE name LIKE 'channel telkomsel session %'
             AND until_ms > extract(epoch FROM clock_timestamp()) * 1000) AS living`);

  function send(texts: readonly string[], from: number): string[] {
    return texts.map((text, index) => cluster.smsc.text({ from: `62812000000${from + index}`, text }).id);
  }

  async function unanswered(): Promise<number> {
    const gauges = (await cluster.metrics('two')).matchAll(/^lapor_link_unanswered_messages\{.*\} (\d+)$/gm);
    return [...gauges].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  it('takes none of it in: each text is one report', async () => {
    const { pid } = cluster.node('two');
    const bound = () => cluster.smsc.telco('telkomsel').bindings.length === sessions;
    await comes('each node has a session', async () => bound() && (await owners()) === 2);
    const isAcknowledged = (id: string) => cluster.smsc.textView(id)?.state === 'acknowledged';
    // The first of all makes the channel's row: others would wait for that, and not where they are to.
    const ids = send(['Selokan mampet'], 0);
    await comes('the first text is stored', () => ids.every(isAcknowledged));
    // Until this lock is gone nobody stores a part.
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE parts IN SHARE MODE');
    const stuck = () => count(`FROM pg_locks WHERE NOT granted AND relation = 'parts'::regclass`);
    for (const [round, texts] of standing.entries()) {
      ids.push(...send(texts, ids.length));
      const commits = 2 * (round + 1);
      await comes(`both nodes have ${round + 1} commits that stand still`, async () => (await stuck()) === commits);
    }
    ids.push(...send(behind, ids.length));
    await comes('texts wait behind it', async () => (await unanswered()) >= standing.length + behind.length / 2);
    process.kill(pid, 'SIGSTOP');
    const frozenMs = Date.now();
    await blocker.query('ROLLBACK');
    await comes('the other node has taken all of it', () => ids.every(isAcknowledged));
    expect(await count(`FROM parts WHERE received_ms >= ${frozenMs}`)).to.be.at.least(behind.length / 2);
    const known = () => count(`FROM part_fingerprints WHERE received_ms >= ${frozenMs}`);
    await comes('it has forgotten what it would know them by', async () => (await known()) === 0);
    await comes('the session of the frozen node is over', async () => (await owners()) === 1);
    process.kill(pid, 'SIGCONT');
    const refused = () => /the turn under which this came in is over/.test(cluster.node('two').log);
    const reports = () => count('FROM reports');
    await comes('the frozen node has come to what it held', async () => refused() || (await reports()) > ids.length);
    expect(await reports()).to.equal(ids.length);
  });
});

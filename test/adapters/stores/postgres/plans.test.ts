import { expect } from 'chai';
import { Client } from 'pg';
import { fillPostgres } from '../../../../scripts/full-store/fill/postgres.js';
import type { PlanVerdict } from '../../../../scripts/full-store/plans/judging.js';
import {
  type Heard,
  judgePostgres,
  postgresPlans,
  walkPostgres,
} from '../../../../scripts/full-store/plans/postgres.js';
import type { WholeWay } from '../../../../scripts/full-store/plans/wholeWay.js';
import { startMs } from '../../../fakes/parts.js';
import { postgresUrl } from '../../../fakes/postgresServer.js';

/** `npm run bench:full-store` looks at the same with ten million. */
const messages = 20_000;
/** Retention takes all that it may: the walk then leads through all of its statements. */
const slices = 1_000;
const schema = `full_store_${process.pid}`;

/** What the hot statements must stay on. */
const hot: readonly { readonly label: string; readonly sql: RegExp; readonly index: RegExp }[] = [
  { label: 'ready items', sql: /taken AS MATERIALIZED.*forward_queue/, index: /Index.*using forward_queue_ready/ },
  { label: 'waits and leases that are over', sql: /^UPDATE forward_queue .*due_ms <= /, index: /forward_queue_due/ },
  {
    label: 'who is parked',
    sql: /CROSS JOIN LATERAL \(SELECT p.seq FROM forward_queue/,
    index: /forward_queue_parked/,
  },
  { label: 'whom plain parts line up behind', sql: /heads AS MATERIALIZED/, index: /forward_queue_heads/ },
  { label: 'a known fingerprint', sql: /JOIN part_fingerprints k/, index: /part_fingerprints_pkey/ },
  { label: 'a known id', sql: /JOIN part_ids k/, index: /part_ids_pkey/ },
  { label: 'a sender', sql: /JOIN senders s ON s.medium/, index: /senders_medium_address_key/ },
  { label: 'the newest set of a part', sql: /FROM part_sets p WHERE p.channel_id/, index: /part_sets_by_key/ },
  { label: 'the pieces of a set', sql: /FROM parts WHERE set_id = ANY/, index: /parts_of_set/ },
  { label: 'the segment of a receipt', sql: /FROM reply_segments\s+WHERE channel_id/, index: /reply_segments_pkey/ },
  {
    label: 'the segment that a receipt moves, and no other',
    sql: /^UPDATE reply_segments s/,
    index: /Index Cond: \(\(channel_id = g\.channel_id\) AND \(external_id = g\.external_id\)\)/,
  },
  {
    label: 'the segments of a reply',
    sql: /FROM reply_segments WHERE reply_seq = ANY/,
    index: /reply_segments_of_reply/,
  },
  { label: "a sender's newest tickets", sql: /FROM sender_tickets s WHERE/, index: /sender_tickets_pkey/ },
  { label: 'the report of an event', sql: /FROM reports WHERE id = /, index: /reports_id_key/ },
  { label: 'kept events', sql: /FROM ticket_events WHERE report_seq = ANY/, index: /ticket_events/ },
  { label: 'notices that are due', sql: /FROM notices WHERE not_before_ms/, index: /notices_due/ },
];

describe('plans of the PostgreSQL statements, in a store with 20,000 messages', () => {
  let client: Client;
  let url: string;
  let way: WholeWay;
  let heard: Heard;
  let plans: ReadonlyMap<string, string>;
  let verdict: PlanVerdict;

  before(async function () {
    this.timeout(120_000);
    const server = await postgresUrl();
    url = `${server}?options=${encodeURIComponent(`-csearch_path=${schema}`)}`;
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`CREATE SCHEMA ${schema}`);
    await fillPostgres(url, { messages, nowMs: startMs }, () => {});
    ({ way, heard } = await walkPostgres(url, startMs, slices));
    plans = await postgresPlans(url, heard);
    verdict = await judgePostgres(url, heard);
  });

  after(async function () {
    this.timeout(60_000);
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await client.end();
  });

  it('finds the statements of all that a store does', () => {
    expect(way.unused).to.deep.equal([]);
    expect(plans.size).to.be.greaterThan(150);
  });

  it('reads no table from end to end but where that is meant', () => {
    expect(verdict.faults).to.deep.equal([]);
  });

  it('allows nothing that no statement does', () => {
    expect(verdict.unused).to.deep.equal([]);
  });

  it('sees a statement that has lost its index', async () => {
    await client.query('DROP INDEX parts_of_report');
    const shredding = new Map([...heard].filter(([sql]) => sql.startsWith('UPDATE parts SET raw')));
    const lost = (await judgePostgres(url, shredding)).faults;
    await client.query('CREATE INDEX parts_of_report ON parts (report_seq) WHERE report_seq IS NOT NULL');
    expect(lost.map(({ sql }) => sql).join()).to.include(`UPDATE parts SET raw = ''`);
  });

  for (const { label, sql, index } of hot) {
    it(`finds ${label} by their index`, () => {
      const matching = [...plans].filter(([statement]) => sql.test(statement));
      expect(matching.length, 'statements that match').to.be.greaterThan(0);
      for (const [statement, plan] of matching) expect(plan, statement).to.match(index);
    });
  }
});

import { expect } from 'chai';
import { Client } from 'pg';
import type { Store } from '../../../../src/ports/store.js';
import { Scene } from '../../../conformance/store/scene.js';
import { binaryPart, contentKey, longSms, smsPart } from '../../../fakes/parts.js';
import { PostgresPlace } from '../../../fakes/postgresPlace.js';

/** Statements that may read a whole table or index, and why that is bounded or rare. */
const mayScan: readonly { readonly sql: RegExp; readonly why: string }[] = [
  { sql: /count\(\*\)/, why: 'asked for by a metrics scrape, never by the flow of messages' },
  { sql: /DELETE FROM part_fingerprints WHERE received_ms/, why: 'once an hour, over what was not settled within one' },
  { sql: /FROM nodes|DELETE FROM nodes/, why: 'there are few nodes' },
  { sql: /FROM channel_holds/, why: 'there are no more than channels' },
];

/** What the hot statements must stay on. */
const hot: readonly { readonly label: string; readonly sql: RegExp; readonly index: RegExp }[] = [
  { label: 'ready items', sql: /taken AS MATERIALIZED.*forward_queue/, index: /Index.*using forward_queue_ready/ },
  { label: 'waits and leases that are over', sql: /^UPDATE forward_queue .*due_ms <= /, index: /forward_queue_due/ },
  {
    label: 'who is parked',
    sql: /CROSS JOIN LATERAL \(SELECT p.seq FROM forward_queue/,
    index: /forward_queue_parked/,
  },
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

const oneLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

/** Does a little of everything. @returns all statements that it took. */
async function statementsOf(place: PostgresPlace): Promise<Set<string>> {
  const seen = new Set<string>();
  const { query } = Client.prototype;
  Client.prototype.query = function record(this: Client, ...args: unknown[]) {
    const [first] = args as [{ text?: string; name?: string } | string];
    if (typeof first === 'object' && first.name !== undefined && first.text !== undefined) seen.add(first.text);
    return Reflect.apply(query, this, args);
  } as typeof query;
  try {
    const scene = await Scene.begin({ driver: 'PostgreSQL', create: async () => place });
    await useAll(scene, scene.store);
    await scene.store.close();
  } finally {
    Client.prototype.query = query;
  }
  return seen;
}

/** As a session has it for any values. PostgreSQL 15 has no EXPLAIN (GENERIC_PLAN), so it is prepared as a session does. */
async function planOf(place: PostgresPlace, sql: string): Promise<string> {
  const values = Math.max(0, ...[...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  await place.rows(`PREPARE statement AS ${sql}`);
  const given = values === 0 ? '' : `(${Array.from({ length: values }, () => 'NULL').join(', ')})`;
  const plan = await place.rows<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) EXECUTE statement${given}`);
  await place.rows('DEALLOCATE statement');
  return plan.map((row) => row['QUERY PLAN']).join('\n');
}

async function useAll(scene: Scene, store: Store): Promise<void> {
  const key = contentKey(1, 'x');
  await scene.accept([smsPart({ key }), smsPart({ key: contentKey(2, 'x') }), ...longSms(['a', 'b'], 1), binaryPart()]);
  await scene.accept([smsPart({ externalId: 'E1' }), smsPart({ externalId: 'E1', key: { by: 'id', id: 'same' } })]);
  await scene.accept([smsPart({ key: { by: 'id', id: 'same' } })]);
  for (const part of longSms(['a', 'b'], 2)) await scene.accept([part]);
  await scene.settle([key]);
  const [first] = await scene.claimReports();
  if (first === undefined) throw new Error('nothing to claim');
  await scene.status(first, 0);
  await scene.forward(first, { notes: { language: 'en' }, question: { about: 'place', untilMs: 0 } });
  await scene.status(first, 1, {
    later: [{ kind: 'reminder', text: 'x', notBeforeMs: scene.nowMs + 1, unasked: true }],
  });
  await store.releaseNotices(scene.nowMs + 2, 10);
  const [reply] = await scene.claimReplies();
  if (reply !== undefined) await scene.outcome(reply, { kind: 'accepted', externalIds: ['A1'] });
  await scene.receipt('delivered', 'A1');
  const [second] = await scene.claimReports();
  if (second !== undefined) await store.postponeReports([{ seq: second.seq, dueAtMs: 0, cause: 'x', atMs: 0 }]);
  const [third] = await scene.claimReports();
  if (third !== undefined) await scene.handle(third.seq, { reply: { kind: 'information', text: 'x' } });
  await store.closeOverdueSets(scene.nowMs + 10_000_000);
  await store.trace(first.message.id);
  await store.ownTicket(first.seq, 'x');
  await store.ticketContexts([first.message.id]);
  await store.counts();
  await store.channelCounts();
  await store.deadLetters();
  await store.tidy(scene.nowMs);
  const laterMs = scene.nowMs + 1e12;
  const terms = { wordsBeforeMs: laterMs, recordsBeforeMs: null, quietSinceMs: laterMs, openSinceMs: laterMs };
  const retention = { ...terms, limit: 50, nowMs: laterMs };
  for (let more = true; more; ) more = (await store.retention?.forget(retention))?.more ?? false;
  for (let more = true; more; ) {
    more = (await store.retention?.forget({ ...retention, recordsBeforeMs: laterMs }))?.more ?? false;
  }
}

describe('plans of the PostgreSQL statements', () => {
  let place: PostgresPlace;
  const plans = new Map<string, string>();

  before(async () => {
    place = await PostgresPlace.create();
    const statements = await statementsOf(place);
    // As the store's sessions have it: then a scan is where no index would do.
    await place.rows('SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan');
    for (const sql of statements) plans.set(oneLine(sql), await planOf(place, sql));
  });

  after(() => place.remove());

  it('finds the statements', () => {
    expect(plans.size).to.be.greaterThan(50);
  });

  it('sees a scan where there is one', async () => {
    const [row] = await place.rows<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT 1 FROM reports WHERE text = 'x'`);
    expect(row?.['QUERY PLAN']).to.include('Seq Scan');
  });

  it('reads no table from end to end but where that is meant', () => {
    const scans = [...plans].filter(([, plan]) => plan.includes('Seq Scan'));
    const unmeant = scans.filter(([sql]) => !mayScan.some((allowed) => allowed.sql.test(sql)));
    expect(unmeant.map(([sql, plan]) => `${sql}\n${plan}`)).to.deep.equal([]);
  });

  for (const { label, sql, index } of hot) {
    it(`finds ${label} by their index`, () => {
      const matching = [...plans].filter(([statement]) => sql.test(statement));
      expect(matching.length, 'statements that match').to.be.greaterThan(0);
      for (const [statement, plan] of matching) expect(plan, statement).to.match(index);
    });
  }
});

import { expect } from 'chai';
import { type Db, openDatabase } from '../../../../adapters/stores/sqlite/database.js';
import { storeOver } from '../../../../adapters/stores/sqlite/index.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

/** Statements that may read a whole table or index, and why that is bounded or rare. */
const mayScan: readonly { readonly sql: RegExp; readonly why: string }[] = [
  { sql: /SELECT count\(\*\)/, why: 'asked for by a metrics scrape, never by the flow of messages' },
  { sql: /DELETE FROM part_fingerprints WHERE received_ms/, why: 'once an hour, over what was not settled within one' },
  {
    sql: /queue_due WHERE state IN \(1, 2\) AND state = 1\)/,
    why: 'once at a start, over what was under way and what is to be tried again',
  },
  { sql: /^SELECT 1 FROM \w+ .*LIMIT 1$/, why: 'reads the first entry, to learn whether there is any' },
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
  { sql: /FROM dead_letters d JOIN channels/, why: 'an operator asks; it reads what is open, by its own index' },
];

/** What the hot statements must stay on. */
const hot: readonly { readonly label: string; readonly sql: RegExp; readonly index: RegExp }[] = [
  {
    label: 'ready reports',
    sql: /^SELECT seq, sender_id, .* FROM forward_queue/,
    index: /forward_queue_ready \(lane=\? AND seq>\?\)/,
  },
  {
    label: 'what blocks a sender',
    sql: /forward_queue.* AS blocked/,
    index: /forward_queue_held \(sender_id=\? AND lane=\? AND state=\?/,
  },
  {
    label: 'senders who have anything held',
    sql: /SELECT s.value AS sender_id .* forward_queue/,
    index: /forward_queue (EXISTS )?USING COVERING INDEX forward_queue_held \(sender_id=\? AND lane=\?\)/,
  },
  {
    label: 'senders who have anything parked',
    sql: /SELECT s.value ->> 0 .* forward_queue/,
    index: /forward_queue (EXISTS )?USING COVERING INDEX forward_queue_held \(sender_id=\? AND lane=\? AND state=\?\)/,
  },
  {
    label: 'the next of a sender',
    sql: /WHERE seq = \( SELECT seq FROM forward_queue/,
    index: /forward_queue_held \(sender_id=\?/,
  },
  {
    label: 'leases and waits that are over',
    sql: /UPDATE forward_queue .*due_ms <=/,
    index: /forward_queue_due \(due_ms<\?\)/,
  },
  {
    label: 'ready replies',
    sql: /^SELECT seq, sender_id, .* FROM reply_queue/,
    index: /reply_queue_ready \(lane=\? AND seq>\?\)/,
  },
  {
    label: 'what blocks a reply',
    sql: /reply_queue.* AS blocked/,
    index: /reply_queue_held \(sender_id=\? AND lane=\? AND state=\?/,
  },
  { label: 'a known id', sql: /SELECT part_id FROM part_ids/, index: /PRIMARY KEY \(channel_id=\? AND id=\?\)/ },
  {
    label: 'a known fingerprint',
    sql: /SELECT .*FROM part_fingerprints/,
    index: /PRIMARY KEY \(channel_id=\? AND fingerprint=\?\)/,
  },
  {
    label: 'the set of a part',
    sql: /FROM part_sets\s+WHERE channel_id/,
    index: /part_sets_by_key \(channel_id=\? AND sender_id=\? AND recipient=\? AND reference=\? AND total=\?\)/,
  },
  {
    label: 'overdue sets',
    sql: /FROM part_sets WHERE report_seq IS NULL AND join_until/,
    index: /part_sets_open \(join_until_ms<\?\)/,
  },
  {
    label: 'a sender',
    sql: /FROM senders WHERE medium/,
    index: /COVERING INDEX sqlite_autoindex_senders_2 \(medium=\? AND address=\?\)/,
  },
  {
    label: 'the segment of a receipt',
    sql: /FROM reply_segments WHERE channel_id/,
    index: /PRIMARY KEY \(channel_id=\? AND external_id=\?\)/,
  },
  {
    label: 'the segments of a reply',
    sql: /FROM reply_segments WHERE reply_seq/,
    index: /reply_segments_of_reply \(reply_seq=\?\)/,
  },
  {
    label: 'an early receipt',
    sql: /SELECT .*FROM early_receipts WHERE channel_id/,
    index: /PRIMARY KEY \(channel_id=\? AND external_id=\?\)/,
  },
  {
    label: 'the kept events of a report',
    sql: /ticket_events_kept WHERE report_seq/,
    index: /ticket_events_kept \(report_seq=\?\)/,
  },
  {
    label: 'the report of an event',
    sql: /SELECT seq FROM reports WHERE id/,
    index: /sqlite_autoindex_reports_1 \(id=\?\)/,
  },
  {
    label: 'what is known of senders',
    sql: /FROM json_each\(\?\) s LEFT JOIN sender_notes/,
    index: /SEARCH n USING INTEGER PRIMARY KEY.*SEARCH t USING PRIMARY KEY \(sender_id=\?\)/,
  },
  {
    label: 'the tickets of a sender',
    sql: /FROM sender_tickets s CROSS JOIN tickets/,
    index: /SEARCH s USING PRIMARY KEY \(sender_id=\?\)/,
  },
  {
    label: 'where a retention walk goes on',
    sql: /AS key, s\.received_ms/,
    index: /^SEARCH s USING INTEGER PRIMARY KEY \(rowid>\?/,
  },
  {
    label: 'what a retention walk looks at again',
    sql: /FROM retention_held WHERE walk = '.*' AND look_ms/,
    index: /retention_held_due \(walk=\? AND look_ms<\?\)/,
  },
  {
    label: 'whether a report is under way',
    sql: /json_each\(@subjects\) j CROSS JOIN reports s/,
    index: /SEARCH s USING INTEGER PRIMARY KEY \(rowid=\?\)/,
  },
  {
    label: 'the parts that lose their words',
    sql: /UPDATE parts SET raw = zeroblob\(0\), text_offset = 0 WHERE report_seq IN/,
    index: /parts_of_report \(report_seq=\?\)/,
  },
  {
    label: 'parts for the sweep of senders',
    sql: /SELECT id, sender_id FROM parts/,
    index: /INTEGER PRIMARY KEY \(rowid>\?\)/,
  },
  {
    label: 'names of parts for the sweep',
    sql: /SELECT channel_id, id FROM part_ids/,
    index: /\(channel_id,id\)>\(\?,\?\)/,
  },
  { label: 'replies whose time has come', sql: /FROM notices WHERE not_before_ms/, index: /notices_due/ },
  { label: 'what was said about a ticket', sql: /AS moved FROM tickets/, index: /handled_of_ticket \(ticket_seq=\?/ },
  {
    label: 'a trace by tracking id',
    sql: /FROM tickets (t JOIN .*)?WHERE (t\.)?tracking_id = \?/,
    index: /tickets_by_tracking_id \(tracking_id=\?\)/,
  },
];

/** All statements that a store prepares, with SQLite's plan for each. */
async function plansOf(place: SqlitePlace): Promise<Map<string, string>> {
  const db = openDatabase(place.file);
  const prepare = db.prepare.bind(db);
  const statements: string[] = [];
  const recording = (sql: string): ReturnType<Db['prepare']> => {
    statements.push(sql);
    return prepare(sql);
  };
  const store = storeOver(Object.assign(db, { prepare: recording }), { joinParts }, null);
  const plans = new Map(statements.filter(isQuery).map((sql) => [oneLine(sql), planOf(sql)]));
  await store.close();
  return plans;

  function planOf(sql: string): string {
    // What is bound does not change the plan; that it is not bound is no matter for a plan either.
    const explained = prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/\?|@\w+/g, '1')}`);
    return explained
      .all()
      .map(({ detail }) => detail)
      .join('; ');
  }
}

/** Not tables: a statement's own list of arguments, and a row of constants. */
const scansOfArguments = /SCAN (\w+ VIRTUAL TABLE|CONSTANT ROW)/g;

function isQuery(sql: string): boolean {
  return /^\s*(SELECT|UPDATE|DELETE|INSERT)/.test(sql);
}

function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}

describe('plans of the SQLite statements', () => {
  let place: SqlitePlace;
  let plans: Map<string, string>;

  before(async () => {
    place = await SqlitePlace.create();
    plans = await plansOf(place);
  });

  after(() => place.remove());

  it('finds the statements', () => {
    expect(plans.size).to.be.greaterThan(60);
  });

  it('sees a scan where there is one', () => {
    const counted = [...plans].filter(([sql]) => /SELECT count\(\*\)/.test(sql));
    expect(counted.some(([, plan]) => /SCAN/.test(plan))).to.equal(true);
  });

  it('reads no table from end to end but where that is meant', () => {
    const scans = [...plans].filter(([, plan]) => /\bSCAN\b|TEMP B-TREE/.test(plan.replaceAll(scansOfArguments, '')));
    const unmeant = scans.filter(([sql]) => !mayScan.some((allowed) => allowed.sql.test(sql)));
    expect(unmeant.map(([sql, plan]) => `${sql} -> ${plan}`)).to.deep.equal([]);
  });

  for (const { label, sql, index } of hot) {
    it(`finds ${label} by their index`, () => {
      const matching = [...plans].filter(([statement]) => sql.test(statement));
      expect(matching.length, 'statements that match').to.be.greaterThan(0);
      for (const [statement, plan] of matching) expect(plan, statement).to.match(index);
    });
  }
});

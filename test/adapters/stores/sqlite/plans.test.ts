import Database from 'better-sqlite3';
import { expect } from 'chai';
import { fillSqlite } from '../../../../scripts/full-store/fill/sqlite.js';
import type { PlanVerdict } from '../../../../scripts/full-store/plans/judging.js';
import { judgeSqlite, overhearSqlite, sqlitePlans } from '../../../../scripts/full-store/plans/sqlite.js';
import { startMs } from '../../../fakes/parts.js';
import { SqlitePlace } from '../../../fakes/sqlitePlace.js';

/** `npm run bench:full-store` looks at the same with ten million. */
const messages = 20_000;

/** What the hot statements must stay on. */
const hot: readonly { readonly label: string; readonly sql: RegExp; readonly index: RegExp }[] = [
  {
    label: 'ready reports',
    sql: /^SELECT seq, sender_id, .* FROM forward_queue/,
    index: /forward_queue_ready \(lane=\? AND seq>\?\)/,
  },
  {
    label: 'what blocks a sender',
    sql: /forward_queue_held .* AND seq < \?\)/,
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
    label: 'waits that are over',
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
    sql: /reply_queue_held .* AND seq < \?\)/,
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

/** Opens the store as a gateway does. @returns SQLite's plans for all statements, and what is wrong with them. */
async function plansOf(file: string): Promise<{ plans: ReadonlyMap<string, string>; verdict: PlanVerdict }> {
  const overheard = overhearSqlite(file);
  try {
    return { plans: sqlitePlans(overheard.db, overheard.statements), verdict: judgeSqlite(overheard) };
  } finally {
    await overheard.store.close();
  }
}

/** With a tool of one's own. */
function asOperator(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

describe('plans of the SQLite statements, in a store with 20,000 messages', () => {
  let place: SqlitePlace;
  let plans: ReadonlyMap<string, string>;
  let verdict: PlanVerdict;

  before(async function () {
    this.timeout(60_000);
    place = await SqlitePlace.create();
    fillSqlite(place.file, { messages, nowMs: startMs }, () => {});
    ({ plans, verdict } = await plansOf(place.file));
  });

  after(() => place.remove());

  it('finds the statements', () => {
    expect(plans.size).to.be.greaterThan(60);
  });

  it('reads no table from end to end but where that is meant', () => {
    expect(verdict.faults).to.deep.equal([]);
  });

  it('allows nothing that no statement does', () => {
    expect(verdict.unused).to.deep.equal([]);
  });

  it('stays so where somebody had the file analysed while its queues were short', async () => {
    asOperator(place.file, 'ANALYZE');
    expect((await plansOf(place.file)).verdict.faults).to.deep.equal([]);
  });

  it('sees a statement that has lost its index', async () => {
    asOperator(place.file, 'DROP INDEX parts_of_report');
    const lost = (await plansOf(place.file)).verdict.faults;
    asOperator(place.file, 'CREATE INDEX parts_of_report ON parts (report_seq) WHERE report_seq IS NOT NULL');
    expect(lost.map(({ sql }) => sql).join()).to.include('UPDATE parts SET raw = zeroblob(0)');
  });

  for (const { label, sql, index } of hot) {
    it(`finds ${label} by their index`, () => {
      const matching = [...plans].filter(([statement]) => sql.test(statement));
      expect(matching.length, 'statements that match').to.be.greaterThan(0);
      for (const [statement, plan] of matching) expect(plan, statement).to.match(index);
    });
  }
});

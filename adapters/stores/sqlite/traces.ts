import { idFromText, idToText } from '../../../src/domain/id.js';
import type { Trace, TraceEntry } from '../../../src/ports/store.js';
import type { Db } from './database.js';

interface Found {
  readonly seq: number;
  readonly id: Buffer;
  readonly tracking_id: string | null;
}

interface EntryRow {
  readonly at_ms: number;
  readonly what: string;
  readonly detail: string;
}

/** A BLOB of 16 octets in the usual UUID form. */
const uuid = (column: string): string =>
  `lower(substr(hex(${column}),1,8)||'-'||substr(hex(${column}),9,4)||'-'||substr(hex(${column}),13,4)||'-'||substr(hex(${column}),17,4)||'-'||substr(hex(${column}),21))`;

/** What each table knows of the report `@seq`, as rows of (at_ms, what, detail). */
const entrySources: readonly string[] = [
  `SELECT p.received_ms AS at_ms, iif(p.duplicate, 'received again', 'received') AS what,
     'part ' || coalesce(p.sequence, 1) || ' by ' || c.name || ', ' || length(p.raw) || ' octets, ' || p.encoding
       || coalesce(', ' || p.oddity, '') AS detail
   FROM parts p JOIN channels c ON c.id = p.channel_id WHERE p.report_seq = @seq`,
  `SELECT received_ms AS at_ms, 'accepted' AS what,
     'report ' || ${uuid('id')} || ' of ' || parts || ' part(s)' || coalesce(', ' || change, '') || coalesce(', flags ' || flags, '') AS detail
   FROM reports WHERE seq = @seq`,
  `SELECT at_ms, replace(handled_as, '_', ' ') AS what, detail FROM handled_messages WHERE report_seq = @seq`,
  `SELECT h.at_ms, 'message ' || replace(h.handled_as, '_', ' ') AS what, h.detail || ', message ' || ${uuid('r.id')} AS detail
   FROM handled_messages h CROSS JOIN reports r ON r.seq = h.report_seq WHERE h.ticket_seq = @seq`,
  `SELECT at_ms, 'reply held' AS what,
     kind || ' until ' || strftime('%Y-%m-%dT%H:%M:%SZ', not_before_ms / 1000, 'unixepoch') AS detail
   FROM notices WHERE report_seq = @seq`,
  `SELECT at_ms, what, detail FROM journal WHERE report_seq = @seq`,
  `SELECT forwarded_ms AS at_ms, 'forwarded' AS what, 'tracking id ' || tracking_id AS detail
   FROM tickets WHERE report_seq = @seq`,
  `SELECT at_ms, 'status' AS what,
     status || ' (event ' || sequence || ')' || coalesce(', ' || agency, '') || iif(applied, '', ', kept until forwarded') AS detail
   FROM ticket_events WHERE report_seq = @seq`,
  `SELECT created_ms AS at_ms, 'reply queued' AS what, kind || ' ' || ${uuid('id')} AS detail FROM replies WHERE report_seq = @seq`,
  `SELECT accepted_ms AS at_ms, 'reply accepted' AS what, kind || ' ' || ${uuid('id')} AS detail
   FROM replies WHERE report_seq = @seq AND accepted_ms IS NOT NULL`,
  `SELECT settled_ms AS at_ms, 'reply ' || state AS what, kind || ' ' || ${uuid('id')} AS detail
   FROM replies WHERE report_seq = @seq AND settled_ms IS NOT NULL AND state IN ('delivered', 'undelivered')`,
  `SELECT at_ms, 'dead letter' AS what, 'no. ' || id || ': ' || code || ', ' || message AS detail
   FROM dead_letters WHERE (kind = 'report' AND subject_seq = @seq)
      OR (kind = 'reply' AND subject_seq IN (SELECT seq FROM replies WHERE report_seq = @seq))`,
  `SELECT closed_ms AS at_ms, 'dead letter closed' AS what, 'no. ' || id || ': ' || resolution AS detail
   FROM dead_letters WHERE closed_ms IS NOT NULL AND ((kind = 'report' AND subject_seq = @seq)
      OR (kind = 'reply' AND subject_seq IN (SELECT seq FROM replies WHERE report_seq = @seq)))`,
];

/** The story of one report. Reads only. */
export class Traces {
  readonly #byReportId;
  readonly #byReplyId;
  readonly #byTrackingId;
  readonly #namesakes;
  readonly #sources;

  constructor(db: Db) {
    const columns = 'SELECT r.seq, r.id, t.tracking_id FROM reports r LEFT JOIN tickets t ON t.report_seq = r.seq';
    this.#byReportId = db.prepare<[Buffer], Found>(`${columns} WHERE r.id = ?`);
    this.#byReplyId = db.prepare<[Buffer], Found>(
      `${columns} WHERE r.seq = (SELECT report_seq FROM replies WHERE id = ?)`,
    );
    this.#byTrackingId = db.prepare<[string], Found>(
      `${columns} WHERE r.seq = (SELECT report_seq FROM tickets WHERE tracking_id = ? ORDER BY report_seq DESC LIMIT 1)`,
    );
    this.#namesakes = db.prepare<[string, number], { id: Buffer }>(
      `SELECT r.id FROM tickets t JOIN reports r ON r.seq = t.report_seq
       WHERE t.tracking_id = ? AND t.report_seq <> ? ORDER BY t.report_seq DESC LIMIT 10`,
    );
    this.#sources = entrySources.map((sql) => db.prepare<[{ seq: number }], EntryRow>(sql));
  }

  trace(id: string): Trace | null {
    const found = this.#find(id);
    if (found === undefined) return null;
    const entries = this.#sources.flatMap((source) => source.all({ seq: found.seq }).map(toEntry));
    // Stable: entries of one millisecond stay in the order of the sources, which is the order of a report's life.
    entries.sort((one, other) => one.atMs - other.atMs);
    const { tracking_id: trackingId, seq } = found;
    const namesakes = trackingId === null ? [] : this.#namesakes.all(trackingId, seq).map((row) => idToText(row.id));
    return { reportId: idToText(found.id), trackingId, namesakes, entries };
  }

  /** The seq of the report that an id speaks of. */
  reportSeqOf(id: string): number | null {
    return this.#find(id)?.seq ?? null;
  }

  #find(id: string): Found | undefined {
    const octets = idFromText(id);
    const own = octets === null ? undefined : (this.#byReportId.get(octets) ?? this.#byReplyId.get(octets));
    // A tracker may use UUIDs as well.
    return own ?? this.#byTrackingId.get(id.replace(/^#/, ''));
  }
}

function toEntry(row: EntryRow): TraceEntry {
  return { atMs: row.at_ms, what: row.what, detail: row.detail };
}

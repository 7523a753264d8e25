import { idFromText, idToText } from '../../../src/domain/id.js';
import type { Trace, TraceEntry } from '../../../src/ports/store.js';
import type { Database } from './database.js';

interface Found {
  readonly seq: number;
  readonly id: string;
  readonly tracking_id: string | null;
}

interface EntryRow {
  readonly at_ms: number;
  readonly what: string;
  readonly detail: string;
}

/** By two look-ups, and in no order that an index has: else a short table is read from end to end, and stays so when it grows. */
const letters = `(SELECT * FROM dead_letters WHERE kind = 'report' AND subject_seq = $1
  UNION ALL SELECT d.* FROM replies a
    CROSS JOIN LATERAL (SELECT * FROM dead_letters WHERE kind = 'reply' AND subject_seq = a.seq OFFSET 0) d
    WHERE a.report_seq = $1) AS letters`;

/** What each table knows of the report `$1`, as rows of (at_ms, what, detail), in the order of a report's life. */
const entrySources: readonly string[] = [
  `SELECT p.received_ms AS at_ms, CASE WHEN p.duplicate THEN 'received again' ELSE 'received' END AS what,
     'part ' || coalesce(p.sequence, 1) || ' by ' || c.name || ', ' || length(p.raw) || ' octets, ' || p.encoding
       || coalesce(', ' || p.oddity, '') AS detail
   FROM parts p JOIN channels c ON c.id = p.channel_id WHERE p.report_seq = $1 ORDER BY p.id`,
  `SELECT received_ms AS at_ms, 'accepted' AS what,
     'report ' || id || ' of ' || parts || ' part(s)' || coalesce(', ' || change, '')
       || coalesce(', flags ' || flags, '') AS detail
   FROM reports WHERE seq = $1`,
  `SELECT at_ms, replace(handled_as, '_', ' ') AS what, detail FROM handled_messages WHERE report_seq = $1`,
  `SELECT h.at_ms, 'message ' || replace(h.handled_as, '_', ' ') AS what, h.detail || ', message ' || r.id AS detail
   FROM handled_messages h JOIN reports r ON r.seq = h.report_seq WHERE h.ticket_seq = $1 ORDER BY h.at_ms`,
  `SELECT at_ms, 'reply held' AS what, kind || ' until '
       || to_char(to_timestamp(not_before_ms / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS detail
   FROM notices WHERE report_seq = $1 ORDER BY id`,
  `SELECT at_ms, what, detail FROM journal WHERE report_seq = $1 ORDER BY id`,
  `SELECT forwarded_ms AS at_ms, 'forwarded' AS what, 'tracking id ' || tracking_id AS detail
   FROM tickets WHERE report_seq = $1`,
  `SELECT at_ms, 'status' AS what, status || ' (event ' || sequence || ')' || coalesce(', ' || agency, '')
       || CASE WHEN applied THEN '' ELSE ', kept until forwarded' END AS detail
   FROM ticket_events WHERE report_seq = $1 ORDER BY sequence`,
  `SELECT created_ms AS at_ms, 'reply queued' AS what, kind || ' ' || id AS detail
   FROM replies WHERE report_seq = $1 ORDER BY seq`,
  `SELECT accepted_ms AS at_ms, 'reply accepted' AS what, kind || ' ' || id AS detail
   FROM replies WHERE report_seq = $1 AND accepted_ms IS NOT NULL ORDER BY seq`,
  `SELECT settled_ms AS at_ms, 'reply ' || state AS what, kind || ' ' || id AS detail
   FROM replies WHERE report_seq = $1 AND settled_ms IS NOT NULL AND state IN ('delivered', 'undelivered') ORDER BY seq`,
  `SELECT at_ms, 'dead letter' AS what, 'no. ' || id || ': ' || code || ', ' || message AS detail
   FROM ${letters} ORDER BY at_ms, id`,
  `SELECT closed_ms AS at_ms, 'dead letter closed' AS what, 'no. ' || id || ': ' || resolution AS detail
   FROM ${letters} WHERE closed_ms IS NOT NULL ORDER BY closed_ms, id`,
];

const columns = 'SELECT r.seq, r.id, t.tracking_id FROM reports r LEFT JOIN tickets t ON t.report_seq = r.seq';

/** The story of one report. Reads only. */
export class Traces {
  constructor(private readonly database: Database) {}

  async trace(id: string): Promise<Trace | null> {
    const found = await this.#find(id);
    if (found === undefined) return null;
    const { tracking_id: trackingId, seq, id: reportId } = found;
    const [namesakes, ...sources] = await Promise.all([
      trackingId === null ? [] : this.#namesakes(trackingId, seq),
      ...entrySources.map((sql) => this.database.query<EntryRow>(sql, [seq])),
    ]);
    const entries = sources.flat().map(toEntry);
    // Stable: entries of one millisecond stay in the order of the sources.
    entries.sort((one, other) => one.atMs - other.atMs);
    return { reportId, trackingId, namesakes, entries };
  }

  /** The seq of the report that an id speaks of. */
  async reportSeqOf(id: string): Promise<number | null> {
    return (await this.#find(id))?.seq ?? null;
  }

  async #find(id: string): Promise<Found | undefined> {
    const octets = idFromText(id);
    const own = octets === null ? undefined : await this.#findById(idToText(octets));
    // A tracker may use UUIDs as well.
    return own ?? (await this.#findByTrackingId(id.replace(/^#/, '')));
  }

  async #findById(id: string): Promise<Found | undefined> {
    const [report] = await this.database.query<Found>(`${columns} WHERE r.id = $1`, [id]);
    if (report !== undefined) return report;
    const ofReply = `${columns} WHERE r.seq = (SELECT report_seq FROM replies WHERE id = $1)`;
    return (await this.database.query<Found>(ofReply, [id]))[0];
  }

  async #findByTrackingId(trackingId: string): Promise<Found | undefined> {
    const newest = 'SELECT report_seq FROM tickets WHERE tracking_id = $1 ORDER BY report_seq DESC LIMIT 1';
    // A text that could never have been stored.
    if (trackingId.includes('\0')) return undefined;
    return (await this.database.query<Found>(`${columns} WHERE r.seq = (${newest})`, [trackingId]))[0];
  }

  async #namesakes(trackingId: string, seq: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT r.id FROM tickets t JOIN reports r ON r.seq = t.report_seq
       WHERE t.tracking_id = $1 AND t.report_seq <> $2 ORDER BY t.report_seq DESC LIMIT 10`,
      [trackingId, seq],
    );
    return rows.map((row) => row.id);
  }
}

function toEntry(row: EntryRow): TraceEntry {
  return { atMs: row.at_ms, what: row.what, detail: row.detail };
}

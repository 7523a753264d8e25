import Database from 'better-sqlite3';

/** What the store says happened, read from its file by SQL of our own: the gateway's reading of it is on trial, too. */
export interface StoreFacts {
  /** `ok`, or what SQLite finds wrong with the file. */
  readonly integrity: string;
  readonly reports: readonly StoredReport[];
  readonly replies: readonly StoredReply[];
  /** Redelivered parts that were recognised. */
  readonly duplicateParts: number;
  /** By queue, what has not come to its end. */
  readonly waiting: Readonly<Record<string, number>>;
}

export interface StoredReport {
  readonly id: string;
  readonly from: string;
  readonly text: string;
  /** Parts that are no duplicates. */
  readonly parts: number;
  readonly trackingId: string | null;
}

export interface StoredReply {
  readonly id: string;
  readonly reportId: string;
  readonly to: string;
  readonly kind: string;
  readonly state: string;
  readonly text: string;
  /** How often it was taken up although an earlier attempt was perhaps sent. */
  readonly takenUpAgain: number;
}

const reportsSql = `
  SELECT lower(hex(r.id)) AS id, s.address AS "from", r.text, t.tracking_id AS trackingId,
         (SELECT count(*) FROM parts p WHERE p.report_seq = r.seq AND p.duplicate = 0) AS parts
  FROM reports r JOIN senders s ON s.id = r.sender_id LEFT JOIN tickets t ON t.report_seq = r.seq
  ORDER BY r.seq`;

const repliesSql = `
  WITH again AS (
    SELECT replace(substr(detail, 1, 36), '-', '') AS id, count(*) AS times
    FROM journal WHERE what = 'reply taken up again' GROUP BY 1)
  SELECT lower(hex(a.id)) AS id, lower(hex(r.id)) AS reportId, s.address AS "to", a.kind, a.state, a.text,
         coalesce(again.times, 0) AS takenUpAgain
  FROM replies a JOIN reports r ON r.seq = a.report_seq JOIN senders s ON s.id = a.sender_id
  LEFT JOIN again ON again.id = lower(hex(a.id))
  ORDER BY a.seq`;

const waitingSql: Readonly<Record<string, string>> = {
  reports: 'SELECT count(*) FROM forward_queue',
  replies: 'SELECT count(*) FROM reply_queue',
  'incomplete messages': 'SELECT count(*) FROM part_sets WHERE report_seq IS NULL',
  'dead letters': 'SELECT count(*) FROM dead_letters WHERE closed_ms IS NULL',
};

/** Of a store that no gateway has open any more. */
export function readStoreFacts(file: string): StoreFacts {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  const count = (sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;
  try {
    return {
      integrity: String(db.pragma('integrity_check', { simple: true })),
      reports: db.prepare<[], StoredReport>(reportsSql).all(),
      replies: db.prepare<[], StoredReply>(repliesSql).all(),
      duplicateParts: count('SELECT count(*) FROM parts WHERE duplicate = 1'),
      waiting: Object.fromEntries(Object.entries(waitingSql).map(([what, sql]) => [what, count(sql)])),
    };
  } finally {
    db.close();
  }
}

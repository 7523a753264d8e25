import type { Tx } from '../database.js';

const ofReports = '= ANY($1::bigint[])';
const repliesOfReports = `IN (SELECT seq FROM replies WHERE report_seq ${ofReports})`;

/** Who may read a reply to a message is still to be known: the tracker may speak up again. */
const shredReports: readonly string[] = [
  `UPDATE parts SET raw = '', text_offset = 0 WHERE report_seq ${ofReports}`,
  `UPDATE reports SET text = '', extras = CASE WHEN extras::json ->> 'audience' IS NULL THEN NULL
     ELSE json_build_object('audience', extras::json ->> 'audience')::text END
   WHERE seq ${ofReports}`,
  `UPDATE replies SET text = '' WHERE report_seq ${ofReports}`,
  `UPDATE ticket_events SET message = NULL, consequences = NULL WHERE report_seq ${ofReports}`,
];
const noteShredded = `INSERT INTO journal (at_ms, report_seq, what, detail)
  SELECT $2, g.seq, 'words removed', 'by retention: those of message, parts and replies' FROM unnest($1::bigint[]) AS g (seq)`;

/** In an order in which each still finds what it is found by. */
const removeReports: readonly string[] = [
  `DELETE FROM dead_letters WHERE kind = 'report' AND subject_seq ${ofReports}`,
  `DELETE FROM dead_letters WHERE kind = 'reply' AND subject_seq ${repliesOfReports}`,
  `DELETE FROM dead_letters WHERE kind = 'part' AND subject_seq IN (SELECT id FROM parts WHERE report_seq ${ofReports})`,
  `DELETE FROM reply_segments WHERE reply_seq IS NOT NULL AND reply_seq ${repliesOfReports}`,
  `DELETE FROM replies WHERE report_seq ${ofReports}`,
  `DELETE FROM journal WHERE report_seq ${ofReports}`,
  `DELETE FROM handled_messages WHERE report_seq ${ofReports}`,
  `DELETE FROM ticket_events WHERE report_seq ${ofReports}`,
  `DELETE FROM tickets WHERE report_seq ${ofReports}`,
  `DELETE FROM sender_tickets s USING reports r WHERE r.seq ${ofReports} AND s.sender_id = r.sender_id AND s.report_seq = r.seq`,
  `DELETE FROM parts WHERE report_seq ${ofReports}`,
  `DELETE FROM reports WHERE seq ${ofReports}`,
];

/** Takes words or records out of all tables. Vacuum gives the room back; what is on disk until then is the database's. */
export const forgetting = {
  shredReports(tx: Tx, seqs: readonly number[], nowMs: number): void {
    for (const sql of shredReports) tx.send(sql, [seqs]);
    tx.send(noteShredded, [seqs, nowMs]);
  },

  removeReports(tx: Tx, seqs: readonly number[]): void {
    for (const sql of removeReports) tx.send(sql, [seqs]);
  },

  /** Parts that belong to no report. */
  shredParts(tx: Tx, ids: readonly number[]): void {
    tx.send(`UPDATE parts SET raw = '', text_offset = 0 WHERE id = ANY($1::bigint[])`, [ids]);
  },

  removeParts(tx: Tx, ids: readonly number[]): void {
    tx.send(`DELETE FROM dead_letters WHERE kind = 'part' AND subject_seq = ANY($1::bigint[])`, [ids]);
    tx.send('DELETE FROM parts WHERE id = ANY($1::bigint[])', [ids]);
  },

  /** A hold outlives its age: `channel_holds` says who set it by this row. @returns how many. */
  async removeActs(tx: Tx, beforeMs: number, limit: number): Promise<number> {
    const removed = await tx.query(
      `DELETE FROM acts WHERE at_ms <= $1 AND id IN (
         SELECT id FROM acts WHERE id NOT IN (SELECT act_id FROM channel_holds) ORDER BY id LIMIT $2) RETURNING id`,
      [beforeMs, limit],
    );
    return removed.length;
  },
};

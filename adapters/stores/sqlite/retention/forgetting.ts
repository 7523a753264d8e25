import type { Db } from '../database.js';

/** `@seqs`: the numbers of reports, as JSON. */
const ofReports = 'IN (SELECT value FROM json_each(@seqs))';
const repliesOfReports = `IN (SELECT seq FROM replies WHERE report_seq ${ofReports})`;

/** Who may read a reply to a message is still to be known: the tracker may speak up again. */
const shredReports: readonly string[] = [
  `UPDATE parts SET raw = zeroblob(0), text_offset = 0 WHERE report_seq ${ofReports}`,
  `UPDATE reports SET text = '',
     extras = iif(extras ->> 'audience' IS NULL, NULL, json_object('audience', extras ->> 'audience'))
   WHERE seq ${ofReports}`,
  `UPDATE replies SET text = '' WHERE report_seq ${ofReports}`,
  `UPDATE ticket_events SET message = NULL, reply_text = NULL, consequences = NULL WHERE report_seq ${ofReports}`,
  `INSERT INTO journal (at_ms, report_seq, what, detail)
     SELECT @nowMs, value, 'words removed', 'by retention: those of message, parts and replies' FROM json_each(@seqs)`,
];

/** In an order in which each still finds what it is found by. */
const removeReports: readonly string[] = [
  `DELETE FROM dead_letters WHERE kind = 'report' AND subject_seq ${ofReports}`,
  `DELETE FROM dead_letters WHERE kind = 'reply' AND subject_seq ${repliesOfReports}`,
  `DELETE FROM dead_letters
   WHERE kind = 'part' AND subject_seq IN (SELECT id FROM parts WHERE report_seq ${ofReports})`,
  `DELETE FROM reply_segments WHERE reply_seq ${repliesOfReports}`,
  `DELETE FROM replies WHERE report_seq ${ofReports}`,
  `DELETE FROM journal WHERE report_seq ${ofReports}`,
  `DELETE FROM handled_messages WHERE report_seq ${ofReports}`,
  `DELETE FROM ticket_events WHERE report_seq ${ofReports}`,
  `DELETE FROM tickets WHERE report_seq ${ofReports}`,
  `DELETE FROM sender_tickets
   WHERE (sender_id, report_seq) IN (SELECT r.sender_id, r.seq FROM json_each(@seqs) j CROSS JOIN reports r ON r.seq = j.value)`,
  `DELETE FROM parts WHERE report_seq ${ofReports}`,
  `DELETE FROM reports WHERE seq ${ofReports}`,
];

/** `@ids`: the numbers of parts that belong to no report. */
const ofParts = 'IN (SELECT value FROM json_each(@ids))';
const shredParts: readonly string[] = [`UPDATE parts SET raw = zeroblob(0), text_offset = 0 WHERE id ${ofParts}`];
const removeParts: readonly string[] = [
  `DELETE FROM dead_letters WHERE kind = 'part' AND subject_seq ${ofParts}`,
  `DELETE FROM parts WHERE id ${ofParts}`,
];

/**
 * Takes words or records out of all tables. The database overwrites what is deleted (`secure_delete`). Runs inside a
 * transaction.
 */
export class Forgetting {
  readonly #shredReports;
  readonly #removeReports;
  readonly #shredParts;
  readonly #removeParts;
  readonly #removeActs;

  constructor(db: Db) {
    const prepare = (statements: readonly string[]) => statements.map((sql) => db.prepare<[object]>(sql));
    this.#shredReports = prepare(shredReports);
    this.#removeReports = prepare(removeReports);
    this.#shredParts = prepare(shredParts);
    this.#removeParts = prepare(removeParts);
    // A hold outlives its age: `channel_holds` says who set it by this row.
    this.#removeActs = db.prepare<[number, number]>(
      `DELETE FROM acts WHERE at_ms <= ? AND id IN (
         SELECT id FROM acts WHERE id NOT IN (SELECT act_id FROM channel_holds) ORDER BY id LIMIT ?)`,
    );
  }

  shredReports(seqs: readonly number[], nowMs: number): void {
    for (const statement of this.#shredReports) statement.run({ seqs: JSON.stringify(seqs), nowMs });
  }

  removeReports(seqs: readonly number[]): void {
    for (const statement of this.#removeReports) statement.run({ seqs: JSON.stringify(seqs) });
  }

  shredParts(ids: readonly number[]): void {
    for (const statement of this.#shredParts) statement.run({ ids: JSON.stringify(ids) });
  }

  removeParts(ids: readonly number[]): void {
    for (const statement of this.#removeParts) statement.run({ ids: JSON.stringify(ids) });
  }

  /** @returns how many. */
  removeActs(beforeMs: number, limit: number): number {
    return this.#removeActs.run(beforeMs, limit).changes;
  }
}

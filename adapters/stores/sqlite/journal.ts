import type { Db } from './database.js';

/** What happened to a report out of the ordinary: attempts that failed, operators' acts. Runs inside a transaction. */
export class Journal {
  readonly #add;

  constructor(db: Db) {
    this.#add = db.prepare<[number, number, string, string]>(
      'INSERT INTO journal (at_ms, report_seq, what, detail) VALUES (?, ?, ?, ?)',
    );
  }

  note(reportSeq: number, atMs: number, what: string, detail: string): void {
    this.#add.run(atMs, reportSeq, what, detail);
  }
}

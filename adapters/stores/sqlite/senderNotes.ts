import type { NewQuestion, NoteChanges } from '../../../src/ports/conversation.js';
import { changedColumns, type NotesRow as Notes, questionColumns } from '../senderRows.js';
import type { Db } from './database.js';

export type NotesRow = Notes<number>;

export const nothingNoted: NotesRow = {
  stopped: 0,
  language: null,
  pace_since_ms: null,
  pace_answers: null,
  question: null,
  question_seq: null,
  asked_ms: null,
  question_until_ms: null,
};

/** What is noted of senders. Runs inside a transaction. */
export class SenderNotes {
  readonly #senderOf;
  readonly #find;
  readonly #set;
  readonly #endQuestion;
  readonly #stopped;

  constructor(db: Db) {
    this.#senderOf = db.prepare<[number], { sender_id: number }>('SELECT sender_id FROM reports WHERE seq = ?');
    this.#find = db.prepare<[number], NotesRow>(
      `SELECT stopped, language, pace_since_ms, pace_answers, question, question_seq, asked_ms, question_until_ms
       FROM sender_notes WHERE sender_id = ?`,
    );
    this.#set = db.prepare<[NotesRow & { senderId: number }]>(
      `INSERT OR REPLACE INTO sender_notes (sender_id, stopped, language, pace_since_ms, pace_answers, question,
                                            question_seq, asked_ms, question_until_ms)
       VALUES (@senderId, @stopped, @language, @pace_since_ms, @pace_answers, @question,
               @question_seq, @asked_ms, @question_until_ms)`,
    );
    this.#endQuestion = db.prepare<[number, number]>(
      `UPDATE sender_notes SET question = NULL, question_seq = NULL, asked_ms = NULL, question_until_ms = NULL
       WHERE sender_id = (SELECT sender_id FROM reports WHERE seq = ?) AND question = 'needs_info' AND question_seq = ?`,
    );
    this.#stopped = db.prepare<[number], { stopped: number }>(
      `SELECT n.stopped FROM reports r CROSS JOIN sender_notes n ON n.sender_id = r.sender_id WHERE r.seq = ?`,
    );
  }

  /** Notes something of the sender of a report. @param question that is asked about this report's ticket. */
  change(reportSeq: number, changes: NoteChanges | undefined, question: NewQuestion | undefined, atMs: number): void {
    if (changes === undefined && question === undefined) return;
    const senderId = this.#senderOf.get(reportSeq)?.sender_id;
    if (senderId === undefined) return;
    this.#set.run({
      ...(this.#find.get(senderId) ?? nothingNoted),
      ...(changes === undefined ? {} : changedColumns(changes, (flag) => (flag ? 1 : 0))),
      ...(question === undefined ? {} : questionColumns(question, reportSeq, atMs)),
      senderId,
    });
  }

  /** The agency's question about a ticket that has moved on. */
  endQuestion(reportSeq: number): void {
    this.#endQuestion.run(reportSeq, reportSeq);
  }

  /** Whether the sender of a report said STOP. */
  hasStopped(reportSeq: number): boolean {
    return this.#stopped.get(reportSeq)?.stopped === 1;
  }
}

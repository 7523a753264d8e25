import type { Handled, HandledAs } from '../../../src/ports/conversation.js';
import type { Db } from './database.js';
import type { Outbox } from './outbox.js';
import type { SenderNotes } from './senderNotes.js';
import type { WorkQueue } from './workQueue.js';

/** Messages that made no report of their own. Runs inside a transaction. */
export class HandledMessages {
  readonly #add;

  constructor(
    db: Db,
    private readonly queue: WorkQueue,
    private readonly outbox: Outbox,
    private readonly notes: SenderNotes,
  ) {
    this.#add = db.prepare<[number, HandledAs, number | null, string, number]>(
      `INSERT OR REPLACE INTO handled_messages (report_seq, handled_as, ticket_seq, detail, at_ms) VALUES (?, ?, ?, ?, ?)`,
    );
  }

  record(items: readonly Handled[]): void {
    const queued = this.queue.done(items.map(({ seq }) => seq));
    for (const { seq, as, ticketSeq, detail, atMs, reply, notes } of items) {
      // Another worker was quicker: one answer is enough.
      if (!queued.has(seq)) continue;
      this.#add.run(seq, as, ticketSeq, detail, atMs);
      this.notes.change(seq, notes, undefined, atMs);
      if (reply !== null) this.outbox.add([{ reportSeq: seq, reply, atMs }]);
    }
  }
}

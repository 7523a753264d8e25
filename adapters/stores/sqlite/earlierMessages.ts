import type { Earlier } from '../../../src/ports/channel.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import type { ChangeOf } from '../messageRows.js';
import type { Channels } from './channels.js';
import type { Db } from './database.js';
import type { Journal } from './journal.js';

/** A message that leads back to an earlier one. */
/**
 * Messages that later ones speak of, by the channel's own names for them: what is edited, deleted or answered. Always the
 * same sender's: nobody deletes, amends or goes on with what another wrote. Runs inside a transaction.
 */
export class EarlierMessages {
  readonly #ofPart;
  readonly #ofReply;
  readonly #rootOf;
  readonly #aboutOf;
  readonly #ticketSeqOf;
  readonly #chain;
  readonly #shredParts;
  readonly #shredUnread;
  readonly #shredReport;

  constructor(
    db: Db,
    private readonly channels: Channels,
    private readonly journal: Journal,
  ) {
    this.#ofPart = db.prepare<[number, string, number], { report_seq: number }>(
      `SELECT report_seq FROM parts INDEXED BY parts_by_external_id
       WHERE channel_id = ? AND external_id = ? AND sender_id = ? AND report_seq IS NOT NULL ORDER BY id DESC LIMIT 1`,
    );
    this.#ofReply = db.prepare<[number, string, number], { report_seq: number }>(
      `SELECT a.report_seq FROM reply_segments s CROSS JOIN replies a ON a.seq = s.reply_seq
       WHERE s.channel_id = ? AND s.external_id = ? AND a.sender_id = ?`,
    );
    this.#rootOf = db.prepare<[number], { seq: number }>(
      'SELECT coalesce(about_seq, seq) AS seq FROM reports WHERE seq = ?',
    );
    this.#aboutOf = db.prepare<[number], { seq: number | null }>('SELECT about_seq AS seq FROM reports WHERE seq = ?');
    this.#ticketSeqOf = db.prepare<[number], { seq: number }>(
      `SELECT coalesce(h.ticket_seq, r.seq) AS seq
       FROM reports r LEFT JOIN handled_messages h ON h.report_seq = r.seq WHERE r.seq = ?`,
    );
    this.#chain = db.prepare<[{ root: number }], { seq: number }>(
      'SELECT @root AS seq UNION ALL SELECT seq FROM reports WHERE about_seq = @root',
    );
    this.#shredParts = db.prepare<[number]>('UPDATE parts SET raw = zeroblob(0), text_offset = 0 WHERE report_seq = ?');
    this.#shredUnread = db.prepare<[number, string, number]>(
      `UPDATE parts SET raw = zeroblob(0), text_offset = 0
       WHERE channel_id = ? AND external_id = ? AND sender_id = ? AND report_seq IS NULL`,
    );
    // Who may read a reply to it is still to be known.
    this.#shredReport = db.prepare<[number]>(
      `UPDATE reports SET text = '', flags = json_insert(coalesce(flags, '[]'), '$[#]', 'deleted'),
         extras = iif(extras ->> 'audience' IS NULL, NULL, json_object('audience', extras ->> 'audience'))
       WHERE seq = ?`,
    );
  }

  /** What a part does to an earlier one. Of one that is deleted the words go now. */
  note(channelId: number, senderId: number, { externalId, change }: Earlier, atMs: number): ChangeOf {
    const earlier = this.#ofPart.get(channelId, externalId, senderId)?.report_seq;
    const root = earlier === undefined ? undefined : this.#rootOf.get(earlier)?.seq;
    if (change === 'deleted') {
      this.#shredUnread.run(channelId, externalId, senderId);
      if (root !== undefined) this.#shred(root, atMs);
    }
    return { change, aboutSeq: root ?? null };
  }

  /** The report whose ticket a claimed message belongs to, by the channel's word; there need be no ticket. */
  ticketSeqFor(seq: number, senderId: number, { channelId, change, extras }: StoredMessage): number | null {
    if (change !== null) return this.#ticketOf(this.#aboutOf.get(seq)?.seq ?? null);
    const channel = this.channels.find(channelId);
    if (channel === null) return null;
    for (const externalId of [extras.inReplyTo, extras.conversation]) {
      if (externalId === undefined) continue;
      const found = this.#ofReply.get(channel, externalId, senderId) ?? this.#ofPart.get(channel, externalId, senderId);
      if (found !== undefined) return this.#ticketOf(found.report_seq);
    }
    return null;
  }

  /** A message that was a follow-up itself leads to the ticket that it was about. */
  #ticketOf(reportSeq: number | null): number | null {
    return reportSeq === null ? null : (this.#ticketSeqOf.get(reportSeq)?.seq ?? null);
  }

  #shred(root: number, atMs: number): void {
    for (const { seq } of this.#chain.all({ root })) {
      this.#shredParts.run(seq);
      this.#shredReport.run(seq);
      this.journal.note(seq, atMs, 'deleted by its author', 'the words of message and parts are gone');
    }
  }
}

import type { Earlier } from '../../../src/ports/channel.js';
import type { StoredMessage } from '../../../src/ports/store.js';
import type { ChangeOf } from '../messageRows.js';
import { storable } from './bulk.js';
import type { Channels } from './channels.js';
import type { Tx } from './database.js';
import { note } from './journal.js';

/** A message that leads back to an earlier one. */
interface Found {
  readonly seq: number | null;
}

const ofPart = `SELECT report_seq AS seq FROM parts
  WHERE channel_id = $1 AND external_id = $2 AND sender_id = $3 AND report_seq IS NOT NULL ORDER BY id DESC LIMIT 1`;
const ofReply = `SELECT a.report_seq AS seq FROM reply_segments s JOIN replies a ON a.seq = s.reply_seq
  WHERE s.channel_id = $1 AND s.external_id = $2 AND a.sender_id = $3`;
/** A message that was a follow-up itself leads to the ticket that it was about. */
const ticketOf = `SELECT coalesce(h.ticket_seq, r.seq) AS seq
  FROM reports r LEFT JOIN handled_messages h ON h.report_seq = r.seq WHERE r.seq = $1`;
const shredUnread = `UPDATE parts SET raw = '', text_offset = 0
  WHERE channel_id = $1 AND external_id = $2 AND sender_id = $3 AND report_seq IS NULL`;
const shredParts = `UPDATE parts SET raw = '', text_offset = 0 WHERE report_seq = ANY($1::bigint[])`;
// Who may read a reply to it is still to be known.
const shredReports = `UPDATE reports SET text = '', flags = (coalesce(flags, '[]')::jsonb || '["deleted"]')::text,
    extras = CASE WHEN extras::json ->> 'audience' IS NULL THEN NULL
                  ELSE json_build_object('audience', extras::json ->> 'audience')::text END
  WHERE seq = ANY($1::bigint[])`;

/**
 * Messages that later ones speak of, by the channel's own names for them: what is edited, deleted or answered. Always the
 * same sender's: nobody deletes, amends or goes on with what another wrote.
 */
export class EarlierMessages {
  constructor(private readonly channels: Channels) {}

  /** What a part does to an earlier one. Of one that is deleted the words go now. */
  async note(
    tx: Tx,
    channelId: number,
    senderId: number,
    { externalId, change }: Earlier,
    atMs: number,
  ): Promise<ChangeOf> {
    const name = [channelId, storable(externalId), senderId];
    const earlier = await seqOf(tx, ofPart, name);
    const root =
      earlier === null
        ? null
        : await seqOf(tx, 'SELECT coalesce(about_seq, seq) AS seq FROM reports WHERE seq = $1', [earlier]);
    if (change === 'deleted') {
      tx.send(shredUnread, name);
      if (root !== null) await shred(tx, root, atMs);
    }
    return { change, aboutSeq: root };
  }

  /** The report whose ticket a claimed message belongs to, by the channel's word; there need be no ticket. */
  async ticketSeqFor(tx: Tx, seq: number, senderId: number, message: StoredMessage): Promise<number | null> {
    const { channelId, change, extras } = message;
    if (change !== null) {
      const about = await seqOf(tx, 'SELECT about_seq AS seq FROM reports WHERE seq = $1', [seq]);
      return about === null ? null : seqOf(tx, ticketOf, [about]);
    }
    for (const externalId of [extras.inReplyTo, extras.conversation]) {
      if (externalId === undefined) continue;
      const name = [await this.channels.find(tx, channelId), storable(externalId), senderId];
      const found = (await seqOf(tx, ofReply, name)) ?? (await seqOf(tx, ofPart, name));
      if (found !== null) return seqOf(tx, ticketOf, [found]);
    }
    return null;
  }
}

async function seqOf(tx: Tx, sql: string, values: readonly unknown[]): Promise<number | null> {
  return (await tx.query<Found>(sql, values))[0]?.seq ?? null;
}

async function shred(tx: Tx, root: number, atMs: number): Promise<void> {
  const edits = await tx.query<{ seq: number }>('SELECT seq FROM reports WHERE about_seq = $1 ORDER BY seq', [root]);
  const chain = [root, ...edits.map(({ seq }) => seq)];
  tx.send(shredParts, [chain]);
  tx.send(shredReports, [chain]);
  const told = { atMs, what: 'deleted by its author', detail: 'the words of message and parts are gone' };
  note(
    tx,
    chain.map((reportSeq) => ({ reportSeq, ...told })),
  );
}

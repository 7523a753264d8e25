import type { CopyTable, CopyType } from '../../src/ports/storeCopy.js';

/** `name:type` for each column; the key first. */
function table(name: string, keyColumns: number, columns: string): CopyTable {
  const types: Readonly<Record<string, CopyType>> = {
    b: 'bigint',
    i: 'integer',
    t: 'text',
    o: 'bytea',
    u: 'uuid',
    f: 'boolean',
  };
  return {
    name,
    keyColumns,
    columns: columns.split(' ').map((column) => {
      const [title = '', letter = ''] = column.split(':');
      return [title, types[letter] ?? 'text'] as const;
    }),
  };
}

const queue = 'seq:b lane:i sender_id:b due_ms:b attempts:i uncertain_attempts:i';

/**
 * What both kinds of store have, by the names that they share. b: a number, i: a small one, t: text, o: octets, u: UUID,
 * f: yes or no.
 */
export const copyTables: readonly CopyTable[] = [
  table('channels', 1, 'id:i name:t medium:t'),
  table('senders', 1, 'id:b medium:t address:t ref:t created_ms:b'),
  table(
    'parts',
    1,
    'id:b report_seq:b set_id:b sequence:i channel_id:i sender_id:b received_ms:b recipient:t external_id:t data_coding:i encoding:t text_offset:i oddity:t duplicate:f raw:o',
  ),
  table('part_ids', 2, 'channel_id:i id:t part_id:b'),
  table('part_fingerprints', 2, 'channel_id:i fingerprint:o link:b copies:i part_id:b received_ms:b'),
  table('part_sets', 1, 'id:b channel_id:i sender_id:b recipient:t reference:i total:i join_until_ms:b report_seq:b'),
  table(
    'reports',
    1,
    'seq:b id:u channel_id:i sender_id:b received_ms:b recipient:t encoding:t parts:i external_ids:t flags:t extras:t text:t change:t about_seq:b',
  ),
  table('forward_queue', 1, queue),
  table(
    'tickets',
    1,
    'report_seq:b tracking_id:t status:t sequence:b agency:t due_at:t public_url:t zone:t secret:f forwarded_ms:b updated_ms:b',
  ),
  table('sender_tickets', 2, 'sender_id:b report_seq:b'),
  table(
    'sender_notes',
    1,
    'sender_id:b stopped:f language:t pace_since_ms:b pace_answers:i question:t question_seq:b asked_ms:b question_until_ms:b',
  ),
  table('handled_messages', 1, 'report_seq:b handled_as:t ticket_seq:b detail:t at_ms:b'),
  table('notices', 1, 'id:b report_seq:b kind:t text:t not_before_ms:b unasked:f unmoved_sequence:b at_ms:b'),
  table(
    'ticket_events',
    2,
    'report_seq:b sequence:b applied:f tracking_id:t status:t agency:t message:t due_at:t consequences:t at_ms:b',
  ),
  table('event_deliveries', 1, 'delivery_id:t at_ms:b'),
  table(
    'replies',
    1,
    'seq:b id:u report_seq:b channel_id:i sender_id:b kind:t state:t created_ms:b accepted_ms:b settled_ms:b text:t',
  ),
  table('reply_queue', 1, queue),
  table('reply_segments', 2, 'channel_id:i external_id:t reply_seq:b state:t heard_ms:b'),
  table('dead_letters', 1, 'id:b kind:t subject_seq:b channel_id:i code:t message:t at_ms:b closed_ms:b resolution:t'),
  table('journal', 1, 'id:b at_ms:b report_seq:b what:t detail:t'),
  table('cursors', 1, 'name:t value:t'),
  table('acts', 1, 'id:b at_ms:b actor:t act:t subject:t reason:t ended_ms:b result:t detail:t'),
  table('channel_holds', 1, 'channel:t hold:t act_id:b'),
];

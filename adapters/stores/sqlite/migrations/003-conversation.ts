/**
 * What makes a conversation of messages: whose tickets are whose, what a sender was asked, what became of messages that
 * made no report, and replies that wait for their time.
 */
export const conversation = `
  -- Newest last. Beside tickets, for those have no sender; and not an index on reports, which intake would pay for.
  CREATE TABLE sender_tickets (
    sender_id INTEGER NOT NULL,
    report_seq INTEGER NOT NULL,
    PRIMARY KEY (sender_id, report_seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sender_tickets (sender_id, report_seq)
    SELECT r.sender_id, t.report_seq FROM tickets t CROSS JOIN reports r ON r.seq = t.report_seq;

  -- Only senders of whom there is something to note.
  CREATE TABLE sender_notes (
    sender_id INTEGER PRIMARY KEY,
    stopped INTEGER NOT NULL,
    language TEXT,
    pace_since_ms INTEGER,
    pace_answers INTEGER,
    question TEXT,
    question_seq INTEGER,
    asked_ms INTEGER,
    question_until_ms INTEGER
  ) STRICT;

  CREATE TABLE handled_messages (
    report_seq INTEGER PRIMARY KEY,
    handled_as TEXT NOT NULL,
    ticket_seq INTEGER,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX handled_of_ticket ON handled_messages (ticket_seq, at_ms) WHERE ticket_seq IS NOT NULL;

  -- Replies that are not due yet. unmoved_sequence: dropped unless the ticket still stands there.
  CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report_seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    not_before_ms INTEGER NOT NULL,
    unasked INTEGER NOT NULL,
    unmoved_sequence INTEGER,
    at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX notices_due ON notices (not_before_ms);
  CREATE INDEX notices_of_report ON notices (report_seq);

  ALTER TABLE tickets ADD COLUMN zone TEXT;

  -- What a kept event will cause when it is applied; takes the place of reply_kind and reply_text.
  ALTER TABLE ticket_events ADD COLUMN consequences TEXT;

  -- What a message does to an earlier one, and the first of those that it leads back to.
  ALTER TABLE reports ADD COLUMN change TEXT;
  ALTER TABLE reports ADD COLUMN about_seq INTEGER;
  CREATE INDEX reports_about ON reports (about_seq) WHERE about_seq IS NOT NULL;

  -- Channels without ids of their own, as SMPP, pay nothing for it.
  CREATE INDEX parts_by_external_id ON parts (channel_id, external_id) WHERE external_id IS NOT NULL;
`;

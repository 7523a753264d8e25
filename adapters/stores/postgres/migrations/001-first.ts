import type { Migration } from './migration.js';

/**
 * The first schema, table by table as in the SQLite store where the two can be alike. What differs, differs because
 * many nodes write at once:
 *
 * - A queue keeps at most one item of each sender that is not parked (its head), by a unique index: whatever nodes do at
 *   the same time, no two items of one sender are under way, and a claim is a look at heads alone.
 * - A receipt that comes before its reply's segment is a row of the same table: the primary key makes one wait for the
 *   other, and neither is missed.
 * - Numbers of parts and reports come from sequences, ahead of the rows, so that one statement writes all rows of a kind.
 *
 * Queues are small and change all the time: they leave room in their pages and are vacuumed early.
 */
const queue = (table: string): string => `
  CREATE TABLE ${table} (
    seq bigint PRIMARY KEY,
    lane integer NOT NULL,
    sender_id bigint NOT NULL,
    state smallint NOT NULL,
    due_ms bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    uncertain_attempts integer NOT NULL DEFAULT 0,
    -- Something of the same sender is perhaps parked behind this item.
    followed boolean NOT NULL DEFAULT false,
    -- Whose lease it is.
    node integer
  );
  ALTER TABLE ${table} SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
  CREATE UNIQUE INDEX ${table}_heads ON ${table} (lane, sender_id) WHERE state <> 3;
  CREATE INDEX ${table}_ready ON ${table} (lane, seq) WHERE state = 0;
  CREATE INDEX ${table}_due ON ${table} (due_ms) WHERE state IN (1, 2);
  CREATE INDEX ${table}_parked ON ${table} (lane, sender_id, seq) WHERE state = 3;
`;

export const first: Migration = {
  worksFrom: 1,
  sql: `
  -- The one place where addresses live.
  CREATE TABLE senders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    medium text NOT NULL,
    address text NOT NULL,
    ref text NOT NULL UNIQUE,
    created_ms bigint NOT NULL,
    UNIQUE (medium, address)
  );

  CREATE TABLE channels (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    medium text NOT NULL
  );

  -- Evidence: what arrived, as it arrived, without addresses.
  CREATE SEQUENCE part_numbers;
  CREATE TABLE parts (
    id bigint PRIMARY KEY,
    report_seq bigint,
    set_id bigint,
    sequence integer,
    channel_id integer NOT NULL,
    sender_id bigint NOT NULL,
    received_ms bigint NOT NULL,
    recipient text NOT NULL,
    external_id text,
    data_coding integer,
    encoding text NOT NULL,
    text_offset integer NOT NULL,
    oddity text,
    duplicate boolean NOT NULL,
    raw bytea NOT NULL
  );
  CREATE INDEX parts_of_report ON parts (report_seq) WHERE report_seq IS NOT NULL;
  -- Channels without ids of their own, as SMPP, pay nothing for it.
  CREATE INDEX parts_by_external_id ON parts (channel_id, external_id) WHERE external_id IS NOT NULL;
  CREATE INDEX parts_of_set ON parts (set_id, sequence) WHERE set_id IS NOT NULL;

  -- What a redelivered part is recognised by: the peer's id for good, or a fingerprint until our acknowledgement is
  -- known to be there.
  CREATE TABLE part_ids (
    channel_id integer NOT NULL,
    id text NOT NULL,
    part_id bigint NOT NULL,
    PRIMARY KEY (channel_id, id)
  );

  CREATE TABLE part_fingerprints (
    channel_id integer NOT NULL,
    fingerprint bytea NOT NULL,
    link bigint NOT NULL,
    copies integer NOT NULL,
    part_id bigint NOT NULL,
    received_ms bigint NOT NULL,
    PRIMARY KEY (channel_id, fingerprint)
  );
  ALTER TABLE part_fingerprints SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

  -- Long messages whose parts are arriving.
  CREATE SEQUENCE set_numbers;
  CREATE TABLE part_sets (
    id bigint PRIMARY KEY,
    channel_id integer NOT NULL,
    sender_id bigint NOT NULL,
    recipient text NOT NULL,
    reference integer NOT NULL,
    total integer NOT NULL,
    join_until_ms bigint NOT NULL,
    report_seq bigint
  );
  CREATE INDEX part_sets_by_key ON part_sets (channel_id, sender_id, recipient, reference, total, id);
  CREATE INDEX part_sets_open ON part_sets (join_until_ms) WHERE report_seq IS NULL;
  CREATE INDEX part_sets_closed ON part_sets (join_until_ms) WHERE report_seq IS NOT NULL;
  CREATE INDEX part_sets_open_of_sender ON part_sets (sender_id, id) WHERE report_seq IS NULL;

  CREATE SEQUENCE report_numbers;
  CREATE TABLE reports (
    seq bigint PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    channel_id integer NOT NULL,
    sender_id bigint NOT NULL,
    received_ms bigint NOT NULL,
    recipient text NOT NULL,
    encoding text NOT NULL,
    parts integer NOT NULL,
    external_ids text,
    flags text,
    extras text,
    text text NOT NULL,
    -- What it does to an earlier one, and the first of those that it leads back to.
    change text,
    about_seq bigint
  );
  CREATE INDEX reports_about ON reports (about_seq) WHERE about_seq IS NOT NULL;
  ${queue('forward_queue')}

  CREATE TABLE tickets (
    report_seq bigint PRIMARY KEY,
    tracking_id text NOT NULL,
    status text NOT NULL,
    sequence bigint NOT NULL,
    agency text,
    due_at text,
    public_url text,
    zone text,
    forwarded_ms bigint NOT NULL,
    updated_ms bigint NOT NULL
  );
  CREATE INDEX tickets_by_tracking_id ON tickets (tracking_id, report_seq);

  -- Newest last. Beside tickets, for those have no sender; and not an index on reports, which intake would pay for.
  CREATE TABLE sender_tickets (
    sender_id bigint NOT NULL,
    report_seq bigint NOT NULL,
    PRIMARY KEY (sender_id, report_seq)
  );

  -- Only senders of whom there is something to note.
  CREATE TABLE sender_notes (
    sender_id bigint PRIMARY KEY,
    stopped boolean NOT NULL DEFAULT false,
    language text,
    pace_since_ms bigint,
    pace_answers integer,
    question text,
    question_seq bigint,
    asked_ms bigint,
    question_until_ms bigint
  );

  CREATE TABLE handled_messages (
    report_seq bigint PRIMARY KEY,
    handled_as text NOT NULL,
    ticket_seq bigint,
    detail text NOT NULL,
    at_ms bigint NOT NULL
  );
  CREATE INDEX handled_of_ticket ON handled_messages (ticket_seq, at_ms) WHERE ticket_seq IS NOT NULL;

  -- Replies that are not due yet. unmoved_sequence: dropped unless the ticket still stands there.
  CREATE TABLE notices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_seq bigint NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    not_before_ms bigint NOT NULL,
    unasked boolean NOT NULL,
    unmoved_sequence bigint,
    at_ms bigint NOT NULL
  );
  CREATE INDEX notices_due ON notices (not_before_ms, id);
  CREATE INDEX notices_of_report ON notices (report_seq);

  -- Each status event once; those not applied came before their report was recorded as forwarded.
  CREATE TABLE ticket_events (
    report_seq bigint NOT NULL,
    sequence bigint NOT NULL,
    applied boolean NOT NULL,
    tracking_id text NOT NULL,
    status text NOT NULL,
    agency text,
    message text,
    due_at text,
    -- What a kept event will cause when it is applied.
    consequences text,
    at_ms bigint NOT NULL,
    PRIMARY KEY (report_seq, sequence)
  );
  CREATE INDEX ticket_events_kept ON ticket_events (report_seq, sequence) WHERE NOT applied;

  CREATE TABLE event_deliveries (
    delivery_id text PRIMARY KEY,
    at_ms bigint NOT NULL
  );
  CREATE INDEX event_deliveries_by_time ON event_deliveries (at_ms);

  CREATE TABLE replies (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    report_seq bigint NOT NULL,
    channel_id integer NOT NULL,
    sender_id bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    created_ms bigint NOT NULL,
    accepted_ms bigint,
    settled_ms bigint,
    text text NOT NULL
  );
  CREATE INDEX replies_of_report ON replies (report_seq);
  ${queue('reply_queue')}

  -- Without a reply: a receipt for an id that no reply has yet. Telcos send some before they answer the submit.
  CREATE TABLE reply_segments (
    channel_id integer NOT NULL,
    external_id text NOT NULL,
    reply_seq bigint,
    state text NOT NULL,
    heard_ms bigint NOT NULL,
    PRIMARY KEY (channel_id, external_id)
  );
  CREATE INDEX reply_segments_of_reply ON reply_segments (reply_seq) WHERE reply_seq IS NOT NULL;
  CREATE INDEX reply_segments_early ON reply_segments (heard_ms) WHERE reply_seq IS NULL;

  CREATE TABLE dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    subject_seq bigint NOT NULL,
    channel_id integer NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    at_ms bigint NOT NULL,
    closed_ms bigint,
    resolution text
  );
  CREATE INDEX dead_letters_open ON dead_letters (id) WHERE closed_ms IS NULL;
  CREATE INDEX dead_letters_by_subject ON dead_letters (kind, subject_seq);

  -- What happened out of the ordinary; the ordinary is told by the rows themselves.
  CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    report_seq bigint NOT NULL,
    what text NOT NULL,
    detail text NOT NULL
  );
  CREATE INDEX journal_of_report ON journal (report_seq);

  CREATE TABLE cursors (
    name text PRIMARY KEY,
    value text NOT NULL
  );

  -- Append-only but for its end: a row without one is an act that the gateway did not live to finish.
  CREATE TABLE acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    actor text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    reason text,
    ended_ms bigint,
    result text,
    detail text
  );
  CREATE INDEX acts_by_subject ON acts (subject, id);

  -- By name: a channel by which nothing ever came has no number yet.
  CREATE TABLE channel_holds (
    channel text PRIMARY KEY,
    hold text NOT NULL,
    act_id bigint NOT NULL
  );

  -- What one node does at a time. A token grows with each node that takes the turn.
  CREATE TABLE turns (
    name text PRIMARY KEY,
    owner text NOT NULL,
    token bigint NOT NULL,
    until_ms bigint NOT NULL
  );

  -- Gateways that run on this store. The time is the database's own: nodes' clocks may differ.
  CREATE TABLE nodes (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alive_until_ms bigint NOT NULL
  );
`,
};

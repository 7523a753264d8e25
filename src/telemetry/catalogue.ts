/**
 * Every metric of the gateway's own. `docs/operations/metrics.md` is generated from here, and the dashboard and alert
 * rules are tested against it. Labels are channels, links and kinds of outcome: never an address, an id or a text.
 */
export interface MetricEntry {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** What the values of a label may be, where they are not plain. */
  readonly values?: string;
  /** Upper bounds in seconds. */
  readonly buckets?: readonly number[];
}

const peerSeconds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60] as const;

export const catalogue = {
  lapor_parts_total: {
    type: 'counter',
    help: 'Parts taken in, by what became of them',
    labels: ['channel', 'outcome'],
    values:
      'outcome: `reports` (a message is complete), `waiting` (for its other parts), `duplicates`, `unsupported` (a dead letter), `refused` (the store did not take it; the peer sends it again)',
  },
  lapor_receipts_total: {
    type: 'counter',
    help: 'Delivery receipts, by what they were to the gateway',
    labels: ['channel', 'outcome'],
    values:
      'outcome: `matched`, `late` (over an hour after the reply was accepted), `repeated` (said nothing new), `orphaned` (no reply has the id yet; kept three days for it)',
  },
  lapor_receipts_by_state_total: {
    type: 'counter',
    help: 'Delivery receipts, by the state that they tell',
    labels: ['channel', 'state'],
  },
  lapor_receipts_unclaimed: {
    type: 'gauge',
    help: 'Receipts that wait for a reply with their id. Growing: the forms of the ids differ',
    labels: ['channel'],
  },
  lapor_receipts_claimed_total: {
    type: 'counter',
    help: 'Orphaned receipts whose reply came after all, by its ids: the telco was faster than its own answer',
    labels: ['channel'],
  },
  lapor_forward_attempts_total: {
    type: 'counter',
    help: 'Attempts to handle a message, by what came of them',
    labels: ['outcome'],
    values:
      'outcome: `forwarded` (a report), `followed_up`, `answered`, `kept` (neither, such as our own words come back), `postponed`, `released` (the tracker is away), `refused` (a dead letter)',
  },
  lapor_messages_handled_total: {
    type: 'counter',
    help: 'Messages that made no report of their own, by what was done about them',
    labels: ['deed'],
    values:
      'deed: `addition`, `answer`, `not_resolved`, `resolved`, `rating`, `withdrawal` (the tracker has them), `status`, `kept`, and the names of reply texts: `help`, `stopped`, `started`, `unknownTicket`, `noTicketYet`, `askAddition`, `askRating`, `greeting`, `unclear`, `empty`',
  },
  lapor_reply_attempts_total: {
    type: 'counter',
    help: 'Attempts to send a reply',
    labels: ['channel', 'outcome'],
    values: 'outcome: `accepted`, `unsent`, `rejected`, `withheld` (the rules of the channel forbid it), `uncertain`',
  },
  lapor_replies_resent_total: {
    type: 'counter',
    help: 'Replies sent again that were perhaps sent before',
    labels: ['channel'],
  },
  lapor_replies_in_flight: { type: 'gauge', help: 'Replies under way', labels: ['channel'] },
  lapor_replies_waiting: { type: 'gauge', help: 'Replies that wait, those under way included', labels: ['channel'] },
  lapor_oldest_reply_seconds: {
    type: 'gauge',
    help: 'Age of the oldest reply that waits; 0 when none does',
    labels: ['channel'],
  },
  lapor_status_events_total: {
    type: 'counter',
    help: 'Status events of the tracker',
    labels: ['outcome'],
    values: 'outcome: `applied`, `kept` (its report is not forwarded yet), `repeated`, `unknown`',
  },
  lapor_waiting: {
    type: 'gauge',
    help: 'What waits in the store',
    labels: ['what'],
    values:
      'what: `reports` (messages to be handled), `replies`, `notices` (replies kept aside until their time), `incomplete messages`, `dead letters`',
  },
  lapor_oldest_report_seconds: {
    type: 'gauge',
    help: 'Age of the oldest report that waits for the tracker; 0 when none does',
    labels: [],
  },
  lapor_incomplete_messages: {
    type: 'gauge',
    help: 'Long messages that wait for parts',
    labels: ['channel'],
  },
  lapor_incomplete_messages_expired_total: {
    type: 'counter',
    help: 'Long messages that went on without all of their parts, flagged `truncated`',
    labels: ['channel'],
  },
  lapor_tracker_up: {
    type: 'gauge',
    help: '0 while reports are held back because the tracker is away',
    labels: [],
  },
  lapor_store_writable: { type: 'gauge', help: '0 when the store did not take a write just now', labels: [] },
  lapor_retention_removed_total: {
    type: 'counter',
    help: 'What retention removed from the store',
    labels: ['what'],
    values: 'what: `words`, `records` (both count messages), `senders`, `acts` (of the audit trail)',
  },
  lapor_retention_done_timestamp_seconds: {
    type: 'gauge',
    help: 'When retention last found nothing more to remove; 0 since the start of this process',
    labels: [],
  },
  lapor_channel_up: { type: 'gauge', help: '1 up, 0.5 degraded (some links), 0 down', labels: ['channel'] },
  lapor_channel_held: {
    type: 'gauge',
    help: '1 while an operator holds the channel',
    labels: ['channel', 'hold'],
    values: 'hold: `paused`, `drained`',
  },
  lapor_link_state: {
    type: 'gauge',
    help: '1 for the state in which the link is',
    labels: ['channel', 'link', 'state'],
    values: 'link and state: the adapter’s own words; those of SMPP are in its README',
  },
  lapor_link_state_seconds: {
    type: 'gauge',
    help: 'How long the link has been in its state',
    labels: ['channel', 'link'],
  },
  lapor_link_in_flight: {
    type: 'gauge',
    help: 'Requests that the link has sent and that are not answered yet; absent where the adapter does not count them',
    labels: ['channel', 'link'],
  },
  lapor_link_unanswered_messages: {
    type: 'gauge',
    help: 'Messages that came over the link and are not acknowledged yet; absent where the adapter does not count them',
    labels: ['channel', 'link'],
  },
  lapor_submit_limit_per_second: {
    type: 'gauge',
    help: 'Segments a second that the channel allows itself now: less than its throughput after the telco throttled it',
    labels: ['channel'],
  },
  lapor_rate_cuts_total: {
    type: 'counter',
    help: 'How often the channel slowed down because the telco asked for it',
    labels: ['channel', 'cause'],
    values: 'cause: `throttled`, `congested`',
  },
  lapor_links_lost_total: {
    type: 'counter',
    help: 'Links that ended without the gateway wishing it',
    labels: ['channel', 'session'],
  },
  lapor_bind_attempts_total: {
    type: 'counter',
    help: 'Attempts to bind',
    labels: ['channel', 'session', 'result'],
    values:
      'result: `bound`, `failed` (no connection, or no answer), or the name of the status that the telco answered',
  },
  lapor_submits_total: {
    type: 'counter',
    help: 'Segments of replies sent, by the session that took them and the telco’s answer',
    labels: ['channel', 'session', 'status'],
    values: 'session: as in `channel list`, without the host; status: the status’s name, `timeout`, `closed`',
  },
  lapor_submit_seconds: {
    type: 'histogram',
    help: 'From a segment’s place in the queue to the telco’s answer',
    labels: ['channel', 'session'],
    buckets: peerSeconds,
  },
  lapor_enquire_links_unanswered_total: {
    type: 'counter',
    help: 'Questions whether the telco still lives that it did not answer in time',
    labels: ['channel'],
  },
  lapor_malformed_pdus_total: {
    type: 'counter',
    help: 'PDUs that did not add up',
    labels: ['channel', 'command'],
  },
  lapor_odd_parts_total: {
    type: 'counter',
    help: 'Parts with something odd about them, and how they were read',
    labels: ['channel', 'oddity', 'encoding'],
    values:
      'oddity: `wrong_data_coding` is a decode fallback (the octets prove another alphabet than they were said to have); the others are in the README of the adapter',
  },
  lapor_channel_events_total: {
    type: 'counter',
    help: 'All else that adapters count',
    labels: ['channel', 'event', 'detail'],
    values: 'event: in the README of the adapter',
  },
  lapor_channel_seconds: {
    type: 'histogram',
    help: 'All else that adapters time',
    labels: ['channel', 'event'],
    buckets: peerSeconds,
  },
  lapor_operator_acts_total: {
    type: 'counter',
    help: 'Acts of operators on the running gateway',
    labels: ['act', 'result'],
    values: 'act: as in `lapor-gateway audit`; result: `done`, `refused`, `failed`',
  },
  lapor_x_requests_total: {
    type: 'counter',
    help: 'Requests to X',
    labels: ['channel', 'endpoint', 'status'],
    values: 'status: the HTTP status, `unreached` (nothing was written), `lost` (no answer came)',
  },
  lapor_x_spending_total: {
    type: 'counter',
    help: 'What X charges for, each post once a day as X counts it',
    labels: ['channel', 'kind'],
    values:
      'kind: `ownedRead` (a mention), `read` (another post), `dmRead`, `post`, `postWithUrl`, `dm` (direct messages)',
  },
  lapor_x_spent_usd_total: {
    type: 'counter',
    help: 'The same in US dollars, by the prices in the config',
    labels: ['channel', 'kind'],
  },
  lapor_x_passed_over_total: {
    type: 'counter',
    help: 'Posts and direct messages that are no message to us, or are known',
    labels: ['channel', 'reason'],
    values:
      'reason: `seen` (taken before), `own`, `repost`, `not_called` (names us only where X hid it), `old` (from before the first start)',
  },
  lapor_x_webhooks_total: {
    type: 'counter',
    help: 'Webhooks of X',
    labels: ['channel', 'outcome'],
    values:
      'outcome: `taken`, `not_for_us`, `bad_signature`, `bad_challenge` (X has no such token: somebody wants a forgery signed), `unreadable`, `not_ready`, `not_stored` (X sends the last two again)',
  },
  lapor_x_budget_used_percent: {
    type: 'gauge',
    help: 'Of the cap on spending or reading that is nearest; 0 where the config has none. At 100 reading stops',
    labels: ['channel'],
  },
  lapor_x_alarms_total: {
    type: 'counter',
    help: 'Times that X stopped the account: a person must look',
    labels: ['channel', 'fault'],
    values: 'fault: `no_credits`, `usage_capped`, `unauthorized`, `no_permission`, `suspended`',
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof catalogue;

/**
 * Which of an adapter's counts have a metric of their own; labels of the same name are taken over, those that the
 * adapter does not give are empty. All others go to `lapor_channel_events_total`.
 */
export const metricOfEvent: Readonly<Record<string, MetricName>> = {
  bind: 'lapor_bind_attempts_total',
  link_lost: 'lapor_links_lost_total',
  submit: 'lapor_submits_total',
  receipt: 'lapor_receipts_by_state_total',
  enquire_link_unanswered: 'lapor_enquire_links_unanswered_total',
  pdu_malformed: 'lapor_malformed_pdus_total',
  rate_cut: 'lapor_rate_cuts_total',
  oddity: 'lapor_odd_parts_total',
  x_request: 'lapor_x_requests_total',
  x_spending: 'lapor_x_spending_total',
  x_spent_usd: 'lapor_x_spent_usd_total',
  x_passed_over: 'lapor_x_passed_over_total',
  x_webhook: 'lapor_x_webhooks_total',
  x_alarm: 'lapor_x_alarms_total',
};

/** Facts of a channel's health that have a gauge of their own. */
export const metricOfFact: Readonly<Record<string, MetricName>> = {
  submits_per_second: 'lapor_submit_limit_per_second',
  budget_used_percent: 'lapor_x_budget_used_percent',
};

/** The same for what adapters time. */
export const histogramOfEvent: Readonly<Record<string, MetricName>> = { submit: 'lapor_submit_seconds' };

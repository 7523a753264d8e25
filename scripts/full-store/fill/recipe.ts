import { type Dialect, hashOf, padded } from './dialect.js';

/**
 * What a store holds after a year of service, as SQL over numbers, the same for both kinds of store: message number `i`
 * is written by some sender, becomes a report, then a ticket that moves twice, and is answered. Rows are made by the
 * database itself, for ten million messages are some hundred million rows.
 */
export interface Filling {
  readonly messages: number;
  /** When the newest of them came in; the oldest a year before. */
  readonly nowMs: number;
}

/** A statement that writes rows of one table, one for each number `i` of a range that `where` picks. */
export interface Rows {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly where?: string;
}

interface RowsOfRange extends Rows {
  readonly from: number;
  readonly to: number;
}

const yearMs = 365 * 86_400_000;
const waitingMax = 5_000;

/** Channels by their numbers: those of `npm run bench`, and one whose peer names its messages. */
export const filledChannels = [
  { id: 1, name: 'telco1', medium: 'sms' },
  { id: 2, name: 'telco2', medium: 'sms' },
  { id: 3, name: 'telco3', medium: 'sms' },
  { id: 4, name: 'twitter', medium: 'twitter' },
] as const;

/** A step from one sender's number to the next, in eight digits: numbers of telephones do not come in order. */
export const numberSpread = 7_368_787;

/** Three senders for ten messages, in twenties: of each, the last is on X. */
export function sendersOf(messages: number): number {
  return Math.max(200, Math.ceil((messages * 0.3) / 20) * 20);
}

/** How many of the newest messages wait to be forwarded. */
export function waitingOf(messages: number): number {
  return Math.min(waitingMax, Math.floor(messages / 20));
}

const text = `'Mohon perbaikan lampu jalan yang padam sejak pekan lalu di depan kantor camat, laporan nomor ' || i`;
const oddNumber = 'i % 1000 = 7';
const onX = 'i % 20 = 3';
const isLong = 'i % 10 = 6';
const isHandled = 'i % 13 = 5';
const channel = `CASE WHEN ${onX} THEN 4 ELSE 1 + i % 3 END`;
const externalId = 'CAST(1900000000000000000 + i * 1000 AS TEXT)';
/** One long message in ten has a second part. */
const partId = '(i + (i + 3) / 10)';
const setId = '(i + 4) / 10';
/** Every other ticket has a second reply. */
const replySeq = '(i + (i - 1) / 2)';

/** Expressions that depend on how much there is. */
function words({ messages, nowMs }: Filling) {
  const senders = sendersOf(messages);
  const waiting = waitingOf(messages);
  const any = `(1 + ${hashOf('i')} % CASE WHEN i % 5 = 0 THEN ${senders / 20} ELSE ${senders} END)`;
  return {
    senders,
    waiting,
    // A message in five comes from one of few who write often.
    sender: `CASE WHEN ${onX} THEN ((${any} - 1) / 20 + 1) * 20 WHEN ${any} % 20 = 0 THEN ${any} - 1 ELSE ${any} END`,
    atMs: (more = 0) => `(${nowMs - yearMs + more} + i * ${yearMs} / ${messages})`,
    isTicket: `i <= ${messages - waiting} AND NOT (${oddNumber}) AND NOT (${isHandled})`,
    isAnswered: `i <= ${messages - 2 * waiting}`,
    isOfLast: (days: number) => `i > ${messages - Math.floor((messages * days) / 365)}`,
  };
}

/** Of senders, by their number `i`. */
export function senderRows(filling: Filling): readonly Rows[] {
  const { senders } = words(filling);
  const { nowMs } = filling;
  const atMs = `(${nowMs - yearMs} + i * ${yearMs} / ${senders})`;
  return [
    {
      table: 'senders',
      columns: {
        id: 'i',
        medium: `CASE WHEN i % 20 = 0 THEN 'twitter' ELSE 'sms' END`,
        address: `CASE WHEN i % 20 = 0 THEN '' ELSE '62812' END || ${padded(`i * ${numberSpread} % 100000000`, 8)}`,
        ref: `'s_' || ${padded(`${atMs} / 1000`, 10)} || ${padded(`${hashOf('i')} * 100 + i % 100`, 13)}`,
        created_ms: atMs,
      },
    },
    {
      table: 'sender_notes',
      columns: {
        sender_id: 'i',
        stopped: 'i % 500 = 0',
        language: `CASE WHEN i % 50 = 0 THEN 'en' END`,
        pace_since_ms: atMs,
        pace_answers: '1',
      },
      where: 'i % 10 = 0',
    },
  ];
}

/** Of messages, by their number `i`: what came in. */
export function messageRows(filling: Filling, { uuid, octets }: Dialect): readonly Rows[] {
  const { sender, atMs } = words(filling);
  const part = {
    report_seq: `CASE WHEN ${oddNumber} THEN NULL ELSE i END`,
    set_id: `CASE WHEN ${isLong} THEN ${setId} END`,
    channel_id: channel,
    sender_id: sender,
    received_ms: atMs(),
    recipient: `'1708'`,
    external_id: `CASE WHEN ${onX} THEN ${externalId} END`,
    data_coding: '0',
    encoding: `CASE WHEN ${oddNumber} THEN 'binary' ELSE 'gsm7' END`,
    text_offset: '0',
    oddity: `CASE WHEN ${oddNumber} THEN 'binary' END`,
    duplicate: 'FALSE',
    raw: octets(text),
  };
  return [
    { table: 'parts', columns: { id: partId, sequence: `CASE WHEN ${isLong} THEN 1 END`, ...part } },
    { table: 'parts', columns: { id: `${partId} + 1`, sequence: '2', ...part }, where: isLong },
    { table: 'part_ids', columns: { channel_id: '4', id: externalId, part_id: partId }, where: onX },
    {
      table: 'reports',
      columns: {
        seq: 'i',
        id: uuid(atMs(), 'i % 4096', hashOf('i')),
        channel_id: channel,
        sender_id: sender,
        received_ms: atMs(),
        recipient: `'1708'`,
        encoding: `'gsm7'`,
        parts: `CASE WHEN ${isLong} THEN 2 ELSE 1 END`,
        external_ids: `CASE WHEN ${onX} THEN '["' || ${externalId} || '"]' END`,
        text,
        change: `CASE WHEN i % 400 = 3 AND i > 20 THEN 'edited' END`,
        about_seq: 'CASE WHEN i % 400 = 3 AND i > 20 THEN i - 20 END',
      },
      where: `NOT (${oddNumber})`,
    },
    {
      table: 'dead_letters',
      columns: {
        id: 'i / 1000 + 1',
        kind: `'part'`,
        subject_seq: partId,
        channel_id: channel,
        code: `'binary'`,
        message: `'arrived and was kept, but could not be read as text'`,
        at_ms: atMs(),
        closed_ms: `CASE WHEN ${words(filling).isOfLast(7)} THEN NULL ELSE ${atMs(60_000)} END`,
        resolution: `CASE WHEN ${words(filling).isOfLast(7)} THEN NULL ELSE 'discarded: a ring tone' END`,
      },
      where: oddNumber,
    },
  ];
}

/** Of messages, by their number `i`: what became of them in the tracker. */
export function ticketRows(filling: Filling): readonly Rows[] {
  const { sender, atMs, isTicket, isOfLast, waiting } = words(filling);
  const { messages } = filling;
  const isOpen = isOfLast(36);
  const event = { report_seq: 'i', applied: 'TRUE', tracking_id: 'CAST(9000000 + i AS TEXT)' };
  const delivery = (sequence: number) => `'msg_' || ${hashOf(`i + ${sequence}`)} || '-' || i || '-${sequence}'`;
  return [
    {
      table: 'tickets',
      columns: {
        report_seq: 'i',
        tracking_id: 'CAST(9000000 + i AS TEXT)',
        status: `CASE WHEN ${isOpen} THEN 'verified' ELSE 'closed' END`,
        sequence: `CASE WHEN ${isOpen} THEN 1 ELSE 2 END`,
        agency: `'Dinas Perhubungan'`,
        zone: `'Asia/Makassar'`,
        forwarded_ms: atMs(1_000),
        updated_ms: `CASE WHEN ${isOpen} THEN ${atMs(3_600_000)} ELSE ${atMs(86_400_000)} END`,
      },
      where: isTicket,
    },
    { table: 'sender_tickets', columns: { sender_id: sender, report_seq: 'i' }, where: isTicket },
    {
      table: 'ticket_events',
      columns: { ...event, sequence: '1', status: `'verified'`, at_ms: atMs(3_600_000) },
      where: isTicket,
    },
    {
      table: 'ticket_events',
      columns: { ...event, sequence: '2', status: `'closed'`, message: `'Sudah diperbaiki'`, at_ms: atMs(86_400_000) },
      where: `${isTicket} AND NOT (${isOpen})`,
    },
    {
      table: 'event_deliveries',
      columns: { delivery_id: delivery(1), at_ms: atMs(3_600_000) },
      where: `${isTicket} AND ${isOfLast(30)}`,
    },
    {
      table: 'handled_messages',
      columns: {
        report_seq: 'i',
        handled_as: `CASE i % 3 WHEN 0 THEN 'kept' WHEN 1 THEN 'answered' ELSE 'followed_up' END`,
        ticket_seq: 'CASE WHEN (i - 1) % 1000 = 7 THEN NULL ELSE i - 1 END',
        detail: `'STATUS'`,
        at_ms: atMs(1_000),
      },
      where: `i <= ${messages - waiting} AND NOT (${oddNumber}) AND ${isHandled}`,
    },
    {
      table: 'journal',
      columns: {
        id: 'i / 50 + 1',
        at_ms: atMs(500),
        report_seq: 'i',
        what: `'forward postponed'`,
        detail: `'the tracker answered 503'`,
      },
      where: 'i % 50 = 1',
    },
  ];
}

/** Of messages, by their number `i`: what was answered. The newest answers wait for the telcos. */
export function replyRows(
  filling: Filling,
  { uuid }: Dialect,
  segment: Readonly<Record<string, string>>,
): readonly Rows[] {
  const { sender, atMs, isTicket, isAnswered } = words(filling);
  const reply = (more: number, kind: string, afterMs: number) => ({
    seq: `${replySeq} + ${more}`,
    id: uuid(atMs(afterMs), `i % 4096`, `${hashOf('i')} + ${more}`),
    report_seq: 'i',
    channel_id: channel,
    sender_id: sender,
    kind: `'${kind}'`,
    state: `CASE WHEN ${isAnswered} THEN 'delivered' ELSE 'queued' END`,
    created_ms: atMs(afterMs),
    accepted_ms: `CASE WHEN ${isAnswered} THEN ${atMs(afterMs + 500)} END`,
    settled_ms: `CASE WHEN ${isAnswered} THEN ${atMs(afterMs + 5_000)} END`,
    text: `'Laporan Anda kami terima dengan nomor ' || (9000000 + i) || '. Balas STATUS untuk kabar.'`,
  });
  // One telco counts its ids, the others' say nothing of the order.
  const idOf = (more: number) => `CASE ${channel} WHEN 1 THEN '7' || ${padded(`${replySeq} + ${more}`, 10)}
    WHEN 4 THEN CAST(1900000000000000500 + i * 1000 + ${more} AS TEXT)
    ELSE CAST(${hashOf(`i + ${more}`)} AS TEXT) || '-' || (${replySeq} + ${more}) END`;
  const sent = (more: number) => ({
    channel_id: channel,
    external_id: idOf(more),
    reply_seq: `${replySeq} + ${more}`,
    state: `'delivered'`,
    ...segment,
  });
  const isSecond = `${isTicket} AND ${isAnswered} AND i % 2 = 0`;
  return [
    { table: 'replies', columns: reply(0, 'acknowledgement', 1_000), where: isTicket },
    { table: 'replies', columns: reply(1, 'status', 86_400_000), where: isSecond },
    { table: 'reply_segments', columns: sent(0), where: `${isTicket} AND ${isAnswered}` },
    { table: 'reply_segments', columns: sent(1), where: isSecond },
  ];
}

/** What is under way, of the newest messages; written once, over all numbers that it names. */
export function openRows(filling: Filling, dialect: Dialect): readonly RowsOfRange[] {
  const { messages, nowMs } = filling;
  const { sender, waiting, atMs, isTicket, isOfLast } = words(filling);
  const place = (lane: string) => `row_number() OVER (PARTITION BY ${lane}, ${sender} ORDER BY i)`;
  const queued = (seq: string, lane: string) => ({
    seq,
    lane,
    sender_id: sender,
    state: `CASE WHEN ${place(lane)} > 1 THEN 3 WHEN i % 50 = 0 THEN 2 ELSE 0 END`,
    due_ms: `CASE WHEN i % 50 = 0 THEN ${nowMs + 3_600_000} ELSE 0 END`,
    attempts: 'CASE WHEN i % 50 = 0 THEN 1 ELSE 0 END',
    uncertain_attempts: '0',
  });
  const yesterday = messages - Math.floor(messages / 365);
  return [
    {
      table: 'forward_queue',
      columns: queued('i', '0'),
      where: `NOT (${oddNumber})`,
      from: messages - waiting + 1,
      to: messages,
    },
    {
      table: 'reply_queue',
      columns: queued(replySeq, channel),
      where: isTicket,
      from: messages - 2 * waiting + 1,
      to: messages - waiting,
    },
    {
      table: 'notices',
      columns: {
        id: 'i',
        report_seq: 'i',
        kind: `'reminder'`,
        text: `'Laporan Anda akan ditutup.'`,
        not_before_ms: `${nowMs + 86_400_000} + i`,
        unasked: 'TRUE',
        unmoved_sequence: '1',
        at_ms: `${nowMs}`,
      },
      where: `${isTicket} AND ${isOfLast(36)}`,
      from: messages - 3 * waiting + 1,
      to: messages,
    },
    {
      // Closed sets are known for a day.
      table: 'part_sets',
      columns: {
        id: setId,
        channel_id: channel,
        sender_id: sender,
        recipient: `'1708'`,
        reference: `${setId} % 256`,
        total: '2',
        join_until_ms: atMs(300_000),
        report_seq: 'i',
      },
      where: isLong,
      from: yesterday,
      to: messages,
    },
    ...openSetRows(filling, dialect),
    {
      table: 'acts',
      columns: {
        id: 'i',
        at_ms: `${nowMs - yearMs} + i`,
        actor: `'admin'`,
        act: `'reload'`,
        subject: `'telco' || i % 100`,
        ended_ms: `${nowMs - yearMs} + i`,
        result: `'done'`,
        detail: `''`,
      },
      from: 1,
      to: 1_000,
    },
  ];
}

/** Long messages of which one part is still missing. */
function openSetRows({ messages, nowMs }: Filling, { octets }: Dialect): readonly RowsOfRange[] {
  const setId = `${messages} / 10 + 1 + i`;
  const range = { from: 1, to: Math.max(50, Math.min(500, messages / 100)) };
  const place = { channel_id: '1', sender_id: '1 + i * 20', recipient: `'1708'` };
  return [
    {
      table: 'part_sets',
      columns: { id: setId, ...place, reference: 'i % 256', total: '2', join_until_ms: `${nowMs + 300_000} + i` },
      ...range,
    },
    {
      table: 'parts',
      columns: {
        id: `${messages} + ${messages} / 10 + 1 + i`,
        set_id: setId,
        sequence: '1',
        ...place,
        received_ms: `${nowMs}`,
        encoding: `'gsm7'`,
        text_offset: '0',
        duplicate: 'FALSE',
        raw: octets(`'Jalan rusak'`),
      },
      ...range,
    },
  ];
}

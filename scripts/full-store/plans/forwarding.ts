import type { ReplyClaim, ReportClaim, TicketEvent } from '../../../src/ports/store.js';
import { filledChannels } from '../fill/recipe.js';
import type { Walk } from './takingIn.js';

const leaseMs = 60_000;
const claimed = 200;
const hourMs = 3_600_000;

/** A ticket by its report. */
export interface FiledReport {
  readonly seq: number;
  readonly reportId: string;
  readonly trackingId: string;
}

/** The tracker's side: what waits is claimed, and ends in each way in which it can end. */
export async function forwardAll(walk: Walk): Promise<readonly FiledReport[]> {
  const { store, nowMs } = walk;
  const claims = await store.claimReports({ owner: 'walk', limit: claimed, nowMs, leaseMs });
  const [early, buried, postponed, released, kept, ...others] = claims;
  if (!early || !buried || !postponed || !released || !kept || others.length < 10) throw new Error('too little waits');
  await store.recordStatus({ events: [eventOf(filed(early), 1), eventOf(filed(early), 2)], atMs: nowMs });
  const reply = { kind: 'acknowledgement', text: 'Laporan Anda kami terima' } as const;
  await store.recordForwarded(
    [early, ...others].map((claim, index) => ({
      seq: claim.seq,
      trackingId: filed(claim).trackingId,
      status: 'received' as const,
      dueAt: null,
      publicUrl: null,
      atMs: nowMs,
      reply: index % 10 === 9 ? { ...reply, notBeforeMs: nowMs + hourMs, unasked: true as const } : reply,
      zone: 'Asia/Makassar',
      ...(index % 7 === 0 ? { notes: { language: 'en', pace: { sinceMs: nowMs, answers: 1 } } } : {}),
      ...(index % 11 === 0 ? { question: { about: 'place' as const, untilMs: nowMs + hourMs } } : {}),
    })),
  );
  await store.buryReports([
    { seq: buried.seq, code: 'refused', message: 'x', atMs: nowMs, reply, notes: { pace: { sinceMs: 1, answers: 2 } } },
  ]);
  await store.postponeReports([{ seq: postponed.seq, dueAtMs: nowMs + 1, cause: 'HTTP 503', atMs: nowMs }]);
  await store.releaseReports([released.seq]);
  await store.recordHandled([
    {
      seq: kept.seq,
      as: 'followed_up',
      ticketSeq: early.seq,
      detail: 'TAMBAH',
      atMs: nowMs,
      reply,
      notes: { question: null },
    },
  ]);
  // The leases are over: what was postponed and what nobody brought to an end comes back.
  const again = await store.claimReports({ owner: 'walk', limit: claimed, nowMs: nowMs + 2 * leaseMs, leaseMs });
  await store.releaseReports(again.map(({ seq }) => seq));
  await moveTickets(walk, [early, ...others]);
  return [early, ...others].map(filed);
}

/** Status of tickets new and old, each way in which it can come. */
async function moveTickets({ store, nowMs }: Walk, claims: readonly ReportClaim[]): Promise<void> {
  const old: FiledReport[] = [];
  for (const { seq, trackingId } of claims.flatMap(({ context }) => context.tickets).slice(0, 20)) {
    const reportId = (await store.trace(trackingId))?.reportId ?? 'none';
    old.push({ seq, reportId, trackingId });
  }
  for (const { seq, context } of claims.slice(0, 20)) {
    await store.ownTicket(seq, context.tickets[0]?.trackingId ?? 'none');
  }
  const events = [...old, ...claims.slice(0, 20).map(filed)].map((ticket) => eventOf(ticket, 5));
  await store.ticketContexts(events.map(({ reportId }) => reportId));
  await store.recordStatus({ events, atMs: nowMs, cursor: { name: 'tracker', value: '1' } });
  await store.recordStatus({ events: events.map((event) => ({ ...event, deliveryId: null })), atMs: nowMs });
  await store.recordStatus({
    events: events
      .slice(0, 5)
      .map((event) => ({ ...event, sequence: 6, deliveryId: null, status: 'needs_info' as const })),
    atMs: nowMs,
  });
  await store.releaseNotices(nowMs + 40 * 24 * hourMs, claimed);
}

function eventOf({ reportId, trackingId }: Omit<FiledReport, 'seq'>, sequence: number): TicketEvent {
  return {
    deliveryId: `msg_${trackingId}_${sequence}`,
    reportId,
    trackingId,
    sequence,
    status: 'in_progress',
    agency: 'Dinas PU',
    message: 'Tim ke lokasi besok',
    dueAt: null,
    reply: { kind: 'status', text: 'Tim ke lokasi besok', unasked: true },
    later: [{ kind: 'reminder', text: 'Ditutup lusa', notBeforeMs: 1e15, unasked: true, whileUnmoved: true }],
    question: { about: 'needs_info', untilMs: 1e15 },
  };
}

function filed({ seq, message }: ReportClaim): FiledReport {
  return { seq, reportId: message.id, trackingId: `walk-${seq}` };
}

/** The citizens' side: replies go out, and end in each way in which they can end; receipts come. */
export async function answer(walk: Walk): Promise<void> {
  for (const { name } of filledChannels) await answerOn(walk, name);
}

async function answerOn({ store, nowMs }: Walk, channelId: string): Promise<void> {
  const claim = (atMs: number): Promise<readonly ReplyClaim[]> =>
    store.claimReplies({ owner: 'walk', channelId, limit: claimed, nowMs: atMs, leaseMs });
  const [unsent, refused, uncertain, released, left, early, ...sent] = await claim(nowMs);
  if (!unsent || !refused || !uncertain || !released || !left || !early) throw new Error(`${channelId} has no replies`);
  const idOf = ({ seq }: ReplyClaim): string => `walk-${channelId}-${seq}`;
  await store.recordReceipts(channelId, [
    { externalIds: [idOf(early)], state: 'delivered', code: 'DELIVRD', atMs: nowMs },
  ]);
  const over = { atMs: nowMs, retryAtMs: null, deadLetter: null };
  await store.recordOutcomes([
    { ...over, seq: unsent.seq, outcome: { kind: 'unsent', cause: 'throttled' }, retryAtMs: nowMs + 1 },
    {
      ...over,
      seq: refused.seq,
      outcome: { kind: 'rejected', code: '11', cause: 'no such number' },
      deadLetter: { code: '11', message: 'no such number' },
    },
    { ...over, seq: uncertain.seq, outcome: { kind: 'uncertain', cause: 'cut off' }, retryAtMs: nowMs + 1 },
    ...[early, ...sent].map((reply) => ({
      ...over,
      seq: reply.seq,
      outcome: { kind: 'accepted' as const, externalIds: [idOf(reply), `${idOf(reply)}-2`] },
    })),
  ]);
  await store.releaseReplies([released.seq]);
  await store.recordReceipts(
    channelId,
    sent.map((reply, index) => ({
      externalIds: [`${idOf(reply)}-in-hex`, idOf(reply)] as const,
      state: index % 5 === 0 ? ('undelivered' as const) : ('delivered' as const),
      code: 'DELIVRD',
      atMs: nowMs,
      ...(index % 5 === 0 ? { optedOut: true as const } : {}),
    })),
  );
  const again = await claim(nowMs + 2 * leaseMs);
  // Those that were perhaps sent before, and whose workers died: a late word comes of one of them.
  await store.recordOutcomes(
    again.map(({ seq }) => ({
      ...over,
      seq,
      outcome: { kind: 'accepted' as const, externalIds: [`again-${channelId}-${seq}`] },
    })),
  );
  await store.recordOutcomes([
    { ...over, seq: left.seq, outcome: { kind: 'accepted', externalIds: [`late-${channelId}`] }, stopped: true },
  ]);
}

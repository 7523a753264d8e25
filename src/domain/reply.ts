/**
 * The delivery state of a reply. It moves forward only:
 *
 *   queued -> accepted -> delivered | undelivered
 *          -> queued                    (not sent, try later)
 *          -> uncertain -> accepted …   (perhaps sent; see the uncertain policy)
 *          -> rejected                  (the channel says never, or we gave up)
 *          -> withheld                  (the channel's rules forbid this one: nothing to mend)
 *
 * That an attempt is under way is told by its lease in the queue, not here: a state would cost a write and say less.
 * A late or repeated receipt never moves a reply back: see `receiptAdvances`.
 */
export const replyStates = [
  'queued',
  'uncertain',
  'accepted',
  'rejected',
  'withheld',
  'undelivered',
  'delivered',
] as const;

export type ReplyState = (typeof replyStates)[number];

/** Why the reply was written: `information` answers a command or a follow-up, `reminder` comes before a ticket closes. */
export const replyKinds = ['acknowledgement', 'status', 'refusal', 'information', 'reminder'] as const;

export type ReplyKind = (typeof replyKinds)[number];

/** What a receipt says became of one segment. */
export type ReceiptState = 'in_transit' | 'delivered' | 'undelivered';

/** Segment states, in the only direction in which they may move. */
const segmentRank: Record<ReceiptState | 'accepted', number> = {
  accepted: 0,
  in_transit: 1,
  undelivered: 2,
  delivered: 3,
};

export type SegmentState = keyof typeof segmentRank;

/** Whether a receipt adds anything to what is known of a segment. */
export function receiptAdvances(known: SegmentState, receipt: ReceiptState): boolean {
  return segmentRank[receipt] > segmentRank[known];
}

/** A reply is delivered when all its segments are, undelivered when one is known not to be. */
export function replyStateOfSegments(segments: readonly SegmentState[]): ReplyState {
  if (segments.some((state) => state === 'undelivered')) return 'undelivered';
  if (segments.length > 0 && segments.every((state) => state === 'delivered')) return 'delivered';
  return 'accepted';
}

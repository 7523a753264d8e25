import type { StatusEvent } from '../../src/domain/statusEvent.js';
import type { NewReply } from '../../src/ports/store.js';
import type { ReplyTexts } from '../../src/replies/texts.js';

/** Wording that a test can read back; `received` has been told of by the acknowledgement. */
export const plainTexts: ReplyTexts = {
  acknowledgement: (trackingId: string, flags: readonly string[]): NewReply => ({
    kind: 'acknowledgement',
    text: ['diterima', trackingId, ...flags].join(' '),
  }),
  status: (event: StatusEvent): NewReply | null =>
    event.data.status === 'received' ? null : { kind: 'status', text: `${event.data.status} ${event.data.trackingId}` },
  refusal: (): NewReply => ({ kind: 'refusal', text: 'perlu perhatian petugas' }),
};

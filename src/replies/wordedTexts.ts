import type { Wording } from '../conversation/wording/wording.js';
import type { StatusEvent } from '../domain/statusEvent.js';
import type { NewReply } from '../ports/store.js';
import type { ReplyTexts } from './texts.js';

/** The reply texts of config/replies, in the configured language. */
export class WordedTexts implements ReplyTexts {
  constructor(private wording: Wording) {}

  /** From now on in other words: what is queued already stays as it is. */
  use(wording: Wording): void {
    this.wording = wording;
  }

  acknowledgement(trackingId: string, flags: readonly string[]): NewReply {
    const key = flags.includes('truncated') ? 'acknowledgementTruncated' : 'acknowledgement';
    return { kind: 'acknowledgement', text: this.wording.render(key, null, { trackingId }) };
  }

  status({ data }: StatusEvent): NewReply | null {
    if (data.status === 'received') return null;
    const { trackingId, agency = null, message = null, dueAt = null } = data;
    return {
      kind: 'status',
      text: this.wording.render(`status.${data.status}`, null, { trackingId, agency, message, dueAt }),
    };
  }

  refusal(): NewReply {
    return { kind: 'refusal', text: this.wording.render('refused', null, {}) };
  }
}

import type { StatusEvent } from '../domain/statusEvent.js';
import type { NewReply } from '../ports/store.js';

/** What the citizen is told, worded: implemented over the reply texts of config/replies. */
export interface ReplyTexts {
  acknowledgement(trackingId: string, flags: readonly string[]): NewReply;
  /** Null where nothing is said: the acknowledgement has already told of `received`. */
  status(event: StatusEvent): NewReply | null;
  refusal(): NewReply;
}

import { messageOf } from '../domain/messageOf.js';
import type { ActEnd, NewAct, OperationsStore } from '../ports/operations.js';

/** What came of an act: for the trail, and whatever its caller wants to know besides. */
export type Ended = Omit<ActEnd, 'atMs'>;

/**
 * For commands that work on the store itself: the act is noted before it is done and its end after. What the trail
 * cannot take is not done; an act that breaks off is `failed` in it, and its fault goes on to the caller.
 */
export async function inTrail<End extends Ended>(
  store: Pick<OperationsStore, 'beginAct' | 'endAct'>,
  act: Omit<NewAct, 'atMs' | 'hold'>,
  carryOut: () => Promise<End>,
): Promise<End> {
  const id = await store.beginAct({ ...act, atMs: Date.now() }).catch((error: unknown) => {
    throw new Error(`not done, for the audit trail could not take it: ${messageOf(error)}`, { cause: error });
  });
  try {
    const end = await carryOut();
    await store.endAct(id, { atMs: Date.now(), result: end.result, detail: end.detail });
    return end;
  } catch (error) {
    // Without it the act stays `unfinished`, which is no lie.
    await store.endAct(id, { atMs: Date.now(), result: 'failed', detail: messageOf(error) }).catch(() => undefined);
    throw error;
  }
}

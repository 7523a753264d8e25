import Database from 'better-sqlite3';
import type { Citizens } from './citizens.js';
import { fact } from './fact.js';
import type { Peers } from './peers.js';

const openSql = `
  SELECT (SELECT count(*) FROM forward_queue) + (SELECT count(*) FROM reply_queue)
       + (SELECT count(*) FROM replies WHERE state NOT IN ('delivered', 'rejected'))`;

/** Waits until a living gateway has nothing left to do. @returns what is left when the time is up, else null. */
export async function untilSettled(
  citizens: Citizens,
  peers: Peers,
  storeFile: string,
  gone: AbortSignal,
  limitMs: number,
): Promise<string | null> {
  let left = '';
  const look = (): true | undefined => {
    left = firstLeft(citizens, peers) ?? leftInStore(storeFile) ?? '';
    return left === '' ? true : undefined;
  };
  try {
    await fact('all is settled', look, limitMs, gone);
    return null;
  } catch (error) {
    gone.throwIfAborted();
    if (left === '') throw error;
    return left;
  }
}

function firstLeft({ sent }: Citizens, { smsc, tracker }: Peers): string | null {
  const unacknowledged = sent.filter(({ id }) => smsc.textView(id)?.state !== 'acknowledged').length;
  if (unacknowledged > 0) return `${unacknowledged} texts are not acknowledged`;
  const unfiled = sent.length - tracker.simulator.ledger.distinct;
  if (unfiled > 0) return `${unfiled} reports are not filed`;
  const { events } = tracker.simulator.totals();
  if (events === null || events.pending === 0) return null;
  return `${events.pending} status events are not taken (the last answer: ${events.lastAnswer})`;
}

function leftInStore(file: string): string | null {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const open = db.prepare<[], number>(openSql).pluck().get() ?? 0;
    return open === 0 ? null : `${open} reports and replies are on their way`;
  } finally {
    db.close();
  }
}

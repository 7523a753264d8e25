import { type Pace, recentTicketsMax, type SenderContext } from '../ports/conversation.js';
import type { FloodRules } from './rules.js';

/**
 * The flood guard: after so many direct answers within the window one more says that everything is kept, and then there
 * is silence until the window has passed. What is said goes on to the tracker all the same. Two machines that answer
 * each other come to an end here, whatever they say.
 */
export interface Turn {
  readonly reply: 'as_meant' | 'flood_notice' | 'none';
  /** To be noted; null where there is nothing that the next look would not find anyway. */
  readonly pace: Pace | null;
}

/**
 * By the times at which messages came, not at which they are handled: after an outage of the tracker a day's messages are
 * handled in a minute, and each still deserves its answer.
 *
 * @param makesTicket acknowledgements are not noted as long as their tickets tell of them: nearly all senders write once or
 * twice, and a note for each message would cost a write for each.
 */
export function nextTurn(context: SenderContext, receivedAtMs: number, makesTicket: boolean, rules: FloodRules): Turn {
  const noted = notedPace(context, receivedAtMs, rules.windowMs);
  const before = noted ?? paceByTickets(context, receivedAtMs, rules.windowMs);
  if (before.answers > rules.answersMax) return { reply: 'none', pace: null };
  const pace = { sinceMs: before.sinceMs, answers: before.answers + 1 };
  if (before.answers === rules.answersMax) return { reply: 'flood_notice', pace };
  const isToldByTickets = makesTicket && noted === null && before.answers < recentTicketsMax;
  return { reply: 'as_meant', pace: isToldByTickets ? null : pace };
}

function notedPace({ notes: { pace } }: SenderContext, nowMs: number, windowMs: number): Pace | null {
  return pace !== null && nowMs - pace.sinceMs < windowMs ? pace : null;
}

function paceByTickets({ tickets }: SenderContext, nowMs: number, windowMs: number): Pace {
  if (tickets.length === 0) return { sinceMs: nowMs, answers: 0 };
  const recent = tickets.filter(({ receivedAtMs }) => nowMs - receivedAtMs < windowMs);
  return { sinceMs: Math.min(nowMs, ...recent.map(({ receivedAtMs }) => receivedAtMs)), answers: recent.length };
}

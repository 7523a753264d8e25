import { serviceDays, type WorkingCalendar } from '../conversation/calendar.js';
import type { CurrentWording } from '../conversation/currentWording.js';
import { dueAtOf, isoAfter } from '../conversation/dueDates.js';
import type { ConversationRules } from '../conversation/rules.js';
import { nextAllowedMs } from '../conversation/zones.js';
import type { StatusEvent } from '../domain/statusEvent.js';
import type { NewReply, TicketContext } from '../ports/conversation.js';
import type { TicketEvent } from '../ports/store.js';

/** What the citizen is told of a status event, when, and what they are asked by it. */
export type StatusConsequences = Pick<TicketEvent, 'reply' | 'later' | 'question'>;

export interface StatusWording {
  readonly wording: Pick<CurrentWording, 'render'>;
  readonly calendar: WorkingCalendar;
  readonly rules: Pick<ConversationRules, 'quietHours' | 'zone' | 'needsInfoAnswerMs'>;
}

/**
 * Words a status event. Nobody asked for what it says, so it waits for the morning and does not go to who said STOP.
 *
 * @param context null where the report is not known: then nothing comes of it.
 */
export function statusConsequences(
  { data }: StatusEvent,
  context: TicketContext | null,
  { wording, calendar, rules }: StatusWording,
  nowMs: number,
): StatusConsequences {
  // The acknowledgement has told of `received` already.
  if (context === null || data.status === 'received') return { reply: null };
  const zone = context.zone ?? rules.zone;
  const { trackingId, status, agency = null, message = null, dueAt = null } = data;
  const due = dueAtOf({ status, dueAt }, nowMs, nowMs, { calendar, zone });
  const isHidden = context.secret && context.audience === 'public';
  const words = { trackingId, dueAt: due, ...(isHidden ? {} : { agency, message }) };
  const text = wording.render(`status.${status}`, context.language, words);
  const notice = (atMs: number): Pick<NewReply, 'unasked' | 'notBeforeMs'> => {
    const notBeforeMs = nextAllowedMs(atMs, zone, rules.quietHours);
    return { unasked: true, ...(notBeforeMs > nowMs ? { notBeforeMs } : {}) };
  };
  const reply: NewReply = { kind: 'status', text, ...notice(nowMs) };
  if (status === 'needs_info') {
    return { reply, question: { about: 'needs_info', untilMs: nowMs + rules.needsInfoAnswerMs } };
  }
  if (status !== 'responded') return { reply };
  const closesAt = isoAfter(nowMs, serviceDays.closing, calendar, zone);
  const reminder: NewReply = {
    kind: 'reminder',
    text: wording.render('closingWarning', context.language, { trackingId, dueAt: closesAt }),
    whileUnmoved: true,
    ...notice(calendar.addWorkingDays(nowMs, serviceDays.closingWarning, zone)),
  };
  return { reply, later: [reminder] };
}

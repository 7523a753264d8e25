import { WorkingCalendar } from '../../src/conversation/calendar.js';
import { Conversation, type ConversationParts } from '../../src/conversation/conversation.js';
import type { ConversationRules } from '../../src/conversation/rules.js';
import type { TextReading } from '../../src/conversation/understanding/read.js';
import { packagedKnowledge } from '../conversation/understanding/aids.js';

const minuteMs = 60_000;

/** As an operator gets them who says nothing, but that nothing is asked and no hour is quiet. */
export const plainRules: ConversationRules = {
  askPlace: false,
  placeAnswerMs: 24 * 60 * minuteMs,
  needsInfoAnswerMs: 14 * 24 * 60 * minuteMs,
  sameTextMs: 60 * minuteMs,
  flood: { answersMax: 5, windowMs: 10 * minuteMs },
  quietHours: { from: '00:00', to: '00:00' },
  zone: 'Asia/Jakarta',
};

/** Weekends are the only days off. */
export const plainCalendar = new WorkingCalendar(new Set(), new Set());

/** A report that says no more than the message does: for tests of what happens to messages, not of what is in them. */
function plainReading(text: string): TextReading {
  return {
    keyword: null,
    visibility: 'open',
    kind: { kind: 'unclassified', evidence: [] },
    locations: [],
    flags: [],
    text,
    title: text,
    intent: null,
    language: null,
  };
}

/** Names the reply text and what it is about, for a test to read back. */
export const plainWording: ConversationParts['wording'] = {
  render: (key, _language, args) => {
    const { trackingId } = args as { trackingId?: string };
    return trackingId === undefined ? key : `${key} ${trackingId}`;
  },
  echoOf: () => null,
};

/** A conversation in which every text is a report. */
export function plainConversation({ store, tracker }: Pick<ConversationParts, 'store' | 'tracker'>): Conversation {
  const reader = { read: async (text: string) => plainReading(text), close: async () => {} };
  const { vocabulary } = packagedKnowledge();
  return new Conversation(
    { store, tracker, reader, wording: plainWording, vocabulary, calendar: plainCalendar },
    plainRules,
  );
}

import type { FollowUp } from '../domain/followUp.js';
import type { OwnTicket, SenderContext } from '../ports/conversation.js';
import type { StoredMessage } from '../ports/store.js';
import { answersQuestion } from './answersQuestion.js';
import type { Answer, AnswerKey, Deed, FollowUpTicket, Keep } from './deed.js';
import type { ConversationRules } from './rules.js';
import type { Intent } from './understanding/intent.js';
import type { CommandName } from './understanding/names.js';
import type { TextReading } from './understanding/read.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import { wordsOf } from './understanding/words.js';

/** A message with all that it may speak of. */
export interface Said {
  readonly message: StoredMessage;
  readonly context: SenderContext;
  readonly reading: TextReading;
  /** The sender's own ticket that a command names; null where it names none, an unknown one, or somebody else's. */
  readonly named: OwnTicket | null;
}

/** What it takes to tell texts apart. */
export interface Judgement {
  readonly vocabulary: Vocabulary;
  readonly rules: ConversationRules;
  /** Whether two texts say the same, but for a correction. */
  isSameText(one: string, other: string): boolean;
  /** What of ours came back, or what machine wrote; null for a person's words. */
  echoOf(text: string): string | null;
}

type Rule = (said: Said, judgement: Judgement) => Deed | null;

/** The first rule that knows what to do with a message decides. */
const rules: readonly Rule[] = [deletion, answeredByChannel, ofMachine, edit, command, answer, inThread, sayingNothing];

/** Decides what is to be done about a message: in doubt it is a report. Pure and total. */
export function interpret(said: Said, judgement: Judgement): Deed {
  for (const rule of rules) {
    const deed = rule(said, judgement);
    if (deed !== null) return deed;
  }
  return { do: 'file', twin: twinOf(said.message, said.context, judgement) };
}

/** What a message was before its author took it back is not for the tracker; what the tracker has, it is told. */
function deletion({ message, context: { thread } }: Said): Deed | null {
  if (message.flags.includes('deleted')) return { do: 'keep', reason: 'deleted by its author before it was handled' };
  if (message.change !== 'deleted') return null;
  if (thread === null) return { do: 'keep', reason: 'what it deletes is no ticket' };
  return { ...followUp('withdrawal', thread, ''), isSilent: true };
}

/** By the flag that a channel gives to a word which its provider has answered itself (`PartExtras.flags`). */
const answeredWords: ReadonlyMap<string, Keep> = new Map([
  ['opt_out', { do: 'keep', reason: 'STOP, which the channel has answered', notes: { stopped: true } }],
  ['opt_in', { do: 'keep', reason: 'START, which the channel has answered', notes: { stopped: false } }],
  ['help', { do: 'keep', reason: 'HELP, which the channel has answered' }],
]);

/** Another answer would be a second one; after STOP the provider would not even carry it. */
function answeredByChannel({ message: { flags } }: Said): Deed | null {
  const flag = flags.find((each) => answeredWords.has(each));
  return flag === undefined ? null : (answeredWords.get(flag) ?? null);
}

/** Only who had a word of ours can send it back, or have a machine answer it: of all others nobody needs to look. */
function ofMachine({ message, context: { tickets, notes } }: Said, { echoOf }: Judgement): Deed | null {
  const hadWord = tickets.length > 0 || notes.pace !== null;
  const echo = hadWord ? echoOf(message.text) : null;
  return echo === null ? null : { do: 'keep', reason: `not a person's words: ${echo}` };
}

/** The author of a post has just looked at it: nothing to confirm. */
function edit({ message, context: { thread }, reading }: Said): Deed | null {
  if (message.change !== 'edited' || thread === null) return null;
  return { ...followUp('addition', thread, reading.text), isSilent: true };
}

function command(said: Said, { vocabulary }: Judgement): Deed | null {
  const { intent } = said.reading;
  if (intent === null || intent.intent === 'report' || intent.intent === 'empty' || intent.intent === 'unclear') {
    return null;
  }
  const plain = withoutTicket[intent.intent];
  if (plain !== undefined) return plain;
  const ticket = intent.trackingId === null ? meantTicket(intent.intent, said.context) : said.named;
  if (ticket !== null && isTakenBack(intent, vocabulary)) return followUp('addition', ticket, said.reading.text);
  if (ticket !== null) return aboutTicket(intent.intent, intent, ticket);
  return intent.trackingId === null ? answerWith('noTicketYet') : answerWith('unknownTicket', intent.trackingId);
}

const withoutTicket: Partial<Record<CommandName, Answer>> = {
  help: answerWith('help'),
  stop: { ...answerWith('stopped'), notes: { stopped: true } },
  start: { ...answerWith('started'), notes: { stopped: false } },
};

/** Verdicts that make sense of an answer, and mean the ticket that has one. */
const verdicts: ReadonlySet<CommandName> = new Set(['not_resolved', 'resolved', 'rating']);
const answered: ReadonlySet<OwnTicket['status']> = new Set(['responded', 'closed']);

/** Which ticket a command means that names none. */
function meantTicket(intent: CommandName, { thread, tickets }: SenderContext): OwnTicket | null {
  const newestAnswered = verdicts.has(intent) ? tickets.find(({ status }) => answered.has(status)) : undefined;
  return thread ?? newestAnswered ?? tickets[0] ?? null;
}

/** `SELESAI 9165816 tapi lampu masih mati`: nobody is recorded as satisfied who says so; all the words go on. */
function isTakenBack({ intent, rest }: Intent, { lexicon, negators, reservations }: Vocabulary): boolean {
  if (intent !== 'resolved' || rest === '') return false;
  const words = wordsOf(rest, lexicon);
  return words.some((_, index) => [negators, reservations].some((table) => table.at(words, index) !== null));
}

function aboutTicket(name: CommandName, { rest, rating }: Intent, ticket: OwnTicket): Deed {
  if (name === 'status') return { do: 'tell_status', ticket };
  if (name === 'addition' && rest === '') return answerAbout('askAddition', ticket);
  if (name === 'rating' && rating === null) return answerAbout('askRating', ticket);
  return { ...followUp(name as FollowUp['kind'], ticket, rest), rating };
}

function answer({ message, context, reading }: Said, { vocabulary }: Judgement): Deed | null {
  const { question } = context.notes;
  if (question === null || reading.intent?.intent === 'empty') return null;
  const { receivedAtMs } = message;
  if (receivedAtMs < question.askedAtMs || receivedAtMs > question.untilMs) return null;
  // Who goes on in the thread of another ticket does not answer this one's question.
  if (context.thread !== null && context.thread.seq !== question.ticket.seq) return null;
  if (!answersQuestion(question, message.text, reading, vocabulary)) return null;
  return { ...followUp('answer', question.ticket, reading.text), question };
}

/** On channels with threads, who goes on in one adds to its ticket. */
function inThread({ message, context: { thread }, reading }: Said): Deed | null {
  if (thread === null || message.change !== null || saysNothing(reading)) return null;
  return followUp('addition', thread, reading.text);
}

/** With a picture or a point on the map, few words are enough. */
function sayingNothing({ message: { extras }, context: { tickets }, reading }: Said): Deed | null {
  const showsSomething = (extras.attachments ?? []).length > 0 || extras.point !== undefined;
  if (showsSomething || !saysNothing(reading)) return null;
  if (reading.intent?.intent === 'empty') return answerWith('empty');
  // A bare `5` after an answer most likely rates it; which report is meant, the citizen says.
  const rated = reading.intent?.rating == null ? undefined : tickets.find(({ status }) => answered.has(status));
  if (rated !== undefined) return answerAbout('askRating', rated);
  return answerWith(reading.flags.includes('greeting') ? 'greeting' : 'unclear');
}

function saysNothing({ intent }: TextReading): boolean {
  return intent?.intent === 'empty' || intent?.intent === 'unclear';
}

function twinOf(
  { text, receivedAtMs }: StoredMessage,
  { tickets }: SenderContext,
  { rules: { sameTextMs }, isSameText }: Judgement,
): OwnTicket | null {
  if (tickets.length === 0) return null;
  const recent = tickets.filter((ticket) => receivedAtMs - ticket.receivedAtMs <= sameTextMs);
  return recent.find((ticket) => isSameText(text, ticket.text)) ?? null;
}

function followUp(kind: FollowUp['kind'], ticket: OwnTicket, text: string): FollowUpTicket {
  return { do: 'follow_up', ticket, kind, text, rating: null, question: null, isSilent: false };
}

function answerWith(key: AnswerKey, trackingId: string | null = null): Answer {
  return { do: 'answer', key, trackingId, ticket: null, notes: {} };
}

function answerAbout(key: AnswerKey, ticket: OwnTicket): Answer {
  return { ...answerWith(key, ticket.trackingId), ticket };
}

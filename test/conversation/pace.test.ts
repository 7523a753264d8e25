import { expect } from 'chai';
import fc from 'fast-check';
import { nextTurn, type Turn } from '../../src/conversation/pace.js';
import { type OwnTicket, type Pace, recentTicketsMax } from '../../src/ports/conversation.js';
import { startMs } from '../fakes/parts.js';
import { contextOf, ownTicket } from './said.js';

const minuteMs = 60_000;
const rules = { answersMax: 3, windowMs: 10 * minuteMs };

interface Case {
  readonly label: string;
  readonly noted: Pace | null;
  /** How many minutes ago each ticket was received. */
  readonly ticketsAgo: readonly number[];
  readonly makesTicket: boolean;
  readonly reply: string;
  /** Answers that are noted; null: none. */
  readonly answers: number | null;
}

const agoMs = (minutes: number): number => startMs - minutes * minuteMs;

const cases: readonly Case[] = [
  {
    label: 'a first report is answered, and nothing is noted',
    noted: null,
    ticketsAgo: [],
    makesTicket: true,
    reply: 'as_meant',
    answers: null,
  },
  {
    label: 'a first command is noted: no ticket will tell of it',
    noted: null,
    ticketsAgo: [],
    makesTicket: false,
    reply: 'as_meant',
    answers: 1,
  },
  {
    label: 'a second report finds the first by its ticket, and is found so by the next',
    noted: null,
    ticketsAgo: [1],
    makesTicket: true,
    reply: 'as_meant',
    answers: null,
  },
  {
    label: 'a command after a report is noted with it',
    noted: null,
    ticketsAgo: [1],
    makesTicket: false,
    reply: 'as_meant',
    answers: 2,
  },
  {
    label: 'a report after a command is noted, for its ticket tells of the one alone',
    noted: { sinceMs: agoMs(2), answers: 1 },
    ticketsAgo: [],
    makesTicket: true,
    reply: 'as_meant',
    answers: 2,
  },
  {
    label: 'tickets of long ago do not count',
    noted: null,
    ticketsAgo: [10, 600],
    makesTicket: true,
    reply: 'as_meant',
    answers: null,
  },
  {
    label: 'the last answer',
    noted: { sinceMs: agoMs(5), answers: 2 },
    ticketsAgo: [1],
    makesTicket: true,
    reply: 'as_meant',
    answers: 3,
  },
  {
    label: 'one too many is told so',
    noted: { sinceMs: agoMs(5), answers: 3 },
    ticketsAgo: [1, 2],
    makesTicket: true,
    reply: 'flood_notice',
    answers: 4,
  },
  {
    label: 'more are told nothing, and cost no write',
    noted: { sinceMs: agoMs(5), answers: 4 },
    ticketsAgo: [1, 2],
    makesTicket: true,
    reply: 'none',
    answers: null,
  },
  {
    label: 'a flood that goes on is told once in each window',
    noted: { sinceMs: agoMs(10), answers: 4 },
    ticketsAgo: [1, 1, 2],
    makesTicket: true,
    reply: 'flood_notice',
    answers: 4,
  },
  {
    label: 'after a pause all is as it was',
    noted: { sinceMs: agoMs(30), answers: 4 },
    ticketsAgo: [11, 12],
    makesTicket: false,
    reply: 'as_meant',
    answers: 1,
  },
];

describe('the flood guard', () => {
  for (const { label, noted, ticketsAgo, makesTicket, reply, answers } of cases) {
    it(label, () => {
      const tickets = ticketsAgo.map((minutes) => ownTicket('1', { receivedAtMs: agoMs(minutes) }));
      const context = contextOf(tickets);
      const turn = nextTurn({ ...context, notes: { ...context.notes, pace: noted } }, startMs, makesTicket, rules);
      expect(turn.reply).to.equal(reply);
      expect(turn.pace?.answers ?? null).to.equal(answers);
    });
  }

  it('says the same as if each answer were noted, whatever comes when', () => {
    const afterMs = fc.oneof({ weight: 4, arbitrary: fc.nat(minuteMs) }, fc.nat(7 * minuteMs));
    const message = fc.record({ afterMs, makesTicket: fc.integer({ min: 0, max: 4 }).map((one) => one > 0) });
    const answersMax = fc.integer({ min: 1, max: 2 * recentTicketsMax });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), answersMax, (messages, most) => {
        const flood = { ...rules, answersMax: most };
        expect(repliesTo(messages, flood, nextTurn)).to.deep.equal(repliesTo(messages, flood, notingAll));
      }),
    );
  });
});

interface Arrival {
  readonly afterMs: number;
  readonly makesTicket: boolean;
}

/** A citizen and a store: what each message is told. */
function repliesTo(messages: readonly Arrival[], flood: typeof rules, turnOf: typeof nextTurn): Turn['reply'][] {
  let nowMs = startMs;
  let tickets: OwnTicket[] = [];
  let pace: Pace | null = null;
  return messages.map(({ afterMs, makesTicket }) => {
    nowMs += afterMs;
    const context = contextOf(tickets);
    const turn = turnOf({ ...context, notes: { ...context.notes, pace } }, nowMs, makesTicket, flood);
    pace = turn.pace ?? pace;
    if (makesTicket) tickets = [ownTicket('1', { receivedAtMs: nowMs }), ...tickets].slice(0, recentTicketsMax);
    return turn.reply;
  });
}

/** Notes what tickets would tell as well, but for a first answer. */
const notingAll: typeof nextTurn = (context, receivedAtMs, makesTicket, flood) => {
  const turn = nextTurn(context, receivedAtMs, makesTicket, flood);
  const told = nextTurn(context, receivedAtMs, false, flood);
  const isFirst = makesTicket && told.pace?.answers === 1;
  return { reply: turn.reply, pace: isFirst ? null : told.pace };
};

import { expect } from 'chai';
import { nextTurn } from '../../src/conversation/pace.js';
import type { Pace } from '../../src/ports/conversation.js';
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
    label: 'a second report finds the first by its ticket',
    noted: null,
    ticketsAgo: [1],
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
});

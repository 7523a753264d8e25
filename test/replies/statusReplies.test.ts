import { expect } from 'chai';
import type { StatusEvent } from '../../src/domain/statusEvent.js';
import type { TicketContext } from '../../src/ports/conversation.js';
import { type StatusConsequences, type StatusWording, statusConsequences } from '../../src/replies/statusReplies.js';
import { plainCalendar, plainRules, plainWording } from '../fakes/conversation.js';

/** Monday noon in Jakarta. */
const noonMs = Date.UTC(2026, 10, 23, 5);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const context: TicketContext = {
  channelId: 'telkomsel',
  medium: 'sms',
  audience: 'private',
  language: null,
  zone: null,
  secret: false,
};
const rules = { ...plainRules, quietHours: { from: '21:00', to: '06:00' } };

interface Rendered {
  readonly key: string;
  readonly language: string | null;
  readonly args: object;
}

describe('what comes of a status event', () => {
  let rendered: Rendered[];

  beforeEach(() => {
    rendered = [];
  });

  function consequences(
    data: Partial<StatusEvent['data']>,
    given: Partial<TicketContext> | null = {},
    nowMs = noonMs,
  ): StatusConsequences {
    const wording: StatusWording['wording'] = {
      render: (key, language, args) => {
        rendered.push({ key, language, args });
        return plainWording.render(key, language, args);
      },
    };
    const event: StatusEvent = {
      type: 'report.status_changed',
      timestamp: '2026-11-23T05:00:00Z',
      data: {
        reportId: '01932b4e-7c00-7000-8000-000000000001',
        trackingId: '9165816',
        sequence: 1,
        status: 'in_progress',
        ...data,
      },
    };
    const known = given === null ? null : { ...context, ...given };
    return statusConsequences(event, known, { wording, calendar: plainCalendar, rules }, nowMs);
  }

  it('is a notice, at once by day', () => {
    expect(consequences({})).to.deep.equal({
      reply: { kind: 'status', text: 'status.in_progress 9165816', unasked: true },
    });
  });

  const nights: readonly { label: string; zone: string | null; atMs: number; untilMs: number | null }[] = [
    { label: 'at ten in the evening, till six', zone: null, atMs: noonMs + 10 * hourMs, untilMs: noonMs + 18 * hourMs },
    {
      label: 'at nine in Jayapura, which is seven in Jakarta',
      zone: 'Asia/Jayapura',
      atMs: noonMs + 7 * hourMs,
      untilMs: noonMs + 16 * hourMs,
    },
    { label: 'not at seven in Jakarta', zone: 'Asia/Jakarta', atMs: noonMs + 7 * hourMs, untilMs: null },
  ];
  for (const { label, zone, atMs, untilMs } of nights) {
    it(`waits ${label}`, () => {
      expect(consequences({}, { zone }, atMs).reply?.notBeforeMs ?? null).to.equal(untilMs);
    });
  }

  it('is nothing where the acknowledgement has said it, or nobody is known', () => {
    expect(consequences({ status: 'received' })).to.deep.equal({ reply: null });
    expect(consequences({}, null)).to.deep.equal({ reply: null });
  });

  it('opens a question where the agency asks', () => {
    const { question } = consequences({ status: 'needs_info' });
    expect(question).to.deep.equal({ about: 'needs_info', untilMs: noonMs + plainRules.needsInfoAnswerMs });
  });

  it('warns, two working days before, that an answered ticket closes by itself, while nothing happens', () => {
    const { later } = consequences({ status: 'responded' });
    // Eight working days on is Thursday of next week, when offices close; ten are until the Monday after.
    const warnedMs = noonMs + 10 * dayMs + 4 * hourMs;
    expect(later).to.deep.equal([
      {
        kind: 'reminder',
        text: 'closingWarning 9165816',
        whileUnmoved: true,
        unasked: true,
        notBeforeMs: warnedMs,
      },
    ]);
    expect(rendered.at(-1)?.args).to.deep.equal({
      trackingId: '9165816',
      dueAt: new Date(noonMs + 14 * dayMs + 4 * hourMs).toISOString(),
    });
  });

  it('is told in the language that the citizen chose', () => {
    consequences({ status: 'responded' }, { language: 'en' });
    expect(rendered.map(({ language }) => language)).to.deep.equal(['en', 'en']);
  });

  const readers: readonly { audience: 'public' | 'private'; secret: boolean; told: boolean }[] = [
    { audience: 'public', secret: true, told: false },
    { audience: 'public', secret: false, told: true },
    { audience: 'private', secret: true, told: true },
  ];
  for (const { audience, secret, told } of readers) {
    const report = `a ${secret ? 'secret' : 'public'} report by a ${audience} message`;
    it(`${told ? 'names' : 'does not name'} the agency and its words of ${report}`, () => {
      consequences({ agency: 'Inspektorat', message: 'Kami periksa lurah' }, { audience, secret });
      const { agency, message } = (rendered[0]?.args ?? {}) as { agency?: string; message?: string };
      expect([agency, message]).to.deep.equal(told ? ['Inspektorat', 'Kami periksa lurah'] : [undefined, undefined]);
    });
  }

  const dueDates: readonly { label: string; data: Partial<StatusEvent['data']>; dueAt: string | null }[] = [
    { label: "the tracker's", data: { dueAt: '2026-12-01T09:00:00Z' }, dueAt: '2026-12-01T09:00:00Z' },
    { label: 'five working days, where the tracker says none', data: {}, dueAt: '2026-11-30T09:00:00.000Z' },
    { label: 'three until it is checked', data: { status: 'verified' }, dueAt: '2026-11-26T09:00:00.000Z' },
    { label: 'none that is past', data: { dueAt: '2026-11-20T09:00:00Z' }, dueAt: null },
    { label: 'none where nothing is promised', data: { status: 'closed' }, dueAt: null },
  ];
  for (const { label, data, dueAt } of dueDates) {
    it(`names a due date: ${label}`, () => {
      consequences(data);
      expect(rendered[0]?.args).to.include({ dueAt });
    });
  }
});

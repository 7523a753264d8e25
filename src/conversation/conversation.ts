import type { FollowUp } from '../domain/followUp.js';
import type { ReplyKind } from '../domain/reply.js';
import type { Report } from '../domain/report.js';
import type { Handled, NewReply, NoteChanges, OwnTicket, Pace, SenderContext } from '../ports/conversation.js';
import type { Buried, Forwarded, ReportClaim, Store, StoredMessage } from '../ports/store.js';
import type { Filed, TicketView, Tracker, TrackerFault } from '../ports/tracker.js';
import { type Acknowledged, acknowledgementKey, asksPlace } from './acknowledgement.js';
import type { WorkingCalendar } from './calendar.js';
import type { CurrentWording } from './currentWording.js';
import type { Answer, Deed, FileReport, FollowUpTicket, Keep, TellStatus } from './deed.js';
import { dueAtOf } from './dueDates.js';
import { interpret, type Judgement, type Said } from './interpret.js';
import { nextTurn } from './pace.js';
import type { ConversationRules } from './rules.js';
import { isSameText } from './sameText.js';
import { toReport } from './understand.js';
import type { TextReading } from './understanding/read.js';
import type { TextReader } from './understanding/textReader.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import { zoneOf } from './zones.js';

export interface ConversationParts {
  readonly store: Pick<Store, 'ownTicket'>;
  readonly tracker: Pick<Tracker, 'submit' | 'followUp' | 'status'>;
  readonly reader: TextReader;
  readonly wording: Pick<CurrentWording, 'render' | 'echoOf'>;
  readonly vocabulary: Vocabulary;
  readonly calendar: WorkingCalendar;
}

/** What came of a message: what is to be recorded, or why the tracker did not take it. */
export type MessageResult = Done | TrackerFault;

export type Done =
  | { readonly kind: 'forwarded'; readonly fact: Forwarded }
  | {
      readonly kind: 'handled';
      readonly fact: Handled;
      /** In a word, for metrics: `not_resolved`, `help`, `kept`. */
      readonly deed: string;
      /** Whether the tracker took part: then it is there. */
      readonly askedTracker: boolean;
    };

/** A message under way, with what may be said to its sender. */
interface Talk extends Said {
  readonly seq: number;
  readonly language: string | null;
  readonly signal: AbortSignal;
}

/**
 * Handles messages: decides what is to be done about each, does it at the tracker, and words the answer. Keeps nothing
 * itself: asked again about the same message, as after a crash, it does the same under the same ids.
 */
export class Conversation {
  readonly #judgement: Judgement;

  constructor(
    private readonly parts: ConversationParts,
    private readonly rules: ConversationRules,
  ) {
    const { vocabulary, wording } = parts;
    this.#judgement = {
      vocabulary,
      rules,
      isSameText: (one, other) => isSameText(one, other, vocabulary),
      echoOf: (text) => wording.echoOf(text),
    };
  }

  /** Rejects only on a fault of our own. */
  async handle({ seq, message, context }: ReportClaim, signal: AbortSignal): Promise<MessageResult> {
    const { text, extras } = message;
    const said = await this.parts.reader.read(text);
    const reading = extras.place === undefined ? said : await this.#placed(said, extras.place);
    const trackingId = reading.intent?.trackingId ?? null;
    const named = trackingId === null ? null : await this.#named(seq, trackingId, context.tickets);
    const language = reading.language ?? context.notes.language;
    const talk: Talk = { seq, message, context, reading, named, language, signal };
    return await this.#perform(interpret(talk, this.#judgement), talk);
  }

  /** A place that the citizen chose from the channel's list says where, unless the text itself says it. */
  async #placed(reading: TextReading, place: string): Promise<TextReading> {
    if (reading.locations.length > 0) return reading;
    const { locations } = await this.parts.reader.read(place);
    return { ...reading, locations };
  }

  refusal({ message, context }: ReportClaim): Pick<Buried, 'reply' | 'notes'> {
    if (message.change !== null) return { reply: null };
    const { language } = context.notes;
    const { reply, pace } = this.#inTurn(message, context, false, language, () => ({
      kind: 'refusal',
      text: this.parts.wording.render('refused', language, {}),
    }));
    return { reply, ...(pace === null ? {} : { notes: { pace } }) };
  }

  #perform(deed: Deed, talk: Talk): MessageResult | Promise<MessageResult> {
    switch (deed.do) {
      case 'file':
        return this.#file(deed, talk);
      case 'follow_up':
        return this.#followUp(deed, talk);
      case 'tell_status':
        return this.#tellStatus(deed, talk);
      case 'answer':
        return this.#answer(deed, talk);
      case 'keep':
        return keep(deed, talk);
    }
  }

  /** Mostly one of the newest, which came with the claim. People do not mind the case of an id that has letters. */
  async #named(seq: number, trackingId: string, tickets: readonly OwnTicket[]): Promise<OwnTicket | null> {
    const upper = trackingId.toUpperCase();
    const recent = tickets.find((ticket) => ticket.trackingId.toUpperCase() === upper);
    if (recent !== undefined || tickets.length === 0) return recent ?? null;
    const { store } = this.parts;
    return (await store.ownTicket(seq, trackingId)) ?? (upper === trackingId ? null : store.ownTicket(seq, upper));
  }

  /** By `then`, which costs a third of what an async function does: nearly every message comes here. */
  #file({ twin }: FileReport, talk: Talk): Promise<MessageResult> {
    const { message, reading, language, signal } = talk;
    const report = toReport(message, reading, { twinTrackingId: twin?.trackingId ?? null, language });
    return this.parts.tracker.submit(report, signal).then((filed) => {
      return filed.kind === 'filed' ? this.#filed(filed, report, twin, talk) : filed;
    });
  }

  #filed(filed: Filed, report: Report, twin: OwnTicket | null, talk: Talk): MessageResult {
    const { message, context } = talk;
    const question = context.notes.question;
    const isAskedAlready = question !== null && question.untilMs >= message.receivedAtMs;
    const acknowledged = { report, twin, isPublic: isPublic(message), isAskedAlready };
    return { kind: 'forwarded', fact: this.#toForwarded(talk, filed, acknowledged) };
  }

  #toForwarded(talk: Talk, filed: Filed, acknowledged: Acknowledged): Forwarded {
    const { seq, message } = talk;
    const { trackingId, status, dueAt, publicUrl } = filed;
    const atMs = Date.now();
    const key = acknowledgementKey(acknowledged, this.rules);
    const zone = zoneOf(acknowledged.report.locations, this.rules.zone);
    const due = dueAtOf(filed, message.receivedAtMs, atMs, { calendar: this.parts.calendar, zone });
    const args = { trackingId, otherId: acknowledged.twin?.trackingId ?? '', dueAt: due };
    const { reply, notes, isAsMeant } = this.#say(talk, 'acknowledgement', noChanges, (language) =>
      this.parts.wording.render(key, language, args),
    );
    // Not by spreads: they took 3 microseconds, as much as all the rest of this.
    const fact: Writable<Forwarded> = { seq, trackingId, status, dueAt, publicUrl, atMs, reply, zone };
    if (acknowledged.report.reporter.visibility !== 'open') fact.secret = true;
    if (notes !== null) fact.notes = notes;
    if (isAsMeant && asksPlace(key)) fact.question = { about: 'place', untilMs: atMs + this.rules.placeAnswerMs };
    return fact;
  }

  async #followUp(deed: FollowUpTicket, talk: Talk): Promise<MessageResult> {
    const { ticket, kind, rating, question } = deed;
    const followUp = toFollowUp(deed, talk);
    const taken = await this.parts.tracker.followUp(ticket.trackingId, followUp, talk.signal);
    if (taken.kind !== 'filed') return taken;
    const args = { trackingId: ticket.trackingId, rating: rating ?? 0 };
    // An agency's question may take more than one SMS to answer; a place is said in one.
    const closes: NoteChanges = question?.about === 'place' ? { question: null } : noChanges;
    const said = deed.isSilent
      ? unsaid
      : this.#say(talk, 'information', closes, (language) =>
          this.parts.wording.render(`followUp.${kind}`, language, args),
        );
    const detail = `${kind} to ${ticket.trackingId}`;
    return handled(talk, { as: 'followed_up', ticketSeq: ticket.seq, detail, ...said }, kind, true);
  }

  /** Where the tracker cannot tell, what it told last is told. */
  async #tellStatus({ ticket }: TellStatus, talk: Talk): Promise<MessageResult> {
    const detail = `status of ${ticket.trackingId}`;
    const { reply, isAsMeant, ...said } = this.#say(talk, 'information', noChanges, () => '');
    const told = { as: 'answered', ticketSeq: ticket.seq, detail, ...said } as const;
    if (!isAsMeant) return handled(talk, { ...told, reply }, 'status', false);
    const view = await this.parts.tracker.status(ticket.trackingId, talk.signal);
    if (view.kind === 'retry') return view;
    const text = this.#statusText(ticket, view.kind === 'found' ? view : null, talk);
    return handled(talk, { ...told, reply: { kind: 'information', text } }, 'status', true);
  }

  /**
   * Without the agency's message, which came as a notice when it was news: so the answer is one SMS. Where all can read
   * it the agency is not named either, for the report may have come by a private message.
   */
  #statusText(ticket: OwnTicket, view: TicketView | null, { message, language }: Talk): string {
    const { trackingId, receivedAtMs, forwardedAtMs } = ticket;
    const status = view?.status ?? ticket.status;
    const sinceMs = status === 'received' ? receivedAtMs : (instantOf(view?.updatedAt) ?? forwardedAtMs);
    const { calendar, wording } = this.parts;
    const { zone } = this.rules;
    const dueAt = dueAtOf({ status, dueAt: view?.dueAt ?? null }, sinceMs, Date.now(), { calendar, zone });
    const agency = isPublic(message) ? null : (view?.agency ?? null);
    return wording.render(`status.${status}`, language, { trackingId, agency, dueAt });
  }

  #answer({ key, trackingId, ticket, notes }: Answer, talk: Talk): MessageResult {
    const said = this.#say(talk, 'information', notes, (language) =>
      this.parts.wording.render(key, language, { trackingId: trackingId ?? '' }),
    );
    return handled(talk, { as: 'answered', ticketSeq: ticket?.seq ?? null, detail: key, ...said }, key, false);
  }

  /** What the sender is told, if it is their turn to be told anything, and what is to be noted of it. */
  #say(talk: Talk, kind: ReplyKind, changes: NoteChanges, words: (language: string | null) => string): SaidBack {
    const { message, context, reading, language } = talk;
    const meant = (): NewReply => ({ kind, text: words(language) });
    const turn = this.#inTurn(message, context, kind === 'acknowledgement', language, meant);
    const chosen = reading.language === context.notes.language ? null : reading.language;
    const { reply, pace, isAsMeant } = turn;
    return { reply, notes: notesOf(changes, chosen, pace), isAsMeant };
  }

  /** The flood guard's word on a reply. */
  #inTurn(
    { receivedAtMs }: StoredMessage,
    context: SenderContext,
    makesTicket: boolean,
    language: string | null,
    meant: () => NewReply,
  ): { reply: NewReply | null; pace: Pace | null; isAsMeant: boolean } {
    const { reply, pace } = nextTurn(context, receivedAtMs, makesTicket, this.rules.flood);
    if (reply === 'as_meant') return { reply: meant(), pace, isAsMeant: true };
    if (reply === 'none') return { reply: null, pace, isAsMeant: false };
    const text = this.parts.wording.render('flood', language, {});
    return { reply: { kind: 'information', text }, pace, isAsMeant: false };
  }
}

interface SaidBack {
  readonly reply: NewReply | null;
  readonly notes: NoteChanges | null;
  readonly isAsMeant: boolean;
}

type Writable<Fact> = { -readonly [Key in keyof Fact]: Fact[Key] };

const noChanges: NoteChanges = {};

/** @returns null where there is nothing to note. */
function notesOf(changes: NoteChanges, language: string | null, pace: Pace | null): NoteChanges | null {
  if (changes === noChanges && language === null && pace === null) return null;
  const notes: Writable<NoteChanges> = { ...changes };
  if (language !== null) notes.language = language;
  if (pace !== null) notes.pace = pace;
  return Object.keys(notes).length === 0 ? null : notes;
}

const unsaid: SaidBack = { reply: null, notes: null, isAsMeant: false };

function toFollowUp({ kind, text, rating }: FollowUpTicket, { message, reading }: Talk): FollowUp {
  const namesPlace = (kind === 'answer' || kind === 'addition') && reading.locations.length > 0;
  return {
    id: message.id,
    kind,
    ...(text === '' ? {} : { text }),
    ...(rating === null ? {} : { rating }),
    receivedAt: new Date(message.receivedAtMs).toISOString(),
    attachments: [...(message.extras.attachments ?? [])],
    ...(namesPlace ? { locations: [...reading.locations] } : {}),
  };
}

function keep({ reason, notes }: Keep, talk: Talk): MessageResult {
  const told = { as: 'kept', ticketSeq: null, detail: reason, reply: null, notes: notes ?? null } as const;
  return handled(talk, told, 'kept', false);
}

type Told = Pick<Handled, 'as' | 'ticketSeq' | 'detail'> & Pick<SaidBack, 'reply' | 'notes'>;

function handled({ seq }: Talk, { notes, as, ticketSeq, detail, reply }: Told, deed: string, asked: boolean): Done {
  const fact = { seq, as, ticketSeq, detail, reply, atMs: Date.now(), ...(notes === null ? {} : { notes }) };
  return { kind: 'handled', fact, deed, askedTracker: asked };
}

function isPublic({ extras }: StoredMessage): boolean {
  return extras.audience === 'public';
}

function instantOf(iso: string | undefined): number | null {
  const atMs = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(atMs) ? null : atMs;
}

import { expect } from 'chai';
import type { Cursor, Outcome, Part, PartKey, Receipt } from '../../../src/ports/channel.js';
import type { Handled } from '../../../src/ports/conversation.js';
import type {
  AcceptSummary,
  Forwarded,
  RecordedOutcome,
  ReplyClaim,
  ReportClaim,
  StatusResult,
  Store,
  TicketEvent,
} from '../../../src/ports/store.js';
import { startMs } from '../../fakes/parts.js';

/** One store's place: a file, a database. Everything a suite does around the port goes through here. */
export interface StorePlace {
  /** Opens the store as a gateway does when it starts. */
  open(): Promise<Store>;
  /** Opens it as an operator's command does, beside a gateway that runs. */
  openForOperator(): Promise<Store>;
  /** What the database calls itself, asked from it: so that no suite passes on another driver than it says. */
  driver(): Promise<string>;
  /** The raw octets of every part that is kept, oldest first. */
  rawParts(): Promise<readonly Buffer[]>;
  /** Takes all free room from the open store. @returns gives it back. */
  fill(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

export interface StoreHarness {
  readonly driver: string;
  create(): Promise<StorePlace>;
}

export const leaseMs = 60_000;
export const joinWindowMs = 300_000;

/** A store with the verbs of the tests, and a clock that only they move. */
export class Scene {
  nowMs = startMs;

  private constructor(
    readonly place: StorePlace,
    private opened: Store,
  ) {}

  static async begin(harness: StoreHarness): Promise<Scene> {
    const place = await harness.create();
    return new Scene(place, await place.open());
  }

  get store(): Store {
    return this.opened;
  }

  /** The gateway dies and starts again. What its worker had claimed nobody works on any more. */
  async restart(): Promise<void> {
    await this.opened.close();
    this.opened = await this.place.open();
  }

  async end(): Promise<void> {
    await this.opened.close();
    await this.place.remove();
  }

  accept(parts: readonly Part[], more: { channelId?: string; cursor?: Cursor } = {}): Promise<AcceptSummary> {
    const { channelId = 'telkomsel', cursor } = more;
    const batch = { channelId, medium: 'sms', parts, joinUntilMs: this.nowMs + joinWindowMs };
    return this.store.acceptParts(cursor === undefined ? batch : { ...batch, cursor });
  }

  settle(keys: readonly PartKey[]): Promise<void> {
    return this.store.settleParts('telkomsel', keys);
  }

  claimReports(limit = 100, owner = 'worker-1'): Promise<readonly ReportClaim[]> {
    return this.store.claimReports({ owner, limit, nowMs: this.nowMs, leaseMs });
  }

  claimReplies(limit = 100, channelId = 'telkomsel', owner = 'worker-1'): Promise<readonly ReplyClaim[]> {
    return this.store.claimReplies({ owner, channelId, limit, nowMs: this.nowMs, leaseMs });
  }

  /** Records a claimed report as a ticket. */
  forward(claim: ReportClaim, given: Partial<Forwarded> = {}): Promise<void> {
    const trackingId = given.trackingId ?? `T${claim.seq}`;
    const forwarded: Forwarded = {
      seq: claim.seq,
      trackingId,
      status: 'received',
      dueAt: null,
      publicUrl: null,
      atMs: this.nowMs,
      reply: { kind: 'acknowledgement', text: `Laporan Anda kami terima, no. ${trackingId}` },
      ...given,
    };
    return this.store.recordForwarded([forwarded]);
  }

  /** Records a claimed message that made no report. */
  handle(seq: number, given: Partial<Handled> = {}): Promise<void> {
    const handled: Handled = { seq, as: 'kept', ticketSeq: null, detail: 'x', atMs: this.nowMs, reply: null, ...given };
    return this.store.recordHandled([handled]);
  }

  /** A status event of a report's ticket, with the reply that it causes. */
  async status(claim: ReportClaim, sequence: number, given: Partial<TicketEvent> = {}): Promise<StatusResult> {
    const event: TicketEvent = {
      deliveryId: null,
      reportId: claim.message.id,
      trackingId: `T${claim.seq}`,
      sequence,
      status: 'in_progress',
      agency: null,
      message: null,
      dueAt: null,
      reply: { kind: 'status', text: `Kabar ${sequence}` },
      ...given,
    };
    const results = await this.store.recordStatus({ events: [event], atMs: this.nowMs });
    return only(results);
  }

  /** Records what became of a claimed reply. */
  outcome(claim: ReplyClaim, outcome: Outcome, given: Partial<RecordedOutcome> = {}): Promise<void> {
    const recorded = { seq: claim.seq, outcome, atMs: this.nowMs, retryAtMs: null, deadLetter: null, ...given };
    return this.store.recordOutcomes([recorded]);
  }

  receipt(state: Receipt['state'], ...externalIds: readonly [string, ...string[]]) {
    const receipt = { externalIds, state, code: state.toUpperCase(), atMs: this.nowMs };
    return this.store.recordReceipts('telkomsel', [receipt]);
  }

  /** One text taken in and claimed. */
  async claimedReport(part: Part): Promise<ReportClaim> {
    await this.accept([part]);
    return only(await this.claimReports());
  }

  /** One text taken in, forwarded, and its acknowledgement claimed. */
  async claimedReply(part: Part): Promise<{ report: ReportClaim; reply: ReplyClaim }> {
    const report = await this.claimedReport(part);
    await this.forward(report);
    return { report, reply: only(await this.claimReplies()) };
  }

  /** Claims and forwards until nothing is ready; the texts in the order in which they were handed out. */
  async drainReports(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const claims = await this.claimReports();
      if (claims.length === 0) return texts;
      texts.push(...claims.map((claim) => claim.message.text));
      for (const claim of claims) await this.forward(claim, { reply: null });
    }
  }

  /** The words of a trace, in order. */
  async story(id: string): Promise<string[]> {
    const trace = await this.store.trace(id);
    return trace === null ? [] : trace.entries.map((entry) => entry.what);
  }
}

/** The one item that there must be. */
export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  expect(items, 'exactly one').to.have.length(1);
  return item as Item;
}

export function texts(claims: readonly ReportClaim[] | readonly ReplyClaim[]): string[] {
  return claims.map((claim) => ('message' in claim ? claim.message.text : claim.text));
}

export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('resolved, and should have rejected');
}

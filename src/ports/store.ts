import type { ReplyKind } from '../domain/reply.js';
import type { Status } from '../domain/status.js';
import type { Cursor, Earlier, Outcome, Part, PartExtras, PartKey, Receipt } from './channel.js';
import type { ConversationStore, NewQuestion, NewReply, NoteChanges, SenderContext } from './conversation.js';
import type { OperationsStore } from './operations.js';
import type { RetentionStore } from './retention.js';
import type { Turn, TurnStore } from './turns.js';

export type { NewReply } from './conversation.js';

/**
 * The store port. Each method is one transaction, named after what it means, and takes a batch.
 *
 * Promises that every store keeps:
 * - A method that resolves has its facts on disk; one that rejects has changed nothing.
 * - Claims are leases: what a dead worker held comes back when its lease ends, or at once where the store
 *   knows that the worker is gone.
 * - Per sender, work is handed out in the order in which it was accepted, and one item at a time: what waits
 *   behind an item under way, or behind one that is to be tried again, is not claimed.
 * - Raw parts stay until retention removes them.
 *
 * Words: `seq` is the store's own number of a report or reply and grows in the order of acceptance; `id` is the
 * UUID that the world may see. Times are epoch milliseconds.
 */
export interface Store extends OperationsStore, ConversationStore, TurnStore {
  /** Absent: this store keeps everything for good. */
  readonly retention?: RetentionStore;

  /**
   * Stores parts, joins long messages, and puts each complete message in the forwarding queue, in one transaction.
   *
   * A part that deletes an earlier one of the same sender is a message without text; in the same transaction the words of
   * that earlier message, and of all edits of it, are gone from the store, and one that still waits is flagged `deleted`.
   */
  acceptParts(batch: AcceptBatch): Promise<AcceptSummary>;
  /** Forgets fingerprints of parts whose acknowledgement the peer is known to have. */
  settleParts(channelId: string, keys: readonly PartKey[]): Promise<void>;
  /** Turns sets of parts that stayed incomplete past their time into reports flagged `truncated`. */
  closeOverdueSets(nowMs: number): Promise<number>;

  /** Messages that are to be handled, each with what is known of its sender. */
  claimReports(claim: Claim): Promise<readonly ReportClaim[]>;
  /** The ticket and the citizen's acknowledgement, in one transaction. */
  recordForwarded(items: readonly Forwarded[]): Promise<void>;
  /** To be tried again at `dueAtMs`; the sender's later reports wait behind it. Counts as an attempt. */
  postponeReports(items: readonly Postponed[]): Promise<void>;
  /** Gives claims back untouched, for whoever claims next. Counts as no attempt. */
  releaseReports(seqs: readonly number[]): Promise<void>;
  /** Cannot go on by itself: a dead letter, and the citizen is told. */
  buryReports(items: readonly Buried[]): Promise<void>;

  /** Status events with the replies they cause. The same delivery id, or an older sequence, changes nothing. */
  recordStatus(batch: StatusBatch): Promise<readonly StatusResult[]>;

  /**
   * Absent: nobody else puts work into this store.
   * @param wake called when another node has perhaps queued replies: a hint, which may be missing. Those who claim look by
   * themselves as well.
   */
  onHint?(wake: () => void): void;
  claimReplies(claim: ReplyClaimRequest): Promise<readonly ReplyClaim[]>;
  recordOutcomes(items: readonly RecordedOutcome[]): Promise<void>;
  releaseReplies(seqs: readonly number[]): Promise<void>;
  /** Moves replies forward by what the channel says became of their segments; keeps a receipt that comes early. */
  recordReceipts(channelId: string, receipts: readonly Receipt[]): Promise<ReceiptSummary>;

  /** The last committed value of a cursor, or null. */
  cursor(name: string): Promise<string | null>;

  /** Those that are open, oldest first. */
  deadLetters(query?: DeadLetterQuery): Promise<readonly DeadLetter[]>;
  /** Puts them back where they fell out; @returns those that were found open. */
  retryDeadLetters(ids: readonly number[], nowMs: number): Promise<readonly number[]>;
  /** Closes them with the operator's reason; @returns those that were found open. */
  discardDeadLetters(ids: readonly number[], reason: string, nowMs: number): Promise<readonly number[]>;

  /**
   * Everything that happened to a report, reply or tracking id, oldest first; null when there is none such. Of several
   * reports with one tracking id the newest is meant.
   */
  trace(id: string): Promise<Trace | null>;
  counts(): Promise<StoreCounts>;
  /** Rejects when the store cannot take a write. */
  probe(nowMs: number): Promise<void>;
  /** Housekeeping that bounds what is kept only for a time: delivery ids, early receipts, old fingerprints. */
  tidy(nowMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface AcceptBatch {
  readonly channelId: string;
  readonly medium: string;
  readonly parts: readonly Part[];
  readonly cursor?: Cursor;
  /** Under which the parts came: once it is over, or all but, they are refused. */
  readonly turn?: Turn;
  /** When a set of parts that is begun now stops waiting for the rest. */
  readonly joinUntilMs: number;
}

export interface AcceptSummary {
  readonly reports: number;
  /** Parts of messages that are still incomplete. */
  readonly waiting: number;
  readonly duplicates: number;
  readonly unsupported: number;
}

export interface Claim {
  /** Names the worker, so that a store can tell whose leases to return. */
  readonly owner: string;
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
}

export interface ReplyClaimRequest extends Claim {
  readonly channelId: string;
}

/** What is known of a message when it is to be made into a report. */
export interface StoredMessage {
  readonly id: string;
  readonly receivedAtMs: number;
  readonly channelId: string;
  readonly medium: string;
  readonly address: string;
  readonly senderRef: string;
  readonly text: string;
  readonly encoding: string;
  readonly parts: number;
  readonly externalIds: readonly string[];
  readonly flags: readonly string[];
  readonly extras: PartExtras;
  /** What it does to an earlier message; null for one that stands by itself. */
  readonly change: Earlier['change'] | null;
}

export interface ReportClaim {
  readonly seq: number;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly message: StoredMessage;
  readonly context: SenderContext;
}

export interface Forwarded {
  readonly seq: number;
  readonly trackingId: string;
  readonly status: Status;
  readonly dueAt: string | null;
  readonly publicUrl: string | null;
  readonly atMs: number;
  readonly reply: NewReply | null;
  /** What the reply asks. */
  readonly question?: NewQuestion;
  /** IANA name of the place's time zone, for what is told later. Absent: not known. */
  readonly zone?: string;
  /** The report hides something: where all can read a reply, nothing but the status is told. */
  readonly secret?: boolean;
  readonly notes?: NoteChanges;
}

export interface Postponed {
  readonly seq: number;
  readonly dueAtMs: number;
  readonly cause: string;
  readonly atMs: number;
}

export interface Buried {
  readonly seq: number;
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
  readonly reply: NewReply | null;
  readonly notes?: NoteChanges;
}

export interface StatusBatch {
  readonly events: readonly TicketEvent[];
  readonly cursor?: Cursor;
  readonly atMs: number;
}

export interface TicketEvent {
  readonly deliveryId: string | null;
  readonly reportId: string;
  readonly trackingId: string;
  readonly sequence: number;
  readonly status: Status;
  readonly agency: string | null;
  readonly message: string | null;
  readonly dueAt: string | null;
  /** All of these only if the event is news. */
  readonly reply: NewReply | null;
  /** What is to be told later. */
  readonly later?: readonly NewReply[];
  /** What the reply asks. Whatever the agency asked about this ticket before is no question any more. */
  readonly question?: NewQuestion;
}

/**
 * `applied`: the ticket moved. `kept`: the report is not forwarded yet; applied when it is, after its
 * acknowledgement. `repeated`: known already, or older than what is known. `unknown`: no such report here.
 * `mismatched`: the report has another tracking id; changes nothing. What was kept under a tracking id that turns out
 * not to be the report's is dropped when it is forwarded, and the trace tells.
 */
export type StatusResult = 'applied' | 'kept' | 'repeated' | 'unknown' | 'mismatched';

export interface ReplyClaim {
  readonly seq: number;
  readonly id: string;
  readonly channelId: string;
  readonly to: string;
  readonly text: string;
  readonly kind: ReplyKind;
  readonly attempts: number;
  readonly inReplyTo: string | null;
  /**
   * How many earlier attempts perhaps sent it: their workers died over it, or their outcome was `uncertain`. The trace
   * tells of such a claim as `reply taken up again`, so that an SMS that came twice can be accounted for.
   */
  readonly uncertainAttempts: number;
}

/** An outcome with what the gateway's policy makes of it. */
export interface RecordedOutcome {
  readonly seq: number;
  readonly outcome: Outcome;
  readonly atMs: number;
  /** When to try again; null: never, it ends here. */
  readonly retryAtMs: number | null;
  /** Set when the reply cannot go on by itself. */
  readonly deadLetter: { readonly code: string; readonly message: string } | null;
  /** Its addressee opted out at the channel: noted in the same transaction, as STOP is. */
  readonly stopped?: true;
}

export interface ReceiptSummary {
  /** Receipts that moved a reply. */
  readonly matched: number;
  /** Receipts that moved a reply over an hour after it was accepted; not counted in `matched`. Absent when none did. */
  readonly late?: number;
  /** Receipts that said nothing new. */
  readonly repeated: number;
  /** Receipts for an id that no reply has (yet): kept for a while. */
  readonly orphaned: number;
}

export type DeadLetterKind = 'report' | 'reply' | 'part';

export interface DeadLetter {
  readonly id: number;
  readonly kind: DeadLetterKind;
  /** The report's or reply's UUID; for a part, the store's number. */
  readonly subject: string;
  readonly channelId: string;
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

export interface DeadLetterQuery {
  /** 100 unless told. */
  readonly limit?: number;
  /** Only those opened after this one: the last of the page before. */
  readonly afterId?: number;
  /** Only those with this code. */
  readonly code?: string;
}

export interface Trace {
  readonly reportId: string | null;
  readonly trackingId: string | null;
  /** Other reports of the same tracking id, newest first, ten at most: a tracker may join reports of one matter. */
  readonly namesakes: readonly string[];
  readonly entries: readonly TraceEntry[];
}

export interface TraceEntry {
  readonly atMs: number;
  /** A short word: `received`, `forwarded`, `reply accepted`, … */
  readonly what: string;
  /** For a person; never an address, never a citizen's words. */
  readonly detail: string;
}

export interface StoreCounts {
  readonly reportsWaiting: number;
  readonly repliesWaiting: number;
  /** Replies that are kept aside until their time. */
  readonly noticesWaiting: number;
  readonly setsWaiting: number;
  readonly deadLetters: number;
  /** When the oldest waiting report was received; null when none waits. */
  readonly oldestReportMs: number | null;
}

/** The store is away, full or broken: nothing was taken, try again later. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** What a store needs of the gateway's rules: pure functions, so that they may run inside its transactions. */
export interface StoreRules {
  /** Joins the parts of one message, given in order, `null` where one is missing. */
  joinParts(parts: readonly (StoredPart | null)[]): { readonly text: string; readonly encoding: string };
}

export interface StoredPart {
  readonly raw: Buffer;
  readonly textOffset: number;
  readonly encoding: string;
}

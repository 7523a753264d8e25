import { steadyNowMs } from '../../../src/domain/clock.js';
import type { OwnTicket, TicketContext } from '../../../src/ports/conversation.js';
import type { Log } from '../../../src/ports/log.js';
import type { Act, ChannelCounts, ChannelHold, Redecoded, StoredPartView } from '../../../src/ports/operations.js';
import type {
  AcceptBatch,
  AcceptSummary,
  Buried,
  Claim,
  DeadLetter,
  DeadLetterQuery,
  Postponed,
  ReceiptSummary,
  ReplyClaim,
  ReportClaim,
  StatusResult,
  Store,
  StoreCounts,
  StoreRules,
} from '../../../src/ports/store.js';
import type { TurnRequest } from '../../../src/ports/turns.js';
import { acts } from './acts.js';
import { bury } from './burial.js';
import { channelBacklogs } from './channelBacklogs.js';
import { Channels } from './channels.js';
import { storeCounts } from './counts.js';
import { cursors } from './cursors.js';
import { type Connecting, Database, type Tx } from './database.js';
import { deadLetters, type OpenLetter } from './deadLetters.js';
import { EarlierMessages } from './earlierMessages.js';
import { openingFault } from './faults.js';
import { GroupedIntake } from './groupedIntake.js';
import { recordHandled } from './handledMessages.js';
import { Hints } from './hints.js';
import { note } from './journal.js';
import { migrate, requireSchema } from './migrate.js';
import { Nodes, signs } from './nodes.js';
import { Outbox } from './outbox.js';
import { PartIntake } from './partIntake.js';
import { PartKeys } from './partKeys.js';
import { closeOverdue } from './partSets.js';
import { PartShelf } from './partShelf.js';
import { receipts } from './receipts.js';
import { ReplyRows } from './replyRows.js';
import { forwardLane, ReportRows } from './reportRows.js';
import { requireFitServer } from './requirements.js';
import { Retention } from './retention/index.js';
import { SenderContexts } from './senderContexts.js';
import { Senders } from './senders.js';
import { Tickets } from './tickets.js';
import { Traces } from './traces.js';
import { turns } from './turns.js';
import { WorkQueue } from './workQueue.js';

export interface PostgresStoreOptions extends Connecting {
  readonly rules: StoreRules;
  /**
   * `gateway` brings the schema up to date and takes back what dead nodes held; `operator` is a command beside gateways
   * that may run.
   */
  readonly role: 'gateway' | 'operator';
  /** Told what the database can't do that the store can do without. */
  readonly log?: Log | undefined;
  /** This node's clock, by which it names times; the one of the process unless told. */
  readonly nowMs?: () => number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long is kept what is kept only for a time. */
const keepMs = { fingerprints: hourMs, closedSets: dayMs, earlyReceipts: 3 * dayMs, deliveries: 30 * dayMs } as const;

const skewNoticedMs = 1_000;

/** An operator's command leases nothing. */
const noNode = 0;

/**
 * The store on a PostgreSQL database, for any number of nodes.
 * @throws when the database is not there or its schema does not fit; for an operator also when there is no schema.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const database = new Database(options);
  try {
    if (options.role === 'gateway') await requireFitServer(database);
    await database.withClient(options.role === 'gateway' ? migrate : requireSchema);
    const nodes = new Nodes(database);
    const node = options.role === 'gateway' ? await nodes.join() : noNode;
    const store = new PostgresStore(database, options, nodes, node);
    if (options.role === 'gateway') await store.begin();
    return store;
  } catch (error) {
    await database.close();
    throw openingFault(error);
  }
}

class PostgresStore implements Store {
  readonly retention: Retention;
  readonly #rules: StoreRules;
  readonly #ownNowMs: () => number;
  readonly #channels = new Channels();
  readonly #keys = new PartKeys();
  readonly #forwardQueue: WorkQueue;
  readonly #replyQueue: WorkQueue;
  readonly #reports: ReportRows;
  readonly #replies: ReplyRows;
  readonly #outbox: Outbox;
  readonly #contexts: SenderContexts;
  readonly #tickets: Tickets;
  readonly #shelf: PartShelf;
  readonly #traces: Traces;
  readonly #intake: GroupedIntake;
  /** Long messages that went on incomplete, and replies' ids whose receipts came first, by their channel's number. */
  readonly #setsExpired = new Map<number, number>();
  readonly #receiptsClaimed = new Map<number, number>();
  readonly #hints: Hints;
  #signing: NodeJS.Timeout | null = null;
  #skewMs = 0;
  #isAlone = false;

  constructor(
    private readonly database: Database,
    options: PostgresStoreOptions,
    private readonly nodes: Nodes,
    private readonly node: number,
  ) {
    const { rules } = options;
    this.#rules = rules;
    this.#ownNowMs = options.nowMs ?? steadyNowMs;
    this.#hints = new Hints(database, node, () => this.#isAlone, options.log);
    this.retention = new Retention(database);
    this.#forwardQueue = new WorkQueue('forward_queue', node);
    this.#replyQueue = new WorkQueue('reply_queue', node);
    const earlier = new EarlierMessages(this.#channels);
    this.#contexts = new SenderContexts(earlier);
    this.#reports = new ReportRows(this.#forwardQueue, this.#contexts);
    this.#replies = new ReplyRows(this.#replyQueue, this.#channels, () => this.#hints.tell());
    this.#outbox = new Outbox(this.#replies);
    this.#tickets = new Tickets(this.#forwardQueue, this.#outbox);
    this.#shelf = new PartShelf(rules, this.#reports, this.#forwardQueue);
    this.#traces = new Traces(database);
    const intake = new PartIntake(this.#channels, new Senders(), this.#keys, this.#reports, earlier, rules);
    this.#intake = new GroupedIntake(database, intake, this.#keys);
  }

  /** For a node: says that it lives, from now on until it is closed. */
  async begin(): Promise<void> {
    await this.#sign();
    this.#signing = setInterval(() => {
      // While the database is away nobody else can take this node for dead either.
      this.#sign().catch(() => {});
    }, signs.everyMs);
    this.#signing.unref();
  }

  acceptParts(batch: AcceptBatch): Promise<AcceptSummary> {
    return this.#intake.accept(batch);
  }

  settleParts(channelId: string, keys: Parameters<Store['settleParts']>[1]): Promise<void> {
    return this.#intake.settle(channelId, keys);
  }

  async closeOverdueSets(nowMs: number): Promise<number> {
    const channels = await this.database.transaction((tx) => closeOverdue(tx, nowMs, this.#rules, this.#reports));
    countIn(this.#setsExpired, channels);
    return channels.length;
  }

  claimReports({ limit, nowMs, leaseMs }: Claim): Promise<readonly ReportClaim[]> {
    const sharedMs = this.#shared(nowMs);
    return this.database.transaction((tx) => this.#reports.claim(tx, limit, sharedMs, sharedMs + leaseMs));
  }

  ownTicket(seq: number, trackingId: string): Promise<OwnTicket | null> {
    return this.#contexts.ownTicket(this.database, seq, trackingId);
  }

  recordHandled(items: Parameters<Store['recordHandled']>[0]): Promise<void> {
    return this.database.transaction((tx) => recordHandled(tx, items, this.#forwardQueue, this.#outbox));
  }

  ticketContexts(reportIds: readonly string[]): Promise<ReadonlyMap<string, TicketContext>> {
    return this.#contexts.forWording(this.database, reportIds);
  }

  releaseNotices(nowMs: number, limit: number): Promise<number> {
    return this.database.transaction((tx) => this.#outbox.release(tx, nowMs, limit));
  }

  recordForwarded(items: Parameters<Store['recordForwarded']>[0]): Promise<void> {
    return this.database.transaction((tx) => this.#tickets.recordForwarded(tx, items));
  }

  postponeReports(items: readonly Postponed[]): Promise<void> {
    return this.database.transaction(async (tx) => {
      await this.#forwardQueue.delay(
        tx,
        items.map(({ seq, dueAtMs }) => ({ seq, dueMs: this.#shared(dueAtMs), isUncertain: false })),
      );
      note(
        tx,
        items.map(({ seq, atMs, cause }) => ({ reportSeq: seq, atMs, what: 'forward postponed', detail: cause })),
      );
    });
  }

  releaseReports(seqs: readonly number[]): Promise<void> {
    return this.database.transaction((tx) => this.#forwardQueue.release(tx, seqs));
  }

  buryReports(items: readonly Buried[]): Promise<void> {
    return this.database.transaction((tx) => bury(tx, items, this.#forwardQueue, this.#replies));
  }

  recordStatus(batch: Parameters<Store['recordStatus']>[0]): Promise<readonly StatusResult[]> {
    return this.database.transaction((tx) => this.#tickets.recordStatus(tx, batch));
  }

  onHint(wake: () => void): void {
    void this.#hints.listen(wake);
  }

  claimReplies(claim: Parameters<Store['claimReplies']>[0]): Promise<readonly ReplyClaim[]> {
    const shared = { ...claim, nowMs: this.#shared(claim.nowMs) };
    return this.database.transaction((tx) => this.#replies.claim(tx, shared));
  }

  async recordOutcomes(items: Parameters<Store['recordOutcomes']>[0]): Promise<void> {
    const shared = items.map((item) =>
      item.retryAtMs === null ? item : { ...item, retryAtMs: this.#shared(item.retryAtMs) },
    );
    const claimed = await this.database.transaction((tx) => this.#replies.record(tx, shared));
    countIn(this.#receiptsClaimed, claimed);
  }

  releaseReplies(seqs: readonly number[]): Promise<void> {
    return this.database.transaction((tx) => this.#replyQueue.release(tx, seqs));
  }

  recordReceipts(channelId: string, given: Parameters<Store['recordReceipts']>[1]): Promise<ReceiptSummary> {
    return this.database.transaction(async (tx) => {
      const channel = await this.#channels.find(tx, channelId);
      if (channel === null) return { matched: 0, repeated: 0, orphaned: given.length };
      return receipts.record(tx, channel, given);
    });
  }

  cursor(name: string): Promise<string | null> {
    return cursors.get(this.database, name);
  }

  deadLetters(query: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    return deadLetters.list(this.database, query);
  }

  retryDeadLetters(ids: readonly number[], nowMs: number): Promise<readonly number[]> {
    return this.database.transaction(async (tx) => {
      const letters = await deadLetters.closeForRetry(tx, ids, nowMs);
      for (const letter of letters) await this.#requeue(tx, letter, nowMs);
      return inTheOrderOf(ids, letters);
    });
  }

  discardDeadLetters(ids: readonly number[], reason: string, nowMs: number): Promise<readonly number[]> {
    return this.database.transaction(async (tx) =>
      inTheOrderOf(ids, await deadLetters.close(tx, ids, `discarded: ${reason}`, nowMs)),
    );
  }

  trace(id: string) {
    return this.#traces.trace(id);
  }

  counts(): Promise<StoreCounts> {
    return storeCounts(this.database);
  }

  beginAct(act: Parameters<Store['beginAct']>[0]): Promise<number> {
    return this.database.transaction((tx) => acts.begin(tx, act));
  }

  endAct(id: number, end: Parameters<Store['endAct']>[1]): Promise<void> {
    return this.database.transaction(async (tx) => acts.end(tx, id, end));
  }

  acts(choice: Parameters<Store['acts']>[0]): Promise<readonly Act[]> {
    return acts.list(this.database, choice);
  }

  channelHolds(): Promise<ReadonlyMap<string, ChannelHold>> {
    return acts.holds(this.database);
  }

  channelCounts(): Promise<ReadonlyMap<string, ChannelCounts>> {
    return channelBacklogs(this.database, this.#setsExpired, this.#receiptsClaimed);
  }

  async storedParts(choice: Parameters<Store['storedParts']>[0], limit: number): Promise<readonly StoredPartView[]> {
    const reportSeq = choice.by === 'report' ? await this.#traces.reportSeqOf(choice.id) : null;
    return this.#shelf.list(this.database, choice, reportSeq, limit);
  }

  redecodePart(request: Parameters<Store['redecodePart']>[0]): Promise<Redecoded | null> {
    return this.database.transaction((tx) => this.#shelf.redecode(tx, request));
  }

  probe(nowMs: number): Promise<void> {
    return this.database.transaction((tx) => cursors.set(tx, [{ name: 'probe', value: String(nowMs) }]));
  }

  tidy(nowMs: number): Promise<void> {
    return this.database.transaction(async (tx) => {
      this.#keys.forgetBefore(tx, nowMs - keepMs.fingerprints);
      const closedBeforeMs = nowMs - keepMs.closedSets;
      tx.send('DELETE FROM part_sets WHERE report_seq IS NOT NULL AND join_until_ms < $1', [closedBeforeMs]);
      receipts.dropEarlyBefore(tx, nowMs - keepMs.earlyReceipts);
      this.#tickets.dropDeliveriesBefore(tx, nowMs - keepMs.deliveries);
    });
  }

  takeTurn(request: TurnRequest): Promise<number | null> {
    return turns.take(this.database, request);
  }

  endTurn(name: string, owner: string): Promise<void> {
    return turns.end(this.database, name, owner);
  }

  async close(): Promise<void> {
    if (this.#signing !== null) clearInterval(this.#signing);
    await this.#intake.settled();
    await this.#hints.close();
    // A database that is away needs no farewell: the node's sign runs out.
    if (this.#signing !== null) await this.nodes.leave(this.node).catch(() => {});
    this.#signing = null;
    await this.database.close();
  }

  /** What this node's clock calls so is this by the clock that all nodes share: leases and waits are by that. */
  #shared(ms: number): number {
    return ms + this.#skewMs;
  }

  #sign(): Promise<void> {
    return this.database.transaction(async (tx) => {
      const { nowMs, isAlone } = await this.nodes.sign(tx, this.node);
      this.#isAlone = isAlone;
      const skewMs = nowMs - this.#ownNowMs();
      // Below that it is the way there and back, and no matter to leases of minutes.
      this.#skewMs = Math.abs(skewMs) < skewNoticedMs ? 0 : skewMs;
      await this.#forwardQueue.reclaim(tx);
      await this.#replyQueue.reclaim(tx);
    });
  }

  async #requeue(tx: Tx, letter: OpenLetter, nowMs: number): Promise<void> {
    const { kind, subject_seq: seq } = letter;
    if (kind === 'reply') return this.#replies.requeue(tx, seq, nowMs);
    const [report] = await tx.query<{ sender_id: number }>('SELECT sender_id FROM reports WHERE seq = $1', [seq]);
    if (report !== undefined) {
      await this.#forwardQueue.putBack(tx, { seq, lane: forwardLane, senderId: report.sender_id });
    }
  }
}

function inTheOrderOf(ids: readonly number[], letters: readonly OpenLetter[]): number[] {
  const found = new Set(letters.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => found.has(id));
}

/** One more for each. */
function countIn(counts: Map<number, number>, channels: readonly number[]): void {
  for (const channel of channels) counts.set(channel, (counts.get(channel) ?? 0) + 1);
}

import type { OwnTicket, TicketContext } from '../../../src/ports/conversation.js';
import type { Act, ChannelCounts, ChannelHold, Redecoded, StoredPartView } from '../../../src/ports/operations.js';
import type {
  AcceptSummary,
  Buried,
  Claim,
  DeadLetter,
  DeadLetterQuery,
  Postponed,
  ReplyClaim,
  ReportClaim,
  StatusResult,
  Store,
  StoreCounts,
  StoreRules,
} from '../../../src/ports/store.js';
import { Acts } from './acts.js';
import { ChannelBacklogs } from './channelBacklogs.js';
import { Channels } from './channels.js';
import { CommitGroup } from './commitGroup.js';
import { Cursors } from './cursors.js';
import { type Db, openDatabase, openExisting } from './database.js';
import { DeadLetters, type OpenLetter } from './deadLetters.js';
import { EarlierMessages } from './earlierMessages.js';
import { HandledMessages } from './handledMessages.js';
import { InstanceLock } from './instanceLock.js';
import { Journal } from './journal.js';
import { Outbox } from './outbox.js';
import { PartIntake } from './partIntake.js';
import { PartKeys } from './partKeys.js';
import { PartSets } from './partSets.js';
import { PartShelf } from './partShelf.js';
import { present } from './present.js';
import { Receipts } from './receipts.js';
import { ReplyRows } from './replyRows.js';
import { forwardLane, ReportRows } from './reportRows.js';
import { Retention } from './retention/index.js';
import { SenderContexts } from './senderContexts.js';
import { SenderNotes } from './senderNotes.js';
import { Senders } from './senders.js';
import { Tickets } from './tickets.js';
import { Traces } from './traces.js';
import { WorkQueue } from './workQueue.js';

export interface SqliteStoreOptions {
  readonly file: string;
  readonly rules: StoreRules;
  /**
   * `gateway` holds the file for itself and takes back what dead workers held; `operator` is a command beside a
   * running gateway: it reads, and works dead letters.
   */
  readonly role: 'gateway' | 'operator';
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How long is kept what is kept only for a time. */
const keepMs = { fingerprints: hourMs, closedSets: dayMs, earlyReceipts: 3 * dayMs, deliveries: 30 * dayMs } as const;

export { openCopySource } from './copySource.js';

/** The tables' keepers, all over one database. */
function openTables(db: Db, rules: StoreRules) {
  const channels = new Channels(db);
  const senders = new Senders(db);
  const cursors = new Cursors(db);
  const journal = new Journal(db);
  const deadLetters = new DeadLetters(db);
  const notes = new SenderNotes(db);
  const receipts = new Receipts(db, notes);
  const forwardQueue = new WorkQueue(db, 'forward_queue');
  const replyQueue = new WorkQueue(db, 'reply_queue');
  const reports = new ReportRows(db, forwardQueue);
  const sets = new PartSets(db, reports, rules);
  const keys = new PartKeys(db);
  const replies = new ReplyRows(db, replyQueue, channels, receipts, deadLetters, journal, notes);
  const outbox = new Outbox(db, replies, notes, journal);
  const tickets = new Tickets(db, forwardQueue, outbox, notes, cursors, journal);
  const handled = new HandledMessages(db, forwardQueue, outbox, notes);
  const earlier = new EarlierMessages(db, channels, journal);
  const contexts = new SenderContexts(db, earlier);
  const intake = new PartIntake(db, channels, senders, keys, sets, reports, deadLetters, cursors, earlier);
  const traces = new Traces(db);
  const acts = new Acts(db);
  const backlogs = new ChannelBacklogs(db);
  const shelf = new PartShelf(db, rules, reports, forwardQueue, deadLetters, journal);
  return {
    channels,
    senders,
    cursors,
    journal,
    deadLetters,
    receipts,
    forwardQueue,
    replyQueue,
    reports,
    sets,
    keys,
    replies,
    notes,
    outbox,
    tickets,
    handled,
    contexts,
    intake,
    traces,
    acts,
    backlogs,
    shelf,
  };
}

type Tables = ReturnType<typeof openTables>;

/**
 * The store on one SQLite file.
 * @throws when another gateway runs on the file or its schema does not fit; for an operator also when there is none.
 */
export function openSqliteStore({ file, rules, role }: SqliteStoreOptions): Store {
  if (role === 'operator') return storeOver(openExisting(file), rules, null);
  const lock = new InstanceLock(file);
  try {
    return storeOver(openDatabase(file), rules, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The store over a database that is open and has the schema; it closes both when it is closed.
 * @param lock the caller's hold on the file, if it is a gateway: then every lease in it is a dead worker's, and ends.
 */
export function storeOver(db: Db, rules: StoreRules, lock: InstanceLock | null): Store {
  return new SqliteStore(db, openTables(db, rules), lock);
}

class SqliteStore implements Store {
  readonly retention: Retention;
  readonly #commits: CommitGroup;
  /** Long messages that went on incomplete, and replies' ids whose receipts came first, by their channel's number. */
  readonly #setsExpired = new Map<number, number>();
  readonly #receiptsClaimed = new Map<number, number>();
  readonly #channelOfReport;
  readonly #oldestReport;
  readonly #dropClosedSets;
  readonly #probe;

  constructor(
    private readonly db: Db,
    private readonly tables: Tables,
    private readonly lock: InstanceLock | null,
  ) {
    this.#commits = new CommitGroup(db, () => {
      tables.senders.forget();
      tables.channels.forget();
      tables.forwardQueue.forget();
      tables.replyQueue.forget();
    });
    this.retention = new Retention(db, this.#commits, tables.cursors);
    this.#channelOfReport = db.prepare<[number], { channel_id: number; sender_id: number }>(
      'SELECT channel_id, sender_id FROM reports WHERE seq = ?',
    );
    this.#oldestReport = db.prepare<[], { received_ms: number }>(
      'SELECT r.received_ms FROM reports r WHERE r.seq = (SELECT min(seq) FROM forward_queue)',
    );
    this.#dropClosedSets = db.prepare<[number]>(
      'DELETE FROM part_sets WHERE report_seq IS NOT NULL AND join_until_ms < ?',
    );
    this.#probe = db.prepare<[string]>(
      `INSERT INTO cursors (name, value) VALUES ('probe', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    );
    if (lock !== null) {
      db.transaction(() => {
        tables.forwardQueue.reclaimAll();
        tables.replyQueue.reclaimAll();
      }).immediate();
    }
  }

  acceptParts(batch: Parameters<Store['acceptParts']>[0]): Promise<AcceptSummary> {
    return this.#commits.add(() => this.tables.intake.accept(batch));
  }

  settleParts(channelId: string, keys: Parameters<Store['settleParts']>[1]): Promise<void> {
    return this.#commits.add(() => {
      const channel = this.tables.channels.find(channelId);
      if (channel === null) return;
      for (const key of keys) this.tables.keys.settle(channel, key);
    });
  }

  async closeOverdueSets(nowMs: number): Promise<number> {
    const channels = await this.#commits.add(() => this.tables.sets.closeOverdue(nowMs));
    countIn(this.#setsExpired, channels);
    return channels.length;
  }

  claimReports({ limit, nowMs, leaseMs }: Claim): Promise<readonly ReportClaim[]> {
    return this.#commits.add(() => {
      const leased = this.tables.forwardQueue.claim(forwardLane, limit, nowMs, nowMs + leaseMs);
      const messages = this.tables.reports.read(leased.map(({ seq }) => seq));
      const claimed = leased.map((one) => ({ ...one, message: present(messages.get(one.seq), 'report', one.seq) }));
      const contexts = this.tables.contexts.of(claimed);
      return claimed.map(({ seq, attempts, message }) => {
        return { seq, attempts, message, context: present(contexts.get(seq), 'report', seq) };
      });
    });
  }

  async ownTicket(seq: number, trackingId: string): Promise<OwnTicket | null> {
    return this.tables.contexts.ownTicket(seq, trackingId);
  }

  recordHandled(items: Parameters<Store['recordHandled']>[0]): Promise<void> {
    return this.#commits.add(() => this.tables.handled.record(items));
  }

  async ticketContexts(reportIds: readonly string[]): Promise<ReadonlyMap<string, TicketContext>> {
    return this.tables.contexts.forWording(reportIds);
  }

  releaseNotices(nowMs: number, limit: number): Promise<number> {
    return this.#commits.add(() => this.tables.outbox.release(nowMs, limit));
  }

  recordForwarded(items: Parameters<Store['recordForwarded']>[0]): Promise<void> {
    return this.#commits.add(() => this.tables.tickets.recordForwarded(items));
  }

  postponeReports(items: readonly Postponed[]): Promise<void> {
    return this.#commits.add(() => {
      for (const item of items) {
        this.tables.forwardQueue.delay(item.seq, item.dueAtMs, false);
        this.tables.journal.note(item.seq, item.atMs, 'forward postponed', item.cause);
      }
    });
  }

  releaseReports(seqs: readonly number[]): Promise<void> {
    return this.#commits.add(() => {
      for (const seq of seqs) this.tables.forwardQueue.release(seq);
    });
  }

  buryReports(items: readonly Buried[]): Promise<void> {
    return this.#commits.add(() => {
      for (const item of items) this.#bury(item);
    });
  }

  recordStatus(batch: Parameters<Store['recordStatus']>[0]): Promise<readonly StatusResult[]> {
    return this.#commits.add(() => this.tables.tickets.recordStatus(batch));
  }

  claimReplies(claim: Parameters<Store['claimReplies']>[0]): Promise<readonly ReplyClaim[]> {
    return this.#commits.add(() => this.tables.replies.claim(claim));
  }

  async recordOutcomes(items: Parameters<Store['recordOutcomes']>[0]): Promise<void> {
    const claimed = await this.#commits.add(() => this.tables.replies.record(items));
    countIn(this.#receiptsClaimed, claimed);
  }

  releaseReplies(seqs: readonly number[]): Promise<void> {
    return this.#commits.add(() => {
      for (const seq of seqs) this.tables.replyQueue.release(seq);
    });
  }

  recordReceipts(channelId: string, receipts: Parameters<Store['recordReceipts']>[1]) {
    return this.#commits.add(() => {
      const channel = this.tables.channels.find(channelId);
      if (channel === null) return { matched: 0, repeated: 0, orphaned: receipts.length };
      return this.tables.receipts.record(channel, receipts);
    });
  }

  async cursor(name: string): Promise<string | null> {
    return this.tables.cursors.get(name);
  }

  async deadLetters(query: DeadLetterQuery = {}): Promise<readonly DeadLetter[]> {
    return this.tables.deadLetters.list(query);
  }

  retryDeadLetters(ids: readonly number[], nowMs: number): Promise<readonly number[]> {
    return this.#commits.add(() => ids.filter((id) => this.#retry(id, nowMs)));
  }

  discardDeadLetters(ids: readonly number[], reason: string, nowMs: number): Promise<readonly number[]> {
    return this.#commits.add(() =>
      ids.filter((id) => this.tables.deadLetters.close(id, `discarded: ${reason}`, nowMs)),
    );
  }

  async trace(id: string) {
    return this.tables.traces.trace(id);
  }

  async counts(): Promise<StoreCounts> {
    const { forwardQueue, replyQueue, outbox, sets, deadLetters } = this.tables;
    return {
      reportsWaiting: forwardQueue.count(),
      repliesWaiting: replyQueue.count(),
      noticesWaiting: outbox.count(),
      setsWaiting: sets.count(),
      deadLetters: deadLetters.count(),
      oldestReportMs: this.#oldestReport.get()?.received_ms ?? null,
    };
  }

  beginAct(act: Parameters<Store['beginAct']>[0]): Promise<number> {
    return this.#commits.add(() => this.tables.acts.begin(act));
  }

  endAct(id: number, end: Parameters<Store['endAct']>[1]): Promise<void> {
    return this.#commits.add(() => this.tables.acts.end(id, end));
  }

  async acts(choice: Parameters<Store['acts']>[0]): Promise<readonly Act[]> {
    return this.tables.acts.list(choice);
  }

  async channelHolds(): Promise<ReadonlyMap<string, ChannelHold>> {
    return this.tables.acts.holds();
  }

  async channelCounts(): Promise<ReadonlyMap<string, ChannelCounts>> {
    return this.tables.backlogs.read(this.#setsExpired, this.#receiptsClaimed);
  }

  async storedParts(choice: Parameters<Store['storedParts']>[0], limit: number): Promise<readonly StoredPartView[]> {
    const reportSeq = choice.by === 'report' ? this.tables.traces.reportSeqOf(choice.id) : null;
    return this.tables.shelf.list(choice, reportSeq, limit);
  }

  redecodePart(request: Parameters<Store['redecodePart']>[0]): Promise<Redecoded | null> {
    return this.#commits.add(() => this.tables.shelf.redecode(request));
  }

  async probe(nowMs: number): Promise<void> {
    await this.#commits.add(() => this.#probe.run(String(nowMs)));
  }

  tidy(nowMs: number): Promise<void> {
    return this.#commits.add(() => {
      this.tables.keys.forgetBefore(nowMs - keepMs.fingerprints);
      this.#dropClosedSets.run(nowMs - keepMs.closedSets);
      this.tables.receipts.dropBefore(nowMs - keepMs.earlyReceipts);
      this.tables.tickets.dropDeliveriesBefore(nowMs - keepMs.deliveries);
    });
  }

  /** One gateway runs on a file: whatever nodes do by turns, it does. */
  async takeTurn(): Promise<number> {
    return 1;
  }

  async endTurn(): Promise<void> {}

  async close(): Promise<void> {
    this.#commits.flush();
    this.db.close();
    this.lock?.release();
  }

  #bury(item: Buried): void {
    const report = this.#channelOfReport.get(item.seq);
    if (report === undefined || this.tables.forwardQueue.done([item.seq]).size === 0) return;
    this.tables.deadLetters.open('report', item.seq, report.channel_id, item.code, item.message, item.atMs);
    this.tables.notes.change(item.seq, item.notes, undefined, item.atMs);
    if (item.reply !== null) this.tables.outbox.add([{ reportSeq: item.seq, reply: item.reply, atMs: item.atMs }]);
  }

  /** A part that could not be read has no queue to go back to: it can be discarded, or wait for a charset fix. */
  #retry(id: number, nowMs: number): boolean {
    const letter = this.tables.deadLetters.find(id);
    if (letter === null || letter.kind === 'part') return false;
    this.tables.deadLetters.close(id, 'retried', nowMs);
    this.#requeue(letter, nowMs);
    return true;
  }

  #requeue(letter: OpenLetter, nowMs: number): void {
    if (letter.kind === 'reply') {
      this.tables.replies.requeue(letter.subjectSeq, nowMs);
      return;
    }
    const report = this.#channelOfReport.get(letter.subjectSeq);
    if (report !== undefined) this.tables.forwardQueue.addAgain(letter.subjectSeq, forwardLane, report.sender_id);
  }
}

/** One more for each. */
function countIn(counts: Map<number, number>, channels: readonly number[]): void {
  for (const channel of channels) counts.set(channel, (counts.get(channel) ?? 0) + 1);
}

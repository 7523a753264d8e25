import { isTextEncoding } from '../../../src/domain/sms/decode.js';
import type { PartChoice, Redecoded, RedecodeRequest, StoredPartView } from '../../../src/ports/operations.js';
import type { StoredPart, StoreRules } from '../../../src/ports/store.js';
import { toStoredPart } from '../messageRows.js';
import { joinedWith, type PartRow, type Plan, type ReportState, refused, toView, whyNever } from '../partRows.js';
import { reportIdOf } from '../reportId.js';
import type { Db } from './database.js';
import type { DeadLetters } from './deadLetters.js';
import type { Journal } from './journal.js';
import { present } from './present.js';
import type { ReportRows } from './reportRows.js';
import type { WorkQueue } from './workQueue.js';

type SqlitePlan = Plan<number | null>;

/** Stored parts, shown and read again. Runs inside a transaction. */
export class PartShelf {
  readonly #byId;
  readonly #ofReport;
  readonly #unreadable;
  readonly #pieces;
  readonly #total;
  readonly #report;
  readonly #letter;
  readonly #setPart;
  readonly #assign;
  readonly #setReport;

  constructor(
    db: Db,
    private readonly rules: StoreRules,
    private readonly reports: ReportRows,
    private readonly forwardQueue: WorkQueue,
    private readonly deadLetters: DeadLetters,
    private readonly journal: Journal,
  ) {
    const columns = 'p.*, c.name AS channel, s.ref, r.id AS report_id';
    const others = `JOIN channels c ON c.id = p.channel_id JOIN senders s ON s.id = p.sender_id
      LEFT JOIN reports r ON r.seq = p.report_seq`;
    const rows = `SELECT ${columns} FROM parts p ${others}`;
    this.#byId = db.prepare<[number], PartRow>(`${rows} WHERE p.id = ?`);
    this.#ofReport = db.prepare<[number, number], PartRow>(`${rows} WHERE p.report_seq = ? ORDER BY p.id LIMIT ?`);
    this.#unreadable = db.prepare<[number], PartRow>(
      `SELECT ${columns} FROM dead_letters d INDEXED BY dead_letters_open CROSS JOIN parts p ON p.id = d.subject_seq
       ${others} WHERE d.closed_ms IS NULL AND d.kind = 'part' ORDER BY d.id LIMIT ?`,
    );
    this.#pieces = db.prepare<[number], PartRow>(
      `${rows} WHERE p.report_seq = ? AND p.duplicate = 0 ORDER BY p.sequence`,
    );
    this.#total = db.prepare<[number], { total: number }>('SELECT total FROM part_sets WHERE id = ?');
    this.#report = db.prepare<[number], ReportState>(
      `SELECT r.text, r.encoding, t.tracking_id FROM reports r LEFT JOIN tickets t ON t.report_seq = r.seq WHERE r.seq = ?`,
    );
    this.#letter = db.prepare<[string, number], { id: number; resolution: string | null }>(
      'SELECT id, resolution FROM dead_letters WHERE kind = ? AND subject_seq = ? ORDER BY id DESC LIMIT 1',
    );
    this.#setPart = db.prepare<[string, number, number]>('UPDATE parts SET encoding = ?, text_offset = ? WHERE id = ?');
    this.#assign = db.prepare<[number, number]>('UPDATE parts SET report_seq = ? WHERE id = ?');
    this.#setReport = db.prepare<[string, string, number]>('UPDATE reports SET text = ?, encoding = ? WHERE seq = ?');
  }

  /** @param reportSeq what `by: 'report'` named, already looked up; null when there is none. */
  list(choice: PartChoice, reportSeq: number | null, limit: number): StoredPartView[] {
    if (choice.by === 'unreadable') return this.#unreadable.all(limit).map(toView);
    if (choice.by === 'report') return reportSeq === null ? [] : this.#ofReport.all(reportSeq, limit).map(toView);
    return choice.partIds
      .slice(0, limit)
      .flatMap((id) => this.#byId.get(id) ?? [])
      .map(toView);
  }

  redecode(request: RedecodeRequest): Redecoded | null {
    const row = this.#byId.get(request.partId);
    if (row === undefined) return null;
    const { effect, reason, before, after, carryOut } = this.#plan(row, request);
    const carriedOut = request.apply && effect !== 'refused' && effect !== 'nothing_new';
    const reportSeq = carriedOut ? carryOut() : row.report_seq;
    if (carriedOut && reportSeq !== null) {
      const what = `part ${row.id}: ${row.encoding} to ${request.encoding}`;
      this.journal.note(reportSeq, request.atMs, 're-decoded', what);
    }
    return { effect, reason, before, after, reportId: this.#reportIdOf(row.id) };
  }

  #plan(row: PartRow, request: RedecodeRequest): SqlitePlan {
    const itself = this.#planAlone(row, request);
    const never = whyNever(row);
    if (never !== undefined) return refused(itself, never);
    if (row.report_seq !== null) return this.#planCorrection(row, row.report_seq, request);
    return row.set_id === null ? this.#planReport(row, request, itself) : itself;
  }

  /** A piece of a long message that is still incomplete: the join reads it by what stands here then. */
  #planAlone(row: PartRow, { encoding, textOffset }: RedecodeRequest): SqlitePlan {
    const before = isTextEncoding(row.encoding) ? this.rules.joinParts([toStoredPart(row)]).text : null;
    const after = this.rules.joinParts([{ raw: row.raw, textOffset, encoding }]).text;
    return {
      effect: before === after ? 'nothing_new' : 'will_join',
      reason: null,
      before: { encoding: row.encoding, text: before },
      after: { encoding, text: after },
      carryOut: () => {
        this.#setPart.run(encoding, textOffset, row.id);
        return null;
      },
    };
  }

  /** A dead letter. A piece of a long message comes alone: the others went on without it. */
  #planReport(row: PartRow, { encoding, textOffset, atMs }: RedecodeRequest, itself: SqlitePlan): SqlitePlan {
    const letter = this.#letter.get('part', row.id);
    if (letter === undefined || letter.resolution !== null) {
      return refused(itself, `its dead letter was closed: ${letter?.resolution ?? 'there is none'}`);
    }
    const carryOut = (): number => {
      this.#setPart.run(encoding, textOffset, row.id);
      const reportSeq = this.reports.add({
        channelId: row.channel_id,
        senderId: row.sender_id,
        receivedMs: row.received_ms,
        recipient: row.recipient,
        text: itself.after.text,
        encoding,
        parts: 1,
        externalIds: row.external_id === null ? [] : [row.external_id],
        flags: row.sequence === null ? [] : ['truncated'],
        extras: undefined,
      });
      this.#assign.run(reportSeq, row.id);
      this.deadLetters.close(letter.id, `re-decoded as ${encoding}`, atMs);
      return reportSeq;
    };
    return { ...itself, effect: 'report_made', before: { encoding: row.encoding, text: null }, carryOut };
  }

  #planCorrection(row: PartRow, reportSeq: number, { encoding, textOffset }: RedecodeRequest): SqlitePlan {
    const report = present(this.#report.get(reportSeq), 'report', reportSeq);
    const after = this.#joinedWith(row, reportSeq, { raw: row.raw, textOffset, encoding });
    const plan: SqlitePlan = {
      effect: after.text === report.text ? 'nothing_new' : 'report_corrected',
      reason: null,
      before: { encoding: report.encoding, text: report.text },
      after,
      carryOut: () => {
        this.#setPart.run(encoding, textOffset, row.id);
        this.#setReport.run(after.text, after.encoding, reportSeq);
        return reportSeq;
      },
    };
    const why = this.#whyUncorrectable(reportSeq, report);
    return why === null ? plan : refused(plan, why);
  }

  /** What the tracker has cannot be amended from here: the tracker keeps what it got first for a report's id. */
  #whyUncorrectable(reportSeq: number, { tracking_id: trackingId }: ReportState): string | null {
    if (trackingId !== null) {
      return `its report is in the tracker as #${trackingId}, and the gateway cannot amend a text there yet: correct it in the tracker`;
    }
    const standing = this.forwardQueue.standing(reportSeq);
    if (standing === 'leased') return 'its report is on its way to the tracker at this moment: try again in a minute';
    if (standing !== null) return null;
    const letter = this.#letter.get('report', reportSeq);
    return letter?.resolution === null ? null : `its report was closed: ${letter?.resolution ?? 'it waits nowhere'}`;
  }

  #joinedWith(row: PartRow, reportSeq: number, again: StoredPart): { text: string; encoding: string } {
    if (row.set_id === null) return this.rules.joinParts([again]);
    const total = this.#total.get(row.set_id)?.total ?? null;
    return joinedWith({ partId: row.id, part: again }, this.#pieces.all(reportSeq), total, this.rules);
  }

  #reportIdOf(partId: number): string | null {
    const id = this.#byId.get(partId)?.report_id ?? null;
    return id === null ? null : reportIdOf(id);
  }
}

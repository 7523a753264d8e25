import { isTextEncoding } from '../../../src/domain/sms/decode.js';
import type { PartChoice, Redecoded, RedecodeRequest, StoredPartView } from '../../../src/ports/operations.js';
import type { StoredPart, StoreRules } from '../../../src/ports/store.js';
import { toStoredPart } from '../messageRows.js';
import { joinedWith, type PartRow, type Plan, type ReportState, refused, toView, whyNever } from '../partRows.js';
import { reportIdOf } from '../reportId.js';
import { storable } from './bulk.js';
import type { Database, Tx } from './database.js';
import { deadLetters } from './deadLetters.js';
import { note } from './journal.js';
import { Numbers } from './numbers.js';
import type { ReportRows } from './reportRows.js';
import type { WorkQueue } from './workQueue.js';

interface Letter {
  readonly id: number;
  readonly resolution: string | null;
}

type PostgresPlan = Plan<Promise<number | null>>;

const columns = `p.id, p.report_seq, p.set_id, p.sequence, p.channel_id, p.sender_id, p.received_ms, p.recipient, p.external_id,
  p.data_coding, p.encoding, p.text_offset, p.oddity, p.duplicate, p.raw, c.name AS channel, s.ref, r.id AS report_id`;
const others = `JOIN channels c ON c.id = p.channel_id JOIN senders s ON s.id = p.sender_id
  LEFT JOIN reports r ON r.seq = p.report_seq`;
const rows = `SELECT ${columns} FROM parts p ${others}`;
const byIds = `${rows} WHERE p.id = ANY($1::bigint[])`;
const ofReport = `${rows} WHERE p.report_seq = $1 ORDER BY p.id LIMIT $2`;
const unreadable = `SELECT ${columns} FROM dead_letters d JOIN parts p ON p.id = d.subject_seq ${others}
  WHERE d.closed_ms IS NULL AND d.kind = 'part' ORDER BY d.id LIMIT $1`;
const pieces = `${rows} WHERE p.report_seq = $1 AND NOT p.duplicate ORDER BY p.sequence`;
const reportState = `SELECT r.text, r.encoding, t.tracking_id
  FROM reports r LEFT JOIN tickets t ON t.report_seq = r.seq WHERE r.seq = $1`;
const newestLetter = `SELECT id, resolution FROM dead_letters
  WHERE kind = $1 AND subject_seq = $2 ORDER BY id DESC LIMIT 1`;
const setPart = 'UPDATE parts SET encoding = $2, text_offset = $3 WHERE id = $1';

/** Stored parts, shown and read again. */
export class PartShelf {
  constructor(
    private readonly rules: StoreRules,
    private readonly reports: ReportRows,
    private readonly forwardQueue: WorkQueue,
  ) {}

  /** @param reportSeq what `by: 'report'` named, already looked up; null when there is none. */
  async list(
    database: Database,
    choice: PartChoice,
    reportSeq: number | null,
    limit: number,
  ): Promise<StoredPartView[]> {
    if (choice.by === 'unreadable') return (await database.query<PartRow>(unreadable, [limit])).map(toView);
    if (choice.by === 'report') {
      return reportSeq === null ? [] : (await database.query<PartRow>(ofReport, [reportSeq, limit])).map(toView);
    }
    const asked = choice.partIds.slice(0, limit);
    const found = new Map((await database.query<PartRow>(byIds, [asked])).map((row) => [row.id, row]));
    return asked.flatMap((id) => found.get(id) ?? []).map(toView);
  }

  async redecode(tx: Tx, request: RedecodeRequest): Promise<Redecoded | null> {
    // Held as while its long message is joined, so that the two take turns.
    tx.send('SELECT 1 FROM senders WHERE id = (SELECT sender_id FROM parts WHERE id = $1) FOR NO KEY UPDATE', [
      request.partId,
    ]);
    const row = await partOf(tx, request.partId);
    if (row === undefined) return null;
    const { effect, reason, before, after, carryOut } = await this.#plan(tx, row, request);
    const carriedOut = request.apply && effect !== 'refused' && effect !== 'nothing_new';
    const reportSeq = carriedOut ? await carryOut() : row.report_seq;
    if (carriedOut && reportSeq !== null) {
      const detail = `part ${row.id}: ${row.encoding} to ${request.encoding}`;
      note(tx, [{ reportSeq, atMs: request.atMs, what: 're-decoded', detail }]);
    }
    const reportId = (await partOf(tx, row.id))?.report_id ?? null;
    return { effect, reason, before, after, reportId: reportId === null ? null : reportIdOf(reportId) };
  }

  async #plan(tx: Tx, row: PartRow, request: RedecodeRequest): Promise<PostgresPlan> {
    const itself = this.#planAlone(tx, row, request);
    const never = whyNever(row);
    if (never !== undefined) return refused(itself, never);
    if (row.report_seq !== null) return this.#planCorrection(tx, row, row.report_seq, request);
    return row.set_id === null ? this.#planReport(tx, row, request, itself) : itself;
  }

  /** A piece of a long message that is still incomplete: the join reads it by what stands here then. */
  #planAlone(tx: Tx, row: PartRow, { encoding, textOffset }: RedecodeRequest): PostgresPlan {
    const before = isTextEncoding(row.encoding) ? this.rules.joinParts([toStoredPart(row)]).text : null;
    const after = this.rules.joinParts([{ raw: row.raw, textOffset, encoding }]).text;
    return {
      effect: before === after ? 'nothing_new' : 'will_join',
      reason: null,
      before: { encoding: row.encoding, text: before },
      after: { encoding, text: after },
      carryOut: async () => {
        tx.send(setPart, [row.id, encoding, textOffset]);
        return null;
      },
    };
  }

  /** A dead letter. A piece of a long message comes alone: the others went on without it. */
  async #planReport(tx: Tx, row: PartRow, request: RedecodeRequest, itself: PostgresPlan): Promise<PostgresPlan> {
    const { encoding, textOffset, atMs } = request;
    const letter = await letterOf(tx, 'part', row.id);
    if (letter === undefined || letter.resolution !== null) {
      return refused(itself, `its dead letter was closed: ${letter?.resolution ?? 'there is none'}`);
    }
    const carryOut = async (): Promise<number> => {
      tx.send(setPart, [row.id, encoding, textOffset]);
      const seq = (await Numbers.take(tx, { parts: 0, sets: 0, reports: 1 })).report();
      this.reports.add(tx, [
        {
          seq,
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
        },
      ]);
      tx.send('UPDATE parts SET report_seq = $2 WHERE id = $1', [row.id, seq]);
      await deadLetters.close(tx, [letter.id], `re-decoded as ${encoding}`, atMs);
      return seq;
    };
    return { ...itself, effect: 'report_made', before: { encoding: row.encoding, text: null }, carryOut };
  }

  async #planCorrection(tx: Tx, row: PartRow, reportSeq: number, request: RedecodeRequest): Promise<PostgresPlan> {
    const { encoding, textOffset } = request;
    const [report] = await tx.query<ReportState>(reportState, [reportSeq]);
    if (report === undefined) throw new Error(`report ${reportSeq} is spoken of and not there`);
    const after = await this.#joinedWith(tx, row, reportSeq, { raw: row.raw, textOffset, encoding });
    const plan: PostgresPlan = {
      effect: storable(after.text) === report.text ? 'nothing_new' : 'report_corrected',
      reason: null,
      before: { encoding: report.encoding, text: report.text },
      after,
      carryOut: async () => {
        tx.send(setPart, [row.id, encoding, textOffset]);
        const values = [reportSeq, storable(after.text), after.encoding];
        tx.send('UPDATE reports SET text = $2, encoding = $3 WHERE seq = $1', values);
        return reportSeq;
      },
    };
    const why = await this.#whyUncorrectable(tx, reportSeq, report);
    return why === null ? plan : refused(plan, why);
  }

  /** What the tracker has cannot be amended from here: the tracker keeps what it got first for a report's id. */
  async #whyUncorrectable(tx: Tx, reportSeq: number, report: ReportState): Promise<string | null> {
    if (report.tracking_id !== null) {
      return `its report is in the tracker as #${report.tracking_id}, and the gateway cannot amend a text there yet: correct it in the tracker`;
    }
    const standing = await this.forwardQueue.standing(tx, reportSeq);
    if (standing === 'leased') return 'its report is on its way to the tracker at this moment: try again in a minute';
    if (standing !== null) return null;
    const letter = await letterOf(tx, 'report', reportSeq);
    return letter?.resolution === null ? null : `its report was closed: ${letter?.resolution ?? 'it waits nowhere'}`;
  }

  async #joinedWith(tx: Tx, row: PartRow, reportSeq: number, again: StoredPart): Promise<Redecoded['after']> {
    if (row.set_id === null) return this.rules.joinParts([again]);
    const found = await tx.query<PartRow>(pieces, [reportSeq]);
    const [set] = await tx.query<{ total: number }>('SELECT total FROM part_sets WHERE id = $1', [row.set_id]);
    return joinedWith({ partId: row.id, part: again }, found, set?.total ?? null, this.rules);
  }
}

async function partOf(tx: Tx, partId: number): Promise<PartRow | undefined> {
  return (await tx.query<PartRow>(byIds, [[partId]]))[0];
}

async function letterOf(tx: Tx, kind: 'part' | 'report', seq: number): Promise<Letter | undefined> {
  return (await tx.query<Letter>(newestLetter, [kind, seq]))[0];
}

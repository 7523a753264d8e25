import { messageOf } from '../domain/messageOf.js';
import { withChannelInIds } from '../media/attachmentId.js';
import type { Cursor, Inbox, Part, PartKey, Receipt } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { AcceptSummary, ReceiptSummary, Store } from '../ports/store.js';
import type { Turn } from '../ports/turns.js';

export interface IntakeListener {
  accepted(channelId: string, summary: AcceptSummary): void;
  receipts(channelId: string, summary: ReceiptSummary): void;
  refused(channelId: string, parts: number): void;
}

type Kind = 'parts' | 'receipts' | 'fingerprints';

interface Refusal {
  readonly error: string;
  /** Batches that were refused since. */
  batches: number;
}

/** What one channel hands its parts and receipts to. Resolves only after the commit. */
export class ChannelInbox implements Inbox {
  /** What the store does not take now. A full disk refuses hundreds of batches a second: the log is told of changes. */
  readonly #refusals = new Map<Kind, Refusal>();

  constructor(
    private readonly channelId: string,
    private readonly medium: string,
    private readonly store: Store,
    private readonly joinWindowMs: number,
    private readonly listener: IntakeListener,
    private readonly log: Log,
  ) {}

  async accept(parts: readonly Part[], cursor?: Cursor, turn?: Turn): Promise<void> {
    const batch = {
      channelId: this.channelId,
      medium: this.medium,
      parts: parts.map((part) => withChannelInIds(this.channelId, part)),
      joinUntilMs: Date.now() + this.joinWindowMs,
      ...(cursor === undefined ? {} : { cursor: this.#named(cursor) }),
      ...(turn === undefined ? {} : { turn }),
    };
    const summary = await this.#orSendAgain('parts', parts.length, this.store.acceptParts(batch));
    this.listener.accepted(this.channelId, summary);
  }

  async acceptReceipts(receipts: readonly Receipt[]): Promise<void> {
    const recorded = this.store.recordReceipts(this.channelId, receipts);
    this.listener.receipts(this.channelId, await this.#orSendAgain('receipts', receipts.length, recorded));
  }

  settle(keys: readonly PartKey[]): void {
    const settled = this.store.settleParts(this.channelId, keys);
    this.#watched('fingerprints', settled).catch(() => undefined);
  }

  cursor(name: string): Promise<string | null> {
    return this.store.cursor(this.#cursorName(name));
  }

  /** Only the store's word decides what the peer is told: what listens to it comes after. */
  async #orSendAgain<Summary>(kind: 'parts' | 'receipts', count: number, taken: Promise<Summary>): Promise<Summary> {
    try {
      return await this.#watched(kind, taken);
    } catch (error) {
      if (kind === 'parts') this.listener.refused(this.channelId, count);
      throw error;
    }
  }

  async #watched<Result>(kind: Kind, work: Promise<Result>): Promise<Result> {
    try {
      const result = await work;
      if (this.#refusals.size > 0) this.#noteTaken(kind);
      return result;
    } catch (error) {
      this.#noteRefused(kind, messageOf(error));
      throw error;
    }
  }

  #noteRefused(kind: Kind, error: string): void {
    const refusal = this.#refusals.get(kind);
    if (refusal?.error === error) {
      refusal.batches += 1;
      return;
    }
    this.#refusals.set(kind, { error, batches: (refusal?.batches ?? 0) + 1 });
    this.log.error({ channel: this.channelId, error }, refusalWords[kind]);
  }

  #noteTaken(kind: Kind): void {
    const refusal = this.#refusals.get(kind);
    if (refusal === undefined) return;
    this.#refusals.delete(kind);
    const { batches } = refusal;
    this.log.info({ channel: this.channelId, refusedBatches: batches }, `${kind} are taken again`);
  }

  #named(cursor: Cursor): Cursor {
    return { ...cursor, name: this.#cursorName(cursor.name) };
  }

  #cursorName(name: string): string {
    return `channel ${this.channelId} ${name}`;
  }
}

const refusalWords: Readonly<Record<Kind, string>> = {
  parts: 'parts not taken: the peer is told to send them again; told once until they are taken',
  receipts: 'receipts not taken: the peer is told to send them again; told once until they are taken',
  fingerprints: 'fingerprints not settled: an equal text may be taken for a redelivery for an hour',
};

import { messageOf } from '../domain/messageOf.js';
import type { Cursor, Inbox, Part, PartKey, Receipt } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import type { AcceptSummary, ReceiptSummary, Store } from '../ports/store.js';

export interface IntakeListener {
  accepted(channelId: string, summary: AcceptSummary): void;
  receipts(channelId: string, summary: ReceiptSummary): void;
  refused(channelId: string, parts: number): void;
}

/** What one channel hands its parts and receipts to. Resolves only after the commit. */
export class ChannelInbox implements Inbox {
  constructor(
    private readonly channelId: string,
    private readonly medium: string,
    private readonly store: Store,
    private readonly joinWindowMs: number,
    private readonly listener: IntakeListener,
    private readonly log: Log,
  ) {}

  async accept(parts: readonly Part[], cursor?: Cursor): Promise<void> {
    const batch = {
      channelId: this.channelId,
      medium: this.medium,
      parts,
      joinUntilMs: Date.now() + this.joinWindowMs,
      ...(cursor === undefined ? {} : { cursor: this.#named(cursor) }),
    };
    const summary = await this.#orSendAgain('parts', parts.length, this.store.acceptParts(batch));
    this.listener.accepted(this.channelId, summary);
  }

  async acceptReceipts(receipts: readonly Receipt[]): Promise<void> {
    const recorded = this.store.recordReceipts(this.channelId, receipts);
    this.listener.receipts(this.channelId, await this.#orSendAgain('receipts', receipts.length, recorded));
  }

  settle(keys: readonly PartKey[]): void {
    this.store.settleParts(this.channelId, keys).catch((error: unknown) => {
      this.#logFailure(error, 'fingerprints not settled: an equal text may be taken for a redelivery for an hour');
    });
  }

  cursor(name: string): Promise<string | null> {
    return this.store.cursor(this.#cursorName(name));
  }

  /** Only the store's word decides what the peer is told: what listens to it comes after. */
  async #orSendAgain<Summary>(what: 'parts' | 'receipts', count: number, taken: Promise<Summary>): Promise<Summary> {
    try {
      return await taken;
    } catch (error) {
      if (what === 'parts') this.listener.refused(this.channelId, count);
      this.#logFailure(error, `${what} not taken: the peer is told to send them again`);
      throw error;
    }
  }

  #named(cursor: Cursor): Cursor {
    return { name: this.#cursorName(cursor.name), value: cursor.value };
  }

  #cursorName(name: string): string {
    return `channel ${this.channelId} ${name}`;
  }

  #logFailure(error: unknown, message: string): void {
    this.log.error({ channel: this.channelId, error: messageOf(error) }, message);
  }
}

import { steadyNowMs } from '../../../src/domain/clock.js';
import type { Inbox, Part, PartKey, Receipt } from '../../../src/ports/channel.js';
import { type Delivered, deliveredOf, readPlainDeliverSm } from './codec/deliverSm.js';
import { headerOctets } from './codec/frames.js';
import { decodePdu, type MalformedPdu, responseBit } from './codec/pdu.js';
import { namesReceiptedMessage, readReceipt } from './codec/receipt.js';
import { commandStatus } from './codec/status.js';
import { isReceipt, type PartReader } from './part.js';
import type { ReceiptIds } from './receiptIds.js';
import { type StallWatch, stallMs } from './stallWatch.js';

/** The requests that bring messages. Their responses look alike: a header and an empty message_id. */
const deliverSmId = 0x0000_0005;
const dataSmId = 0x0000_0103;
const answerOctets = headerOctets + 1;

/** Past either, reading stops until the store has caught up: the peer then waits, and TCP tells it so. */
const maxUnansweredPdus = 2_000;
const maxUnansweredOctets = 4 * 1024 * 1024;
/** Answers that the peer does not take are no reason to grow either. */
const maxUnsentOctets = 1024 * 1024;

interface Answer {
  readonly commandId: number;
  readonly sequenceNumber: number;
  readonly status: number;
}

/** One kind of what a chunk brought, and the answers that its commit allows. */
class Batch<Item> {
  readonly items: Item[] = [];
  readonly answers: Answer[] = [];
  octets = 0;

  add(item: Item, answer: Answer, octets: number): void {
    this.items.push(item);
    this.answers.push(answer);
    this.octets += octets;
  }
}

export interface InboundPeer {
  /** Octets written and not yet taken by the kernel. */
  readonly unsentOctets: number;
  /** @returns false when the connection is gone: nothing was acknowledged then. */
  write(octets: Buffer): boolean;
  pause(): void;
  resume(): void;
  /** Whether more waits to be sent than may: told whenever that has changed. */
  backlogged(isSo: boolean): void;
}

export interface InboundEvents {
  malformed(command: string): void;
  /** A part that a reader should doubt: `Part.oddity`, and the encoding it was read in. */
  odd(oddity: string, encoding: string): void;
  committed(parts: number): void;
  receipt(receipt: Receipt): void;
  commitFailed(pdus: number): void;
  /** The peer has been written the acknowledgement of these. */
  acknowledged(keys: readonly PartKey[]): void;
}

export interface InboundOptions {
  readonly inbox: Inbox;
  readonly reader: PartReader;
  readonly receiptIds: ReceiptIds;
  readonly stalls: StallWatch;
  readonly peer: InboundPeer;
  readonly events: InboundEvents;
}

/**
 * From deliver_sm to its acknowledgement, for one link. All that one chunk of the TCP stream holds is committed
 * together and answered in one write: at 20,000 a second nothing may cost a promise, a closure or a log line for each.
 */
export class InboundFlow {
  readonly #inbox: Inbox;
  readonly #reader: PartReader;
  readonly #peer: InboundPeer;
  readonly #events: InboundEvents;
  readonly #receiptIds: ReceiptIds;
  readonly #stalls: StallWatch;
  #parts = new Batch<Part>();
  #receipts = new Batch<Receipt>();
  #receivedAtMs = 0;
  #unansweredPdus = 0;
  #unansweredOctets = 0;
  #paused = false;
  #isBacklogged = false;
  #onIdle: (() => void)[] = [];

  constructor({ inbox, reader, receiptIds, stalls, peer, events }: InboundOptions) {
    this.#inbox = inbox;
    this.#reader = reader;
    this.#receiptIds = receiptIds;
    this.#stalls = stalls;
    this.#peer = peer;
    this.#events = events;
  }

  /** How many deliver_sm and data_sm wait for their answer. */
  get unansweredPdus(): number {
    return this.#unansweredPdus;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Whether more waits to be sent than may. */
  get isBacklogged(): boolean {
    return this.#isBacklogged;
  }

  /** Begins a chunk: everything in it arrived at once. */
  begin(receivedAtMs: number): void {
    this.#receivedAtMs = receivedAtMs;
    this.#reader.afterStall = this.#stalls.isAfterStall(steadyNowMs());
  }

  /** Takes a deliver_sm or data_sm out of the chunk; it stays unanswered until `flush` has committed it. */
  take(octets: Buffer, start: number, end: number): void {
    const plain = octets.readUInt32BE(start + 4) === deliverSmId ? readPlainDeliverSm(octets, start, end) : null;
    if (plain !== null) {
      this.#takeDelivered(
        plain,
        { commandId: deliverSmId, sequenceNumber: octets.readUInt32BE(start + 12) },
        end - start,
      );
      return;
    }
    const pdu = decodePdu(octets, start, end);
    if (pdu.kind === 'pdu') this.#takeDelivered(deliveredOf(pdu), pdu, end - start);
    else if (pdu.kind === 'malformed') this.#takeMalformed(pdu, octets, start, end);
  }

  /** Ends a chunk: commits what it brought. */
  flush(): void {
    if (this.#parts.items.length > 0) {
      const batch = this.#parts;
      this.#parts = new Batch();
      const isLate = this.#reader.afterStall;
      const beganMs = steadyNowMs();
      void this.#commit(batch, (parts) => this.#inbox.accept(parts)).then((done) => {
        if (!done) return;
        this.#events.committed(batch.items.length);
        if (!this.#answer(batch)) return;
        // A telco that gave one up sends it again, whatever it reads later: its key is kept, as if it were unanswered.
        if (isLate || steadyNowMs() - beganMs >= stallMs) return;
        this.#events.acknowledged(batch.items.map((part) => part.key));
      });
    }
    if (this.#receipts.items.length > 0) {
      const batch = this.#receipts;
      this.#receipts = new Batch();
      void this.#commit(batch, (receipts) => this.#inbox.acceptReceipts(receipts)).then((done) => {
        if (!done) return;
        for (const receipt of batch.items) this.#events.receipt(receipt);
        this.#answer(batch);
      });
    }
    this.pauseOrResume();
  }

  /** Resolves when everything taken has been answered. */
  idle(): Promise<void> {
    if (this.#unansweredPdus === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** To be called when the connection has taken what was written. */
  pauseOrResume(): void {
    const backlogged = this.#peer.unsentOctets > maxUnsentOctets;
    if (backlogged !== this.#isBacklogged) {
      this.#isBacklogged = backlogged;
      this.#peer.backlogged(backlogged);
    }
    const full = backlogged || this.#unansweredPdus > maxUnansweredPdus || this.#unansweredOctets > maxUnansweredOctets;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#peer.pause();
    else this.#peer.resume();
  }

  /** @param octets of the whole PDU: what waits keeps all of it in memory, whatever its message takes of it. */
  #takeDelivered(delivered: Delivered, { commandId, sequenceNumber }: Omit<Answer, 'status'>, octets: number): void {
    const answer = { commandId, sequenceNumber, status: commandStatus.ESME_ROK };
    this.#countUnanswered(octets);
    const receipt = this.#receiptIn(delivered);
    if (receipt !== null && receipt !== 'unreadable') {
      this.#receipts.add(receipt, answer, octets);
      return;
    }
    const read = this.#reader.part(delivered, this.#receivedAtMs);
    const part = receipt === null ? read : unreadableReceipt(read);
    if (part.oddity !== null) this.#events.odd(part.oddity, part.encoding);
    this.#parts.add(part, answer, octets);
  }

  /** @returns null where it is no receipt, but a citizen's words */
  #receiptIn(delivered: Delivered): Receipt | 'unreadable' | null {
    const { esmClass, tlvs } = delivered;
    if (!isReceipt(esmClass) && !namesReceiptedMessage(tlvs)) return null;
    const read = readReceipt({ text: this.#reader.text(delivered), tlvs, atMs: this.#receivedAtMs });
    if (read === null) return 'unreadable';
    const { sentId, ...rest } = read;
    return { externalIds: [this.#receiptIds.resolve(sentId)], ...rest };
  }

  /** The bytes are kept, so the answer can be final: sent again, they would be no better. */
  #takeMalformed(pdu: MalformedPdu, octets: Buffer, start: number, end: number): void {
    this.#events.malformed(pdu.command);
    const part = this.#reader.malformed(pdu, octets, start, end, this.#receivedAtMs);
    const { commandId, sequenceNumber, answer: status } = pdu;
    this.#countUnanswered(end - start);
    this.#parts.add(part, { commandId, sequenceNumber, status }, end - start);
  }

  #countUnanswered(octets: number): void {
    this.#unansweredPdus += 1;
    this.#unansweredOctets += octets;
  }

  /** @returns whether the items are on disk; if not, the peer has been told to send them again. */
  async #commit<Item>(batch: Batch<Item>, commit: (items: Item[]) => Promise<void>): Promise<boolean> {
    const underWay = this.#stalls.commitBegins(steadyNowMs());
    try {
      await commit(batch.items);
      return true;
    } catch {
      this.#events.commitFailed(batch.items.length);
      this.#answer(batch, commandStatus.ESME_RX_T_APPN);
      return false;
    } finally {
      this.#stalls.commitEnds(underWay, steadyNowMs());
    }
  }

  /** @param status for all of the batch, instead of each one's own */
  #answer<Item>(batch: Batch<Item>, status?: number): boolean {
    const octets = Buffer.alloc(batch.answers.length * answerOctets);
    let offset = 0;
    for (const answer of batch.answers) {
      octets.writeUInt32BE(answerOctets, offset);
      octets.writeUInt32BE((answer.commandId | responseBit) >>> 0, offset + 4);
      octets.writeUInt32BE(status ?? answer.status, offset + 8);
      octets.writeUInt32BE(answer.sequenceNumber, offset + 12);
      offset += answerOctets;
    }
    const written = this.#peer.write(octets);
    this.#unansweredPdus -= batch.answers.length;
    this.#unansweredOctets -= batch.octets;
    this.pauseOrResume();
    if (this.#unansweredPdus === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    return written;
  }
}

function unreadableReceipt(part: Part): Part {
  return { ...part, text: null, oddity: 'unreadable_receipt' };
}

/** Whether a PDU belongs here. */
export function bringsMessage(commandId: number): boolean {
  return commandId === deliverSmId || commandId === dataSmId;
}

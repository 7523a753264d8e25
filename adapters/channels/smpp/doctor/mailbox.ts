import { randomBytes } from 'node:crypto';
import type { Part } from '../../../../src/ports/channel.js';
import { type Delivered, deliveredOf } from '../codec/deliverSm.js';
import type { Pdu } from '../codec/pdu.js';
import { namesReceiptedMessage, normaliseExternalId, type ReadReceipt, readReceipt } from '../codec/receipt.js';
import { commandStatus } from '../codec/status.js';
import type { SmppConfig } from '../config.js';
import { isReceipt, PartReader } from '../part.js';
import type { ReceiptIdForm } from '../receiptIds.js';

export interface OwnReceipt {
  readonly receipt: ReadReceipt;
  readonly idForm: ReceiptIdForm;
}

/**
 * Takes what the peer delivers while the doctor is bound. Only the doctor's own receipts and the expected word are
 * acknowledged; all else is a citizen's, or a receipt that the gateway waits for, and is answered with
 * ESME_RX_T_APPN: it stays with the peer, which sends it again, to the gateway.
 */
export class TestMailbox {
  readonly receipt: Promise<OwnReceipt>;
  readonly text: Promise<Part>;
  readonly #reader: PartReader;
  readonly #word: string | null;
  readonly #ids = new Set<string>();
  #idsKnown: Promise<void> = Promise.resolve();
  #otherTexts = 0;
  #onReceipt: (receipt: OwnReceipt) => void = () => undefined;
  #onText: (part: Part) => void = () => undefined;

  constructor(config: SmppConfig, expectedWord: string | null) {
    this.#reader = new PartReader(config, randomBytes(6).readUIntBE(0, 6));
    this.#word = expectedWord?.toUpperCase() ?? null;
    this.receipt = new Promise((resolve) => {
      this.#onReceipt = resolve;
    });
    this.text = new Promise((resolve) => {
      this.#onText = resolve;
    });
  }

  /** Texts that were not the expected one. */
  get otherTexts(): number {
    return this.#otherTexts;
  }

  /** Receipts wait until `submitted` has resolved with the message's id: some peers send them before it. */
  awaitId(submitted: Promise<string | null>): void {
    this.#idsKnown = submitted.then((id) => {
      if (id !== null) this.#ids.add(normaliseExternalId(id));
    });
  }

  readonly onMessage = async (pdu: Pdu): Promise<number> => {
    const delivered = deliveredOf(pdu);
    const saysReceipt = isReceipt(delivered.esmClass) || namesReceiptedMessage(delivered.tlvs);
    const isOwn = saysReceipt ? await this.#isOwnReceipt(delivered) : this.#isExpected(delivered);
    return isOwn ? commandStatus.ESME_ROK : commandStatus.ESME_RX_T_APPN;
  };

  async #isOwnReceipt(delivered: Delivered): Promise<boolean> {
    await this.#idsKnown;
    const receipt = readReceipt({ text: this.#reader.text(delivered), tlvs: delivered.tlvs, atMs: Date.now() });
    if (receipt === null) return false;
    for (const submitted of this.#ids) {
      const idForm = idFormOf(submitted, normaliseExternalId(receipt.sentId));
      if (idForm === null) continue;
      if (receipt.state !== 'in_transit') this.#onReceipt({ receipt, idForm });
      return true;
    }
    return false;
  }

  #isExpected(delivered: Delivered): boolean {
    const part = this.#reader.part(delivered, Date.now());
    if (this.#word !== null && part.text?.toUpperCase().includes(this.#word)) {
      this.#onText(part);
      return true;
    }
    this.#otherTexts += 1;
    return false;
  }
}

const longestNumber = 32;

/** @returns null where the two are no forms of one id */
export function idFormOf(submitted: string, receipted: string): ReceiptIdForm | null {
  if (submitted === receipted) return 'same';
  if (submitted.length > longestNumber || receipted.length > longestNumber) return null;
  if (isSameNumber(submitted, receipted)) return 'hex_to_decimal';
  return isSameNumber(receipted, submitted) ? 'decimal_to_hex' : null;
}

function isSameNumber(hex: string, decimal: string): boolean {
  return /^[0-9a-f]+$/.test(hex) && /^\d+$/.test(decimal) && BigInt(`0x${hex}`) === BigInt(decimal);
}

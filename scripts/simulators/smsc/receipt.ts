import type { PduFields } from './library.js';
import type { messageIdForms } from './switches.js';

type MessageIdForm = (typeof messageIdForms)[number];

/** How one message is named where. */
export interface MessageId {
  readonly inResponse: string;
  readonly inReceipt: string;
}

const decimalDigits = 10;

/** @param number 32 bits. */
export function messageIdOf(number: number, form: MessageIdForm): MessageId {
  const decimal = String(number).padStart(decimalDigits, '0');
  const hex = number.toString(16).toUpperCase();
  const forms: Record<MessageIdForm, MessageId> = {
    decimal: { inResponse: decimal, inReceipt: decimal },
    hex: { inResponse: hex, inReceipt: hex },
    mixed: { inResponse: hex, inReceipt: decimal },
  };
  return forms[form];
}

const ends = {
  delivered: { stat: 'DELIVRD', err: '000', dlvrd: '001', messageState: 2 },
  failed: { stat: 'UNDELIV', err: '045', dlvrd: '000', messageState: 5 },
} as const;

export type ReceiptEnd = keyof typeof ends;

const receiptEsmClass = 0x04;

/**
 * The deliver_sm that reports what became of a message: the customary text (SMPP 3.4, appendix B) and the TLVs
 * receipted_message_id and message_state (§5.3.2.12, §5.3.2.35).
 * @param octets the message as it was submitted; the receipt quotes its first 20.
 */
export function receiptFields(
  receipt: {
    readonly id: MessageId;
    readonly end: ReceiptEnd;
    readonly from: string;
    readonly to: string;
    readonly octets: Buffer;
    readonly submittedAtMs: number;
  },
  nowMs: number,
): PduFields {
  const { stat, err, dlvrd, messageState } = ends[receipt.end];
  const quoted = receipt.octets
    .subarray(0, 20)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '.');
  const text =
    `id:${receipt.id.inReceipt} sub:001 dlvrd:${dlvrd} submit date:${minute(receipt.submittedAtMs)} ` +
    `done date:${minute(nowMs)} stat:${stat} err:${err} text:${quoted}`;
  return {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: receipt.from,
    destination_addr: receipt.to,
    esm_class: receiptEsmClass,
    data_coding: 0,
    short_message: Buffer.from(text, 'latin1'),
    receipted_message_id: receipt.id.inResponse,
    message_state: messageState,
  };
}

/** YYMMDDhhmm, in UTC. */
function minute(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[-:T]/g, '').slice(2, 12);
}

const wishes: Readonly<Record<number, readonly ReceiptEnd[]>> = {
  1: ['delivered', 'failed'],
  2: ['failed'],
  3: ['delivered'],
};

/** Whether registered_delivery asks for a receipt on this end (SMPP 3.4 §5.2.17; 3 is SMPP 5.0's). */
export function receiptWanted(registeredDelivery: number, end: ReceiptEnd): boolean {
  return wishes[registeredDelivery & 0x03]?.includes(end) ?? false;
}

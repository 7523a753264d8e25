import { Timers } from '../timers.js';
import type { Frame } from './framing.js';
import type { Handsets } from './handsets.js';
import { type PduFields, statusOf } from './library.js';
import type { EsmeLink } from './link.js';
import { normaliseMsisdn } from './numbers.js';
import type { Outbox } from './outbox.js';
import { type MessageId, messageIdOf, type ReceiptEnd, receiptFields, receiptWanted } from './receipt.js';
import { handsetPart, readSubmit, type Submit, tlvTags } from './submit.js';
import { receiptDelayMs, type Switches } from './switches.js';

/** Receipts wait in memory for their delay; beyond this many they are lost, and counted. */
const maxWaitingReceipts = 100_000;

/** What one message holds by data_coding: 160 unpacked septets, else 140 octets (3GPP TS 23.040 §9.2.3.24). */
const roomOctets = (dataCoding: number): number => (dataCoding <= 1 ? 160 : 140);

export interface DeskContext {
  readonly handsets: Handsets;
  readonly outbox: Outbox;
  switches(): Switches;
}

/** Takes a telco's submit_sm: answers, puts the message on the citizen's handset, and sends the receipt. */
export class SubmitDesk {
  readonly counts = { submits: 0, refusedSubmits: 0, receipts: 0, lostReceipts: 0, unreadable: 0 };
  readonly #timers = new Timers();
  #waitingReceipts = 0;
  #sinceRefusal = 0;
  /** Goes on from the clock, so that a restarted simulator does not soon repeat an id. */
  #messageNumber = Date.now() % 0x1_0000_0000;

  constructor(private readonly context: DeskContext) {}

  handle(link: EsmeLink, frame: Frame): void {
    this.counts.submits += 1;
    const submit = readSubmit(frame.octets);
    const status = submit === null ? statusOf('ESME_RINVCMDLEN') : this.#refusal(link, submit);
    if (submit !== null && status === null) this.#accept(link, frame, submit);
    else this.#refuse(link, frame, status ?? statusOf('ESME_RSYSERR'));
  }

  close(): void {
    this.#timers.clear();
  }

  #refusal(link: EsmeLink, submit: Submit): number | null {
    if (!link.transmits) return statusOf('ESME_RINVBNDSTS');
    if (normaliseMsisdn(submit.destinationAddr) === null) return statusOf('ESME_RINVDSTADR');
    const isPayload = submit.tlvs.has(tlvTags.messagePayload);
    if (!isPayload && submit.userData.length > roomOctets(submit.dataCoding)) return statusOf('ESME_RINVMSGLEN');
    const { refuseSubmits } = this.context.switches();
    if (refuseSubmits === null) return null;
    this.#sinceRefusal += 1;
    if (this.#sinceRefusal < refuseSubmits.every) return null;
    this.#sinceRefusal = 0;
    return refuseSubmits.status;
  }

  #refuse(link: EsmeLink, frame: Frame, status: number): void {
    this.counts.refusedSubmits += 1;
    this.#respond(link, frame, { command_status: status });
  }

  #accept(link: EsmeLink, frame: Frame, submit: Submit): void {
    const switches = this.context.switches();
    this.#messageNumber = (this.#messageNumber + 1) % 0x1_0000_0000;
    const id = messageIdOf(this.#messageNumber, switches.messageIdForm);
    const end: ReceiptEnd = switches.receipts === 'failed' ? 'failed' : 'delivered';
    const sendReceipt = this.#receipt(submit, id, end);
    if (switches.receipts === 'before-response') sendReceipt();
    this.#respond(link, frame, { message_id: id.inResponse });
    if (end === 'delivered') this.#show(submit);
    if (switches.receipts === 'before-response' || switches.receipts === 'off') return;
    this.#later(switches, sendReceipt);
  }

  #respond(link: EsmeLink, frame: Frame, fields: PduFields): void {
    const { responseDelayMs } = this.context.switches();
    if (responseDelayMs === 0) link.respond(frame, 'submit_sm_resp', fields);
    else this.#timers.after(responseDelayMs, () => link.respond(frame, 'submit_sm_resp', fields));
  }

  #show(submit: Submit): void {
    const part = handsetPart(submit);
    const msisdn = normaliseMsisdn(submit.destinationAddr);
    if (part === null || msisdn === null) this.counts.unreadable += 1;
    else this.context.handsets.put(msisdn, submit.sourceAddr, part);
  }

  #later(switches: Switches, sendReceipt: () => void): void {
    if (this.#waitingReceipts >= maxWaitingReceipts) {
      this.counts.lostReceipts += 1;
      return;
    }
    this.#waitingReceipts += 1;
    this.#timers.after(receiptDelayMs(switches), () => {
      this.#waitingReceipts -= 1;
      sendReceipt();
      if (switches.receipts === 'twice') sendReceipt();
    });
  }

  /** @returns what sends the receipt; nothing when the ESME asked for none. */
  #receipt(submit: Submit, id: MessageId, end: ReceiptEnd): () => void {
    if (!receiptWanted(submit.registeredDelivery, end)) return () => undefined;
    const submittedAtMs = Date.now();
    const octets = Buffer.from(submit.userData);
    const { sourceAddr: to, destinationAddr: from } = submit;
    return () => {
      if (!this.context.outbox.roomFor(1)) {
        this.counts.lostReceipts += 1;
        return;
      }
      this.counts.receipts += 1;
      const fields = receiptFields({ id, end, from, to, octets, submittedAtMs }, Date.now());
      this.context.outbox.enqueue([{ lane: `receipts of ${from}`, fields, onState: () => undefined }]);
    };
  }
}

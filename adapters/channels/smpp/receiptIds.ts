import { Remembered } from '../../../src/domain/remembered.js';
import { normaliseExternalId } from './codec/receipt.js';

/**
 * How the id of submit_sm_resp is written in the receipt: with `hex_to_decimal` it was given as `0AB1` and comes back
 * as `2737`. SMPP 3.4 says that they are the same; appendix B says that the one in the text is decimal, so peers that
 * give hexadecimal ids write it in decimal, and some the reverse.
 */
export const receiptIdForms = ['same', 'hex_to_decimal', 'decimal_to_hex'] as const;

export type ReceiptIdForm = (typeof receiptIdForms)[number];

/** So many accepted ids, and up to twice as many, are remembered to learn from. */
const fewestRemembered = 5_000;
/** A number this long that turns up in the other base did not do so by chance. */
const longId = 6;
const evidence = { long: 2, letters: 1, short: 0 } as const;
const enoughToLearn = 3;
/** A peer may change its form; a form that was learned is not given up for a few odd receipts. */
const enoughToChange = 8;

const longestNumber = 32;

/**
 * Learns the form from traffic: an id in a receipt that is known from no submit_sm_resp, but is in another base, is
 * evidence for that base. Only the learned form is then offered: where ids are small numbers, a guessed one is soon
 * another reply's id. Until then it is the id as sent, unless this very receipt proves another form.
 */
export class ReceiptIds {
  readonly #accepted = new Remembered<string, true>(fewestRemembered);
  readonly #isConfigured: boolean;
  #form: ReceiptIdForm | null;
  #suspect: ReceiptIdForm = 'same';
  #weight = 0;

  /** @param configured what the operator knows; null learns it */
  constructor(configured: ReceiptIdForm | null) {
    this.#form = configured;
    this.#isConfigured = configured !== null;
  }

  /** For a person: `same`, `decimal_to_hex (learned)`, `not known yet`. */
  get description(): string {
    if (this.#form === null) return 'not known yet';
    return this.#isConfigured ? this.#form : `${this.#form} (learned)`;
  }

  /** Notes an id that a submit_sm_resp gave, normalised. */
  noteAccepted(id: string): void {
    if (!this.#isConfigured) this.#accepted.set(id, true);
  }

  /** @returns the id that submit_sm_resp gave for the one in a receipt */
  resolve(sent: string): string {
    const asSent = normaliseExternalId(sent);
    if (this.#isConfigured) return convert(asSent, this.#form ?? 'same') ?? asSent;
    const finding = this.#compare(asSent);
    if (finding !== null) this.#weigh(finding);
    const proven = finding !== null && finding.weight === evidence.long ? finding.form : 'same';
    return convert(asSent, this.#form ?? proven) ?? asSent;
  }

  /** @returns the one form that leads to an id that was given; null when none does, or several do */
  #compare(asSent: string): Finding | null {
    const hits = receiptIdForms.flatMap((form) => {
      const id = convert(asSent, form);
      return id !== null && this.#accepted.has(id) ? [{ form, id }] : [];
    });
    const [hit] = hits;
    // 7 is 7 in either base, and with small numbers 10 and 16 may both have been given: that says nothing.
    if (hit === undefined || hits.length > 1) return null;
    return { form: hit.form, weight: weightOf(asSent, hit.id) };
  }

  #weigh({ form, weight }: Finding): void {
    if (form === this.#form) {
      this.#weight = 0;
      return;
    }
    if (form !== this.#suspect) this.#weight = 0;
    this.#suspect = form;
    this.#weight += weight;
    if (this.#weight < (this.#form === null ? enoughToLearn : enoughToChange)) return;
    this.#form = form;
    this.#weight = 0;
  }
}

interface Finding {
  readonly form: ReceiptIdForm;
  readonly weight: number;
}

function weightOf(asSent: string, accepted: string): number {
  if (Math.max(asSent.length, accepted.length) >= longId) return evidence.long;
  return /[a-f]/.test(`${asSent}${accepted}`) ? evidence.letters : evidence.short;
}

/** @returns null where an id is no number of the base that the form takes it for */
function convert(id: string, form: ReceiptIdForm): string | null {
  if (form === 'same') return id;
  if (id.length > longestNumber) return null;
  if (form === 'decimal_to_hex') return /^[0-9a-f]+$/.test(id) ? BigInt(`0x${id}`).toString(10) : null;
  return /^[0-9]+$/.test(id) ? BigInt(id).toString(16) : null;
}

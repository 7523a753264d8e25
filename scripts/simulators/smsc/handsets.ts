import { forgetOldest } from '../bounded.js';
import type { Changes } from '../changes.js';
import type { HandsetPart } from './submit.js';

/** One SMS as the citizen reads it. */
export interface InboxMessage {
  /** Numbers a handset's messages from 1. */
  readonly n: number;
  readonly at: string;
  readonly from: string;
  readonly text: string;
  readonly segments: number;
  /** `gsm7`, `ucs2`, `ascii`, `latin1`; `binary` (as hex) for a data_coding that handsets do not show. */
  readonly encoding: string;
}

/** Handsets are forgotten oldest first, and so are the messages and the unfinished long messages of each. */
const maxHandsets = 10_000;
const maxMessages = 200;
const maxUnfinished = 50;

interface Handset {
  readonly messages: InboxMessage[];
  readonly unfinished: Map<string, Map<number, HandsetPart>>;
  lastN: number;
}

export class Handsets {
  readonly #handsets = new Map<string, Handset>();

  constructor(private readonly changes: Changes) {}

  /** Puts a part on the handset; the message appears when its last part is there. */
  put(msisdn: string, from: string, part: HandsetPart): void {
    const handset = this.#handset(msisdn);
    const parts = part.place === null ? [part] : completed(handset, from, part, part.place);
    if (parts === null) return;
    handset.lastN += 1;
    handset.messages.push({
      n: handset.lastN,
      at: new Date().toISOString(),
      from,
      text: parts.map(({ text }) => text).join(''),
      segments: parts.length,
      encoding: part.encoding,
    });
    if (handset.messages.length > maxMessages) handset.messages.shift();
    this.changes.notify();
  }

  /** Messages with a number over `after`. */
  messages(msisdn: string, after = 0): readonly InboxMessage[] {
    return (this.#handsets.get(msisdn)?.messages ?? []).filter(({ n }) => n > after);
  }

  /** The same, waiting up to `waitMs` until there is one. */
  async newMessages(msisdn: string, after: number, waitMs: number, signal?: AbortSignal) {
    const look = () => {
      const messages = this.messages(msisdn, after);
      return messages.length > 0 ? messages : undefined;
    };
    return (await this.changes.until(look, waitMs, signal)) ?? [];
  }

  #handset(msisdn: string): Handset {
    const known = this.#handsets.get(msisdn);
    if (known !== undefined) return known;
    const made: Handset = { messages: [], unfinished: new Map(), lastN: 0 };
    this.#handsets.set(msisdn, made);
    forgetOldest(this.#handsets, maxHandsets);
    return made;
  }
}

/** @returns the parts in order when this one completes the message, else null. */
function completed(
  handset: Handset,
  from: string,
  part: HandsetPart,
  place: NonNullable<HandsetPart['place']>,
): readonly HandsetPart[] | null {
  const key = `${from}/${place.reference}/${place.total}`;
  const parts = handset.unfinished.get(key) ?? new Map<number, HandsetPart>();
  parts.set(place.sequence, part);
  if (parts.size < place.total) {
    handset.unfinished.set(key, parts);
    forgetOldest(handset.unfinished, maxUnfinished);
    return null;
  }
  handset.unfinished.delete(key);
  return [...parts].sort(([first], [second]) => first - second).map(([, each]) => each);
}

import type { PartKey } from '../../../src/ports/channel.js';

const askAfterParts = 1_000;
const askAfterMs = 1_000;
/** A peer that sends and never answers must not fill the memory. What is dropped stays unsettled, which is safe. */
const maxUnproven = 100_000;

/**
 * Knows which acknowledgements the peer has not yet been shown to have read. An enquire_link written after them
 * proves it once answered, for TCP keeps the order. Asks after 1,000 parts or a second, whichever comes first, and one
 * question at a time.
 */
export class Settlement {
  readonly #ask: () => void;
  readonly #settle: (keys: readonly PartKey[]) => void;
  #unproven: PartKey[] = [];
  #asked: PartKey[] | null = null;
  #timer: NodeJS.Timeout | null = null;

  /**
   * @param ask sends an enquire_link; `answered` is to be called when it was
   * @param settle is told the keys that are proven
   */
  constructor(ask: () => void, settle: (keys: readonly PartKey[]) => void) {
    this.#ask = ask;
    this.#settle = settle;
  }

  acknowledged(keys: readonly PartKey[]): void {
    if (this.#unproven.length + keys.length > maxUnproven) this.#unproven = [];
    for (const key of keys) this.#unproven.push(key);
    this.#askSoon();
  }

  answered(): void {
    const proven = this.#asked;
    this.#asked = null;
    if (proven !== null) this.#settle(proven);
    if (this.#unproven.length > 0) this.#askSoon();
  }

  /**
   * To be called when unbind is written; what is acknowledged after it is proven by nothing.
   *
   * @returns what to call when the peer has answered: it has read all that came before then
   */
  unbinding(): () => void {
    const proven = [...(this.#asked ?? []), ...this.#unproven];
    this.close();
    return () => {
      if (proven.length > 0) this.#settle(proven);
    };
  }

  close(): void {
    this.#clearTimer();
    this.#unproven = [];
    this.#asked = null;
  }

  #askSoon(): void {
    if (this.#asked !== null) return;
    if (this.#unproven.length >= askAfterParts) this.#askNow();
    else this.#timer ??= setTimeout(() => this.#askNow(), askAfterMs);
  }

  #askNow(): void {
    this.#clearTimer();
    this.#asked = this.#unproven;
    this.#unproven = [];
    this.#ask();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

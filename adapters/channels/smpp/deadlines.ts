import { steadyNowMs } from '../../../src/domain/clock.js';

/** A longer timer of Node's fires at once. */
export const maxTimerMs = 2 ** 31 - 1;

/**
 * Things that must not last longer than their deadlines, with one timer for all of them: nearly all end in time, and a
 * timer for each is made and cleared for nothing, by the thousand a second.
 */
export class Deadlines<Item extends { readonly deadlineMs: number }> {
  readonly #items = new Set<Item>();
  readonly #expire: (item: Item) => void;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = 0;

  /** @param expire is called once for an item whose deadline, by `steadyNowMs`, has passed. */
  constructor(expire: (item: Item) => void) {
    this.#expire = expire;
  }

  add(item: Item): void {
    this.#items.add(item);
    if (this.#timer === null || item.deadlineMs < this.#timerAtMs) this.#wakeAt(item.deadlineMs);
  }

  /** The timer stays for what comes next, unless nothing is left: it must not keep the process from ending. */
  delete(item: Item): void {
    this.#items.delete(item);
    if (this.#items.size === 0) this.#clear();
  }

  #wakeAt(atMs: number): void {
    this.#clear();
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#wake(), Math.min(atMs - steadyNowMs(), maxTimerMs));
  }

  #wake(): void {
    this.#timer = null;
    const nowMs = steadyNowMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      if (item.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, item.deadlineMs);
      } else {
        this.#items.delete(item);
        this.#expire(item);
      }
    }
    if (this.#items.size > 0) this.#wakeAt(nextMs);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

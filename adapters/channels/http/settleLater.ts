import { steadyNowMs } from '../../../src/domain/clock.js';
import type { Inbox, PartKey } from '../../../src/ports/channel.js';

interface Due {
  readonly atMs: number;
  readonly key: PartKey;
}

/** Beyond so many, the oldest are settled early: then an equal text is taken for a new one a little sooner. */
const maxWaiting = 50_000;

/**
 * An aggregator never tells that it has our answer, so parts without an id are settled when it would have sent again long
 * since. One timer for all, at the oldest; what waits when the channel stops is left to the store, which forgets by itself.
 */
export class SettleLater {
  readonly #waiting: Due[] = [];
  #timer: NodeJS.Timeout | null = null;
  #inbox: Inbox | null = null;

  constructor(private readonly afterMs: number) {}

  start(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  stop(): void {
    this.#inbox = null;
    this.#waiting.length = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The part is committed and about to be answered. */
  add(key: PartKey): void {
    if (this.#inbox === null || key.by === 'id') return;
    this.#waiting.push({ atMs: steadyNowMs() + this.afterMs, key });
    this.#timer ??= setTimeout(() => this.#settle(), this.afterMs);
    if (this.#waiting.length > maxWaiting) this.#inbox.settle(this.#waiting.splice(0, 1).map((due) => due.key));
  }

  #settle(): void {
    const nowMs = steadyNowMs();
    const later = this.#waiting.findIndex(({ atMs }) => atMs > nowMs);
    const due = this.#waiting.splice(0, later === -1 ? this.#waiting.length : later);
    if (due.length > 0) this.#inbox?.settle(due.map(({ key }) => key));
    const next = this.#waiting[0];
    this.#timer = next === undefined ? null : setTimeout(() => this.#settle(), Math.max(1, next.atMs - nowMs));
  }
}

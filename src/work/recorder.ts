import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import { Wakeup } from './wakeup.js';

const retryMs = 1_000;

/**
 * Collects facts that must reach the store and writes those of one turn of the event loop as one batch. While the
 * store is away it keeps them and tries again: what a peer has already done must not be forgotten. Callers bound
 * how many facts can wait here by bounding what they have under way.
 */
export class Recorder<Fact> {
  #facts: Fact[] = [];
  /** What to call once the fact of the same index is on disk. */
  #calls: (() => void)[] = [];
  #writing = false;
  readonly #stop = new AbortController();
  readonly #wakeup = new Wakeup();

  constructor(
    private readonly what: string,
    private readonly write: (facts: readonly Fact[]) => Promise<void>,
    private readonly log: Log,
  ) {}

  /** Resolves after the fact is on disk. */
  add(fact: Fact): Promise<void> {
    return new Promise((resolve) => this.addThen(fact, resolve));
  }

  /** The same without a promise, for what comes by the thousand a second. @param onDisk must not throw. */
  addThen(fact: Fact, onDisk: () => void): void {
    this.#facts.push(fact);
    this.#calls.push(onDisk);
    if (this.#writing) return;
    this.#writing = true;
    setImmediate(() => void this.#drain());
  }

  /** Gives up on what cannot be written: its lease ends by itself, and whoever claims it next does it again. */
  abandon(): void {
    this.#stop.abort();
  }

  async #drain(): Promise<void> {
    while (this.#facts.length > 0) {
      const facts = this.#facts;
      const calls = this.#calls;
      this.#facts = [];
      this.#calls = [];
      await this.#writeAll(facts);
      for (const call of calls) call();
    }
    this.#writing = false;
  }

  async #writeAll(facts: readonly Fact[]): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.write(facts);
        return;
      } catch (error) {
        this.log.error({ what: this.what, count: facts.length, error: messageOf(error) }, 'not recorded, trying again');
        await this.#wakeup.wait(retryMs, this.#stop.signal);
      }
    }
  }
}

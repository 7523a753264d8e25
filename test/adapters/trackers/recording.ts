import type { Log } from '../../../src/ports/log.js';
import type { DeliveredEvent, TrackerEventSink } from '../../../src/ports/tracker.js';

/** A log that keeps its lines, for what must and what must never be in them. */
export class RecordingLog implements Log {
  readonly lines: string[] = [];
  readonly debug = this.#writer('debug');
  readonly info = this.#writer('info');
  readonly warn = this.#writer('warn');
  readonly error = this.#writer('error');

  child(): Log {
    return this;
  }

  #writer(level: string): (fields: object, message: string) => void {
    return (fields, message) => this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

/** The sink as its port promises it, in memory; it can be told to fail, and others can wait for what it took. */
export class RecordingSink implements TrackerEventSink {
  readonly committed: DeliveredEvent[] = [];
  readonly cursors: string[] = [];
  rejected = 0;
  #failures = 0;
  #waiters: (() => void)[] = [];

  constructor(private lastCursor: string | null = null) {}

  failNext(times: number): void {
    this.#failures = times;
  }

  async accept(events: readonly DeliveredEvent[], cursor?: string): Promise<void> {
    if (this.#failures > 0) {
      this.#failures -= 1;
      this.rejected += 1;
      this.#wake();
      throw new Error('the disk is full');
    }
    this.committed.push(...events);
    if (cursor !== undefined) {
      this.cursors.push(cursor);
      this.lastCursor = cursor;
    }
    this.#wake();
  }

  async cursor(): Promise<string | null> {
    return this.lastCursor;
  }

  /** Resolves once `fact` holds; mocha's own time limit ends a wait that never does. */
  async until(fact: (sink: this) => boolean): Promise<void> {
    while (!fact(this)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

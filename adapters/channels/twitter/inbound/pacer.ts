import { steadyNowMs } from '../../../../src/domain/clock.js';

/** Waits between two readings, and ends a wait when there is a reason to. */
export class Pacer {
  #end: (() => void) | null = null;
  #isNudged = false;

  /** @returns when the time is over, at a nudge, or at the stop; at once for a nudge that came before. */
  async wait(ms: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted || this.#isNudged) {
      this.#isNudged = false;
      return;
    }
    await new Promise<void>((resolve) => {
      // A timer holds 2^31 ms at most; a wait that is longer ends early, and whoever waits looks again.
      const timer = setTimeout(() => this.#end?.(), Math.min(ms, longestMs));
      this.#end = () => {
        clearTimeout(timer);
        stop.removeEventListener('abort', this.nudge);
        this.#end = null;
        this.#isNudged = false;
        resolve();
      };
      stop.addEventListener('abort', this.nudge, { once: true });
    });
  }

  async waitUntil(atMs: number, stop: AbortSignal): Promise<void> {
    await this.wait(Math.max(0, atMs - steadyNowMs()), stop);
  }

  readonly nudge = (): void => {
    this.#isNudged = true;
    this.#end?.();
  };
}

const longestMs = 3_600_000;

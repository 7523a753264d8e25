/**
 * What a channel without a standing link has under way: webhooks on their way to the store, replies on their way to the
 * peer. A channel that stops takes no more of it, and ends when the last of it has come to its end.
 */
export class Work {
  #underWay = 0;
  #stopped = false;
  #onIdle: (() => void) | null = null;

  get stopped(): boolean {
    return this.#stopped;
  }

  async do<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#onIdle?.();
    }
  }

  /** Resolves after `stop` fired and all that was under way has ended. */
  async untilStopped(stop: AbortSignal): Promise<void> {
    if (!stop.aborted) {
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
    }
    this.#stopped = true;
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

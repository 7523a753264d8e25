/**
 * Lets callers wait for a fact instead of sleeping: whoever changes something calls `notify`, and every
 * waiter looks again.
 */
export class Changes {
  readonly #waiters = new Set<() => void>();

  notify(): void {
    for (const look of [...this.#waiters]) look();
  }

  /** Resolves with what `look` found, or undefined when `timeoutMs` passed or `signal` fired first. */
  until<Fact>(look: () => Fact | undefined, timeoutMs: number, signal?: AbortSignal): Promise<Fact | undefined> {
    const already = look();
    if (already !== undefined || timeoutMs <= 0 || signal?.aborted) return Promise.resolve(already);
    return new Promise((resolve) => {
      const finish = (fact: Fact | undefined) => {
        this.#waiters.delete(again);
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        resolve(fact);
      };
      const again = () => {
        const fact = look();
        if (fact !== undefined) finish(fact);
      };
      const giveUp = () => finish(undefined);
      const timer = setTimeout(giveUp, timeoutMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiters.add(again);
    });
  }
}

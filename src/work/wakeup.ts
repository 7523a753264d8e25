/** Lets a loop sleep until there is something to do. A wake that comes while nobody sleeps is not lost. */
export class Wakeup {
  #pending = false;
  #resolve: (() => void) | null = null;

  wake(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  /** Resolves at the next wake, after `timeoutMs`, or when `stop` fires, whichever is first. */
  async wait(timeoutMs: number, stop: AbortSignal): Promise<void> {
    if (!this.#pending && !stop.aborted) await this.#sleep(timeoutMs, stop);
    this.#pending = false;
  }

  #sleep(timeoutMs: number, stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = (): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', wakeUp);
        this.#resolve = null;
        resolve();
      };
      const timer = setTimeout(wakeUp, timeoutMs);
      stop.addEventListener('abort', wakeUp, { once: true });
      this.#resolve = wakeUp;
    });
  }
}

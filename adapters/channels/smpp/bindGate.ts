/**
 * Keeps the sessions of one channel from knocking all at once with credentials that the peer refuses: a telco locks an
 * account that hammers. The first session to bind goes alone. Once it is bound, or it turns out that the network is at
 * fault, the others follow; while it is refused they wait, and it alone tries again.
 *
 * A refusal while another session is bound closes nothing: the credentials are right then, and there are too many
 * binds. What is refused waits by itself.
 */
export class BindGate {
  #isOpen = false;
  #wasRefused = false;
  #holder: object | null = null;
  #bound = 0;
  #everBound = false;
  #waiting: (() => void)[] = [];

  /** Whether the peer has taken these credentials before. */
  get everBound(): boolean {
    return this.#everBound;
  }

  /** Whether it is shut because the peer refused, and not only because nobody has tried yet. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Whether `pass` would resolve at once. */
  isOpenFor(session: object): boolean {
    return this.#isOpen || this.#holder === null || this.#holder === session;
  }

  /** Resolves when the session may try, or on `stop`. */
  async pass(session: object, stop: AbortSignal): Promise<void> {
    while (!stop.aborted && !this.isOpenFor(session)) await this.#change(stop);
    if (!this.#isOpen) this.#holder = session;
  }

  bound(): void {
    this.#bound += 1;
    this.#everBound = true;
    this.#open();
  }

  unbound(): void {
    this.#bound -= 1;
  }

  /** The attempt ended otherwise than by a refusal. */
  failed(): void {
    this.#open();
  }

  /** The peer refused the credentials. */
  refused(session: object): void {
    if (this.#bound > 0) return;
    this.#wasRefused = true;
    this.#isOpen = false;
    this.#holder ??= session;
  }

  #open(): void {
    this.#isOpen = true;
    this.#wasRefused = false;
    this.#holder = null;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #change(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stop.removeEventListener('abort', done);
        resolve();
      };
      stop.addEventListener('abort', done, { once: true });
      this.#waiting.push(done);
    });
  }
}

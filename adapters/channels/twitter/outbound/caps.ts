/**
 * How many public replies a person, and a conversation, get in a day. An automaton that answers our answers is answered so
 * often and no more; people do not come near. Times are by `steadyNowMs()`.
 */
export class ReplyCap {
  /** By who or what: when they were answered, oldest first. */
  readonly #answered = new Map<string, number[]>();

  constructor(
    private readonly max: number,
    private readonly withinMs = 86_400_000,
  ) {}

  isReached(key: string, nowMs: number): boolean {
    return this.#recent(key, nowMs).length >= this.max;
  }

  note(key: string, nowMs: number): void {
    const times = [...this.#recent(key, nowMs), nowMs];
    this.#answered.delete(key);
    this.#answered.set(key, times);
    if (this.#answered.size <= rememberedMax) return;
    const oldest = this.#answered.keys().next();
    if (!oldest.done) this.#answered.delete(oldest.value);
  }

  #recent(key: string, nowMs: number): number[] {
    return (this.#answered.get(key) ?? []).filter((atMs) => nowMs - atMs < this.withinMs);
  }
}

/** Who was answered least lately is forgotten first. */
const rememberedMax = 50_000;

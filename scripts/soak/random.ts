/** Chance that a seed decides: Marsaglia's xorshift32 ("Xorshift RNGs", 2003). Good enough to choose faults by. */
export class Random {
  #state: number;

  /** @param seed 32 bits. */
  constructor(seed: number) {
    // Zero is the one state that xorshift never leaves.
    this.#state = seed >>> 0 || 0x9e37_79b9;
  }

  /** From 0 up to 1, without it. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 0x1_0000_0000;
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }
}

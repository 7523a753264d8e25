import type { TurnStore } from '../ports/turns.js';

/**
 * Turns that nodes share out among themselves, such as the sessions of a channel. Who has none stands in line, which is a
 * turn as well; who sees somebody in line takes no second one, and gives its second one up. One node in line at a time is
 * enough: when it has got its own, the next takes its place.
 */
export class TurnShare {
  readonly #line: string;
  #isInLine = false;
  /** Apart: a turn that is only asked for is no reason to give another one up. */
  #asking = 0;
  #held = 0;

  /** @param lineMs how long a place in line lasts: longer than it takes to ask for a turn again. */
  constructor(
    private readonly store: TurnStore,
    private readonly owner: string,
    name: string,
    private readonly lineMs: number,
  ) {
    this.#line = `line for ${name}`;
  }

  /** @returns whether this node may ask for one more; then `taken` or `refused` follows. */
  async ask(): Promise<boolean> {
    this.#asking += 1;
    let may = false;
    try {
      const isFirst = this.#held + this.#asking === 1;
      may = isFirst ? await this.#standInLine() : !(await this.#isSomebodyInLine());
      return may;
    } finally {
      if (!may) this.refused();
    }
  }

  /** What was asked for is this node's, until `over`. */
  async taken(): Promise<void> {
    this.#asking -= 1;
    this.#held += 1;
    // A place that cannot be given back now runs out by itself.
    if (this.#isInLine) await this.#leaveLine().catch(() => {});
  }

  /** What was asked for was not to be had. */
  refused(): void {
    this.#asking -= 1;
  }

  over(): void {
    this.#held -= 1;
  }

  /** @param give ends one, after which it does not count any more; false: it is over by itself. */
  async giveUpIfAsked(give: () => boolean): Promise<void> {
    if (this.#held < 2 || !(await this.#isSomebodyInLine())) return;
    // Others of this node's may have been given, or be over, since.
    if (this.#held >= 2 && give()) this.over();
  }

  /** In vain where another node stands in it already: that one's wish is enough for now. */
  async #standInLine(): Promise<true> {
    const place = { name: this.#line, owner: this.owner, leaseMs: this.lineMs };
    this.#isInLine = (await this.store.takeTurn(place)) !== null;
    return true;
  }

  async #leaveLine(): Promise<void> {
    this.#isInLine = false;
    await this.store.endTurn(this.#line, this.owner);
  }

  async #isSomebodyInLine(): Promise<boolean> {
    await this.#standInLine();
    if (!this.#isInLine) return true;
    await this.#leaveLine();
    return false;
  }
}

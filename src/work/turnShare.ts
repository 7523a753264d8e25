import type { TurnStore } from '../ports/turns.js';

/**
 * Turns that nodes share out among themselves, such as the sessions of a channel. Who has none stands in line, which is a
 * turn as well; who sees somebody in line takes no second one, and gives its second one up. One node in line at a time is
 * enough: when it has got its own, the next takes its place.
 */
export class TurnShare {
  readonly #line: string;
  #isInLine = false;
  /** Turns that this node has or is asking for. */
  #count = 0;

  /** @param lineMs how long a place in line lasts: longer than it takes to ask for a turn again. */
  constructor(
    private readonly store: TurnStore,
    private readonly owner: string,
    name: string,
    private readonly lineMs: number,
  ) {
    this.#line = `line for ${name}`;
  }

  /** @returns whether this node may ask for one more; if so it is counted, until `returned`. */
  async claim(): Promise<boolean> {
    this.#count += 1;
    let may = false;
    try {
      may = this.#count === 1 ? await this.#standInLine() : !(await this.#isSomebodyInLine());
      return may;
    } finally {
      if (!may) this.returned();
    }
  }

  /** One that was asked for is this node's. */
  async taken(): Promise<void> {
    if (this.#isInLine) await this.#leaveLine();
  }

  /** One was not to be had, or is over. */
  returned(): void {
    this.#count -= 1;
  }

  /** @param give ends one; false: it is over by itself. What was given is not counted any more. */
  async giveUpIfAsked(give: () => boolean): Promise<void> {
    if (this.#count < 2 || !(await this.#isSomebodyInLine())) return;
    // Others of this node's may have been given, or be over, since.
    if (this.#count >= 2 && give()) this.returned();
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

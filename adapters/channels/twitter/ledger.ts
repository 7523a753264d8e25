import * as z from 'zod';
import type { Inbox, Part } from '../../../src/ports/channel.js';
import { type Budget, spentSchema } from './budget.js';
import { firstIdAt, isXId } from './ids.js';

/** How far we have read, kept in the store with what we read: it moves only in the transaction that takes the posts. */

const id = z.string().refine(isXId);

const positionSchema = z.strictObject({
  /** Nothing up to here is answered: it was there before the gateway was. */
  floor: id,
  /** The newest mention of a whole sweep. */
  mentions: id,
  /** Search has seen everything up to this time, by X's clock. */
  searchedToMs: z.number(),
  /** The newest direct message. */
  directMessages: id,
  /** The newest post that was taken, whatever way it came. */
  newest: id,
});

export type Position = z.output<typeof positionSchema>;

const savedSchema = z.strictObject({ version: z.literal(1), position: positionSchema, spent: spentSchema });

const cursorName = 'position';

export class Ledger {
  #position: Position;
  #savedRevision = -1;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly inbox: Inbox,
    private readonly budget: Budget,
    position: Position,
  ) {
    this.#position = position;
  }

  /** @returns null on the very first start. @throws when what is stored can't be read: to begin anew would lose posts. */
  static async load(inbox: Inbox, budget: Budget): Promise<Ledger | null> {
    const stored = await inbox.cursor(cursorName);
    if (stored === null) return null;
    const { position, spent } = savedSchema.parse(JSON.parse(stored));
    budget.restore(spent, { read: firstIdAt(position.searchedToMs), dmRead: position.directMessages });
    return new Ledger(inbox, budget, position);
  }

  static async begin(inbox: Inbox, budget: Budget, position: Position): Promise<Ledger> {
    const ledger = new Ledger(inbox, budget, position);
    await ledger.saveSpending();
    return ledger;
  }

  get position(): Position {
    return this.#position;
  }

  /**
   * One commit at a time, so that no position is overwritten by an older one. `prepare` runs when the commits before have
   * ended, so it knows what they took.
   */
  commit(prepare: () => Batch): Promise<void> {
    const run = this.#last.then(async () => this.#write(prepare()));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** What was spent since the last commit, without which a restart would forget it. */
  async saveSpending(): Promise<void> {
    await this.commit(() => ({ parts: [], change: {} }));
  }

  async #write({ parts, change }: Batch): Promise<void> {
    const position = { ...this.#position, ...change };
    const { revision, spent } = this.budget;
    const isNews = parts.length > 0 || revision !== this.#savedRevision || !isSame(position, this.#position);
    if (!isNews) return;
    const value = JSON.stringify({ version: 1, position, spent });
    await this.inbox.accept(parts, { name: cursorName, value });
    this.#position = position;
    this.#savedRevision = revision;
  }
}

function isSame(one: Position, other: Position): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export interface Batch {
  readonly parts: readonly Part[];
  readonly change: Partial<Position>;
}

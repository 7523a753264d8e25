import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Inbox } from '../../../../src/ports/channel.js';

/** By fingerprint of a person or a conversation: when they were answered, oldest first. */
const savedSchema = z.array(z.tuple([z.string(), z.array(z.number())]));

/** Who was answered least lately is forgotten first. */
const rememberedMax = 50_000;
/** Who was answered seldom is far from a cap, and starts anew after a restart. */
const worthSaving = 3;
const savedMax = 5_000;

/**
 * How many public replies a person, and a conversation, get in a day. An automaton that answers our answers is answered so
 * often and no more, over restarts too; people do not come near. Kept as fingerprints, for addresses have their one place
 * in the store. Times are by `Date.now()`, which outlives the process.
 */
export class ReplyCap {
  readonly #answered: Map<string, readonly number[]>;
  #isSaved = true;

  private constructor(
    private readonly inbox: Inbox,
    private readonly name: string,
    private readonly max: number,
    answered: z.output<typeof savedSchema>,
    private readonly withinMs = 86_400_000,
  ) {
    this.#answered = new Map(answered);
  }

  /** @param name of the cursor that holds it. Rejects when the store can't be read. */
  static async load(inbox: Inbox, name: string, max: number): Promise<ReplyCap> {
    const stored = await inbox.cursor(name);
    return new ReplyCap(inbox, name, max, stored === null ? [] : savedSchema.parse(JSON.parse(stored)));
  }

  isReached(key: string, nowMs: number): boolean {
    return this.#recent(fingerprint(key), nowMs).length >= this.max;
  }

  note(key: string, nowMs: number): void {
    const print = fingerprint(key);
    const times = [...this.#recent(print, nowMs), nowMs];
    this.#answered.delete(print);
    this.#answered.set(print, times);
    if (times.length >= Math.min(worthSaving, this.max)) this.#isSaved = false;
    if (this.#answered.size <= rememberedMax) return;
    const oldest = this.#answered.keys().next();
    if (!oldest.done) this.#answered.delete(oldest.value);
  }

  async save(nowMs: number): Promise<void> {
    if (this.#isSaved) return;
    this.#isSaved = true;
    const kept = [...this.#answered.keys()]
      .map((print) => [print, this.#recent(print, nowMs)] as const)
      .filter(([, times]) => times.length >= Math.min(worthSaving, this.max))
      .slice(-savedMax);
    try {
      await this.inbox.accept([], { name: this.name, value: JSON.stringify(kept) });
    } catch (error) {
      this.#isSaved = false;
      throw error;
    }
  }

  #recent(print: string, nowMs: number): readonly number[] {
    return (this.#answered.get(print) ?? []).filter((atMs) => nowMs - atMs < this.withinMs);
  }
}

function fingerprint(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

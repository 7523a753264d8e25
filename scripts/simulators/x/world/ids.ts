/**
 * Ids as X makes them: 64 bits that grow with time, the milliseconds since X's own epoch in the upper 42
 * (https://docs.x.com/fundamentals/x-ids).
 */

const epochMs = 1_288_834_974_657;
const timeShift = 22n;

export class Snowflakes {
  #last = 0n;

  /** An id that no other has and that is newer than all before, also when the clock stepped back. */
  next(nowMs: number): string {
    const byTime = BigInt(Math.max(0, nowMs - epochMs)) << timeShift;
    this.#last = byTime > this.#last ? byTime : this.#last + 1n;
    return String(this.#last);
  }

  /** An id that was made before a restart: those to come are newer. */
  seen(id: string): void {
    const known = BigInt(id);
    if (known > this.#last) this.#last = known;
  }
}

/** What something is made with: chosen anew, or as it was before a restart. */
export interface Stamp {
  readonly id: string;
  readonly atMs: number;
}

/** When the thing with this id was made. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> timeShift) + epochMs;
}

/** Whether `id` is newer than `other`. Decimal numbers without leading zeros compare by length, then as text. */
export function isNewer(id: string, other: string): boolean {
  return id.length === other.length ? id > other : id.length > other.length;
}

export function isId(text: unknown): text is string {
  return typeof text === 'string' && /^\d{1,19}$/.test(text);
}

/**
 * X's ids are 64-bit numbers as decimal text. Their upper bits are the time, so that a newer post has a higher id
 * (https://docs.x.com/fundamentals/x-ids): places in time and places in a timeline are the same thing.
 */

const epochMs = 1_288_834_974_657;
const timeShift = 22n;
const idForm = /^\d{1,20}$/;

export function isXId(value: unknown): value is string {
  return typeof value === 'string' && idForm.test(value);
}

/** @returns under 0 where `one` is older, 0 where both are the same. Good for sorting. */
export function compareIds(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export function newerOf(one: string, other: string): string {
  return compareIds(one, other) >= 0 ? one : other;
}

/** An id that is older than all ids of that millisecond and newer than all before it. */
export function firstIdAt(atMs: number): string {
  return String(BigInt(Math.max(0, Math.floor(atMs) - epochMs)) << timeShift);
}

export const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What a clock and a calendar on the wall show in a time zone. */
export interface WallTime {
  /** Whole days since 1 January 1970, which was a Thursday. */
  readonly day: number;
  /** Milliseconds since midnight, as the clock shows them. */
  readonly timeMs: number;
}

/** @param zone an IANA name, such as `Asia/Makassar`. @throws RangeError for a name that is none. */
export function wallTimeOf(atMs: number, zone: string): WallTime {
  const shownMs = atMs + offsetMs(atMs, zone);
  const day = Math.floor(shownMs / dayMs);
  return { day, timeMs: shownMs - day * dayMs };
}

/** When the wall shows this, in milliseconds since the epoch. Right also across a change of the clocks. */
export function instantOf({ day, timeMs }: WallTime, zone: string): number {
  const shownMs = day * dayMs + timeMs;
  const nearMs = shownMs - offsetMs(shownMs, zone);
  return shownMs - offsetMs(nearMs, zone);
}

/** The day of a date such as `2026-08-17`; NaN where there is no such date, `2026-02-30` included. */
export function dayOf(isoDate: string): number {
  const atMs = Date.parse(`${isoDate}T00:00:00Z`);
  return Number.isNaN(atMs) || !new Date(atMs).toISOString().startsWith(isoDate) ? Number.NaN : atMs / dayMs;
}

/** 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** To make one costs a hundred times what it costs to use it; there are as many as zones in use. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    ...parts,
    second: 'numeric',
    hourCycle: 'h23',
    timeZone: zone,
  });
  formats.set(zone, format);
  return format;
}

/** How far the wall is ahead of UTC. */
function offsetMs(atMs: number, zone: string): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}

import type { Report } from '../domain/report.js';
import { instantOf, minuteMs, wallTimeOf } from './wallClock.js';

/** The country's three zones: WIB, WITA and WIT (Keppres 41/1987). */
const zoneNames = { wib: 'Asia/Jakarta', wita: 'Asia/Makassar', wit: 'Asia/Jayapura' } as const;

/** The provinces of each zone, by Kemendagri code. */
const provincesOf: Readonly<Record<keyof typeof zoneNames, readonly string[]>> = {
  wib: [
    ...['11', '12', '13', '14', '15', '16', '17', '18', '19', '21'],
    ...['31', '32', '33', '34', '35', '36'],
    ...['61', '62'],
  ],
  wita: ['51', '52', '53', '63', '64', '65', '71', '72', '73', '74', '75', '76'],
  wit: ['81', '82', '91', '92', '93', '94', '95', '96'],
};

const zoneOfProvince = new Map(
  (['wib', 'wita', 'wit'] as const).flatMap((zone) =>
    provincesOf[zone].map((province) => [province, zoneNames[zone]] as const),
  ),
);

/**
 * The time zone in which a report's sender likely is. Where its candidate places lie in several zones, nothing is
 * known: a name that may be in Bali or in Java tells no time.
 *
 * @param fallback an IANA name: the channel's own zone.
 */
export function zoneOf(locations: Report['locations'], fallback: string): string {
  let only: string | null = null;
  for (const { code } of locations) {
    const zone = zoneOfProvince.get(code.slice(0, 2)) ?? fallback;
    if (only !== null && zone !== only) return fallback;
    only = zone;
  }
  return only ?? fallback;
}

/** When a citizen is to be left in peace, by the clock on the wall; `from` may be later than `to`, over midnight. */
export interface QuietHours {
  /** `21:00` */
  readonly from: string;
  /** `06:00`: from this minute on, messages are welcome again. Equal to `from`: there are no quiet hours. */
  readonly to: string;
}

/** @returns `nowMs`, or the end of the quiet hours that it falls into. In milliseconds since the epoch. */
export function nextAllowedMs(nowMs: number, zone: string, quietHours: QuietHours): number {
  const fromMs = timeOf(quietHours.from);
  const toMs = timeOf(quietHours.to);
  const now = wallTimeOf(nowMs, zone);
  const isAfterFrom = now.timeMs >= fromMs;
  const isBeforeTo = now.timeMs < toMs;
  const overMidnight = fromMs > toMs;
  if (overMidnight ? !isAfterFrom && !isBeforeTo : !isAfterFrom || !isBeforeTo) return nowMs;
  return instantOf({ day: overMidnight && isAfterFrom ? now.day + 1 : now.day, timeMs: toMs }, zone);
}

function timeOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * minuteMs;
}

import { instantOf, minuteMs, wallTimeOf, weekdayOf } from './wallClock.js';

/**
 * What the service promises, in working days (PermenPANRB 62/2018; the public description of SP4N-LAPOR!). A tracker
 * that gives a due date knows better, and is believed.
 */
export const serviceDays = {
  /** Until an administrator has checked a report and passed it on. */
  verification: 3,
  /** Until the agency has followed up a complaint or a request for information. */
  followUp: 5,
  /** The same for a matter of supervision, */
  supervision: 14,
  /** and for one that needs a look at the site. */
  supervisionOnSite: 60,
  /** From the agency's answer until the ticket closes by itself, where nobody says anything. */
  closing: 10,
  /** From the agency's answer until the citizen is warned of that: two days before. */
  closingWarning: 8,
} as const;

/**
 * A due date ends when offices do: 7.5 hours of work and one of rest from 07:30 (Perpres 21/2023). In the afternoon it
 * is also the same date in all three zones of the country, so it is written right whichever writes it.
 */
const officeClosesMs = 16 * 60 * minuteMs;

const sunday = 0;
const saturday = 6;

interface DueDate {
  readonly dueMs: number;
  /** The same as ISO 8601. */
  readonly dueAt: string;
  /** From midnight to midnight of the day from which it was counted. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The days on which offices work: no Saturday, no Sunday, no holiday and no joint leave. */
export class WorkingCalendar {
  /** Every report of one day has the same due date, so it is counted once: by zone and number of days. */
  readonly #counted = new Map<string, Map<number, DueDate>>();

  /**
   * @param daysOff as `dayOf` gives them.
   * @param years those of which the days off are known. Of others, only weekends are.
   */
  constructor(
    private readonly daysOff: ReadonlySet<number>,
    private readonly years: ReadonlySet<number>,
  ) {}

  /**
   * The end of the last of so many working days. The day of `fromMs` itself does not count, whatever the hour.
   *
   * @param days at least 1.
   * @param zone an IANA name, such as `Asia/Jakarta`.
   * @returns milliseconds since the epoch: 16:00 in that zone.
   */
  addWorkingDays(fromMs: number, days: number, zone: string): number {
    return this.due(fromMs, days, zone).dueMs;
  }

  /** As `addWorkingDays`, and written. */
  due(fromMs: number, days: number, zone: string): Pick<DueDate, 'dueMs' | 'dueAt'> {
    const ofZone = this.#counted.get(zone);
    const counted = ofZone?.get(days);
    if (counted !== undefined && fromMs >= counted.sinceMs && fromMs < counted.untilMs) return counted;
    const due = this.#count(fromMs, days, zone);
    if (ofZone === undefined) this.#counted.set(zone, new Map([[days, due]]));
    else ofZone.set(days, due);
    return due;
  }

  #count(fromMs: number, days: number, zone: string): DueDate {
    if (!Number.isInteger(days) || days < 1) throw new RangeError(`${days} is no number of working days`);
    const { day: first } = wallTimeOf(fromMs, zone);
    let day = first;
    for (let left = days; left > 0; ) {
      day += 1;
      if (this.#isWorkingDay(day)) left -= 1;
    }
    const dueMs = instantOf({ day, timeMs: officeClosesMs }, zone);
    return {
      dueMs,
      dueAt: new Date(dueMs).toISOString(),
      sinceMs: instantOf({ day: first, timeMs: 0 }, zone),
      untilMs: instantOf({ day: first + 1, timeMs: 0 }, zone),
    };
  }

  /** The years between two moments of which no holidays are known, so that dates in them come out too early. */
  unknownYears(fromMs: number, untilMs: number): readonly number[] {
    const first = new Date(fromMs).getUTCFullYear();
    const last = new Date(untilMs).getUTCFullYear();
    return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
      (year) => !this.years.has(year),
    );
  }

  #isWorkingDay(day: number): boolean {
    const weekday = weekdayOf(day);
    return weekday !== sunday && weekday !== saturday && !this.daysOff.has(day);
  }
}

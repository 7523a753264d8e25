import { septetsOf, toGsm7 } from './fit.js';

/** Writes dates as a reply names them: `28 September 2026`. */
export class DateWriter {
  readonly #format: Intl.DateTimeFormat;

  constructor(language: string, timeZone: string) {
    this.#format = new Intl.DateTimeFormat(language, { timeZone, day: 'numeric', month: 'long', year: 'numeric' });
  }

  /** @returns null where `iso` is no date. */
  write(iso: string): string | null {
    const atMs = Date.parse(iso);
    return Number.isNaN(atMs) ? null : toGsm7(this.#format.format(atMs));
  }

  /** Two digits for the day and four for the year, in the month with the longest name. */
  longestSeptets(): number {
    const months = Array.from({ length: 12 }, (_, month) => this.#format.format(Date.UTC(2026, month, 28, 12)));
    return Math.max(...months.map((date) => septetsOf(toGsm7(date))));
  }
}

import { septetsOf, toGsm7 } from './fit.js';

/** Writes dates as a reply names them: `28 September 2026`. */
export class DateWriter {
  readonly #format: Intl.DateTimeFormat;
  /** Every report of a day has the same due date: to write it again costs as much as all the rest of a reply. */
  #last: { readonly iso: string; readonly written: string | null } | null = null;

  constructor(language: string, timeZone: string) {
    this.#format = new Intl.DateTimeFormat(language, { timeZone, day: 'numeric', month: 'long', year: 'numeric' });
  }

  /** @returns null where `iso` is no date. */
  write(iso: string): string | null {
    if (this.#last?.iso === iso) return this.#last.written;
    const atMs = Date.parse(iso);
    const written = Number.isNaN(atMs) ? null : toGsm7(this.#format.format(atMs));
    this.#last = { iso, written };
    return written;
  }

  /** A date that takes as much room as any: two digits for the day, and the month with the longest name. ISO 8601. */
  longestIso(): string {
    const dates = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2026, month, 28, 12)).toISOString());
    return dates.reduce((longest, iso) => (this.#septets(iso) > this.#septets(longest) ? iso : longest));
  }

  longestSeptets(): number {
    return this.#septets(this.longestIso());
  }

  #septets(iso: string): number {
    return septetsOf(this.write(iso) ?? '');
  }
}

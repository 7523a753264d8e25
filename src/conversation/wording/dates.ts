import { septetsOf, toGsm7 } from './fit.js';

/** More than a day has. */
const maxRemembered = 64;

/** Writes dates as a reply names them: `28 September 2026`. */
export class DateWriter {
  readonly #format: Intl.DateTimeFormat;
  /** Every report of a day has the same due date, in each zone: to write it costs as much as all the rest of a reply. */
  readonly #written = new Map<string, string | null>();

  constructor(language: string, timeZone: string) {
    this.#format = new Intl.DateTimeFormat(language, { timeZone, day: 'numeric', month: 'long', year: 'numeric' });
  }

  /** @returns null where `iso` is no date. */
  write(iso: string): string | null {
    const known = this.#written.get(iso);
    if (known !== undefined) return known;
    const atMs = Date.parse(iso);
    const written = Number.isNaN(atMs) ? null : toGsm7(this.#format.format(atMs));
    if (this.#written.size >= maxRemembered) this.#written.clear();
    this.#written.set(iso, written);
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

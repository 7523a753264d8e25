import { basename, join } from 'node:path';
import * as z from 'zod';
import type { ConfigFileFault } from '../config/fault.js';
import { readYamlFile, type YamlFile } from '../config/yamlFile.js';
import { yamlFilesIn } from '../config/yamlFolder.js';
import { parseWith } from '../ports/parseWith.js';
import { serviceDays, WorkingCalendar } from './calendar.js';
import { dayOf } from './wallClock.js';

export type CalendarResult =
  | {
      readonly ok: true;
      readonly calendar: WorkingCalendar;
      /** Of years that are near and not told. */
      readonly warnings: readonly ConfigFileFault[];
    }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

const dates = z.record(
  z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2026-08-17'),
  z.string().min(1).max(100),
);

const holidaysSchema = z.strictObject({
  source: z.string().min(1).describe('Where the dates come from'),
  holidays: dates,
  jointLeave: dates,
});

/**
 * Reads the days off, one file for each year, and tells all that is wrong with any at once.
 *
 * @param directory holds `2026.yaml` and so on.
 * @param nowMs tells which years are needed.
 */
export function loadCalendar(directory: string, nowMs: number): CalendarResult {
  const files = yamlFilesIn(directory);
  if (typeof files === 'string') return { ok: false, faults: [wholeFileFault(directory, `cannot be read: ${files}`)] };
  const daysOff = new Set<number>();
  const years = new Set<number>();
  const faults: ConfigFileFault[] = [];
  for (const name of files) {
    const loaded = loadYear(join(directory, name));
    if (!loaded.ok) {
      faults.push(...loaded.faults);
      continue;
    }
    years.add(loaded.year);
    for (const day of loaded.days) daysOff.add(day);
  }
  if (faults.length > 0) return { ok: false, faults };
  const calendar = new WorkingCalendar(daysOff, years);
  return { ok: true, calendar, warnings: yearWarnings(calendar, directory, nowMs) };
}

type YearResult =
  | { readonly ok: true; readonly year: number; readonly days: readonly number[] }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

function loadYear(file: string): YearResult {
  const year = /^(\d{4})\.yaml$/.exec(basename(file))?.[1];
  if (year === undefined) {
    const message = 'not the name of a file of holidays; expected a year and `.yaml`, such as `2026.yaml`';
    return { ok: false, faults: [wholeFileFault(file, message)] };
  }
  const read = readYamlFile(file);
  if (!read.ok) return read;
  const parsed = parseWith(holidaysSchema, read.yaml.value);
  if (!parsed.ok)
    return { ok: false, faults: parsed.faults.map(({ path, message }) => read.yaml.fault(path, message)) };
  const { holidays, jointLeave } = parsed.config;
  const faults = [
    ...dateFaults(read.yaml, 'holidays', Object.keys(holidays), year),
    ...dateFaults(read.yaml, 'jointLeave', Object.keys(jointLeave), year),
    ...repeatedFaults(read.yaml, holidays, jointLeave),
  ];
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, year: Number(year), days: [...Object.keys(holidays), ...Object.keys(jointLeave)].map(dayOf) };
}

function dateFaults(yaml: YamlFile, block: string, found: readonly string[], year: string): ConfigFileFault[] {
  return found.flatMap((date) => {
    if (!date.startsWith(year)) return [yaml.fault([block, date], `another year than the file's, which is ${year}`)];
    return Number.isNaN(dayOf(date)) ? [yaml.fault([block, date], 'there is no such date')] : [];
  });
}

function repeatedFaults(yaml: YamlFile, holidays: object, jointLeave: object): ConfigFileFault[] {
  return Object.keys(jointLeave)
    .filter((date) => Object.hasOwn(holidays, date))
    .map((date) => yaml.fault(['jointLeave', date], 'stands under `holidays` already; keep one of the two'));
}

/** A report of today may be due as late as this, weekends and holidays included. */
const longestAheadMs = serviceDays.supervisionOnSite * 2 * 24 * 60 * 60_000;

function yearWarnings(calendar: WorkingCalendar, directory: string, nowMs: number): ConfigFileFault[] {
  return calendar.unknownYears(nowMs, nowMs + longestAheadMs).map((year) => {
    const file = join(directory, `${year}.yaml`);
    return wholeFileFault(file, `missing: due dates in ${year} will leave out weekends only, and come too early`);
  });
}

function wholeFileFault(file: string, message: string): ConfigFileFault {
  return { file, line: 1, column: 1, key: '', message };
}

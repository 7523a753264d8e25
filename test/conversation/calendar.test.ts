import { expect } from 'chai';
import fc from 'fast-check';
import { packagedFile } from '../../src/config/env.js';
import { serviceDays, type WorkingCalendar } from '../../src/conversation/calendar.js';
import { loadCalendar } from '../../src/conversation/calendarLoad.js';
import { tempFolder } from '../config/tempFolder.js';

const nowMs = Date.parse('2026-11-21T13:00:00Z');

function packagedCalendar(): WorkingCalendar {
  const loaded = loadCalendar(packagedFile('config', 'holidays'), nowMs);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.calendar;
}

describe('WorkingCalendar', () => {
  const calendar = packagedCalendar();
  const jakarta = 'Asia/Jakarta';

  const cases: ReadonlyArray<{
    label: string;
    from: string;
    days: number;
    zone?: string;
    due: string;
  }> = [
    { label: 'three days of one week', from: '2026-11-23T09:00+07:00', days: 3, due: '2026-11-26T16:00+07:00' },
    { label: 'the hour does not matter', from: '2026-11-23T23:59+07:00', days: 3, due: '2026-11-26T16:00+07:00' },
    { label: 'over a weekend', from: '2026-11-26T09:00+07:00', days: 3, due: '2026-12-01T16:00+07:00' },
    { label: 'from a Saturday', from: '2026-11-21T20:00+07:00', days: 3, due: '2026-11-25T16:00+07:00' },
    { label: 'over joint leave and Christmas', from: '2026-12-22T09:00+07:00', days: 3, due: '2026-12-29T16:00+07:00' },
    { label: 'over the year’s end', from: '2026-12-30T09:00+07:00', days: 3, due: '2027-01-06T16:00+07:00' },
    { label: 'over Idul Fitri of 2026', from: '2026-03-17T09:00+07:00', days: 3, due: '2026-03-27T16:00+07:00' },
    {
      label: 'over Nyepi and Idul Fitri of 2027',
      from: '2027-03-05T09:00+07:00',
      days: 3,
      due: '2027-03-18T16:00+07:00',
    },
    { label: 'over Easter of 2027', from: '2027-03-24T09:00+07:00', days: 1, due: '2027-03-29T16:00+07:00' },
    {
      label: 'a holiday on a Sunday costs nothing',
      from: '2026-05-29T09:00+07:00',
      days: 1,
      due: '2026-06-02T16:00+07:00',
    },
    {
      label: 'the night is another date in the east',
      from: '2026-11-23T23:00+07:00',
      days: 1,
      zone: 'Asia/Jayapura',
      due: '2026-11-25T16:00+09:00',
    },
    {
      label: 'a zone that sets its clocks',
      from: '2026-10-23T09:00+02:00',
      days: 1,
      zone: 'Europe/Amsterdam',
      due: '2026-10-26T16:00+01:00',
    },
    { label: 'sixty days', from: '2026-09-01T09:00+07:00', days: 60, due: '2026-11-24T16:00+07:00' },
    {
      label: 'a year without holidays: weekends only',
      from: '2028-12-22T09:00+07:00',
      days: 1,
      due: '2028-12-25T16:00+07:00',
    },
  ];
  for (const { label, from, days, zone = jakarta, due } of cases) {
    it(label, () => {
      const dueMs = calendar.addWorkingDays(Date.parse(from), days, zone);
      expect(new Date(dueMs).toISOString()).to.equal(new Date(due).toISOString());
    });
  }

  it('remembers nothing that is not so: asked in any order, it tells the same', () => {
    const anyDay = fc.integer({ min: Date.parse('2025-12-01'), max: Date.parse('2028-02-01') });
    const zone = fc.constantFrom(jakarta, 'Asia/Makassar', 'Asia/Jayapura');
    const question = fc.tuple(anyDay, fc.constantFrom(...Object.values(serviceDays)), zone);
    fc.assert(
      fc.property(fc.array(question, { maxLength: 12 }), (questions) => {
        for (const [fromMs, days, inZone] of questions) {
          const dueMs = calendar.addWorkingDays(fromMs, days, inZone);
          expect(dueMs).to.equal(packagedCalendar().addWorkingDays(fromMs, days, inZone));
          expect(dueMs).to.be.above(fromMs);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('tells each zone its own date, of one moment', () => {
    const lateMs = Date.parse('2026-11-23T23:00+07:00');
    const dates = [jakarta, 'Asia/Makassar', 'Asia/Jayapura'].map((zone) =>
      new Date(calendar.addWorkingDays(lateMs, 1, zone)).toISOString(),
    );
    expect(dates).to.deep.equal(['2026-11-24T09:00:00.000Z', '2026-11-25T08:00:00.000Z', '2026-11-25T07:00:00.000Z']);
  });

  it('refuses to count no days at all', () => {
    for (const days of [0, -1, 1.5, Number.NaN]) {
      expect(() => calendar.addWorkingDays(nowMs, days, jakarta)).to.throw(RangeError);
    }
  });
});

describe('loadCalendar', () => {
  const folder = tempFolder();
  const good = 'source: SKB\nholidays:\n  2026-08-17: Proklamasi\njointLeave:\n  2026-12-24: Natal\n';
  let count = 0;

  function found(files: Readonly<Record<string, string>>): readonly string[] {
    count += 1;
    for (const [name, content] of Object.entries(files)) folder.write(`${count}/${name}`, content);
    const loaded = loadCalendar(folder.path(String(count)), nowMs);
    return (loaded.ok ? loaded.warnings : loaded.faults).map(
      ({ file, line, key, message }) => `${file.split('/').at(-1)}:${line} ${key}: ${message}`,
    );
  }

  const year2027 = good.replaceAll('2026', '2027');
  const cases: ReadonlyArray<{ label: string; files: Readonly<Record<string, string>>; found: readonly string[] }> = [
    { label: 'takes a year and the next', files: { '2026.yaml': good, '2027.yaml': year2027 }, found: [] },
    {
      label: 'warns of a year that is near and not told',
      files: { '2026.yaml': good },
      found: ['2027.yaml:1 : missing: due dates in 2027 will leave out weekends only, and come too early'],
    },
    {
      label: 'a day that is none',
      files: { '2026.yaml': good.replace('08-17', '02-30') },
      found: ['2026.yaml:3 holidays.2026-02-30: there is no such date'],
    },
    {
      label: 'a day of another year',
      files: { '2026.yaml': good.replace('2026-12-24', '2025-12-24') },
      found: ["2026.yaml:5 jointLeave.2025-12-24: another year than the file's, which is 2026"],
    },
    {
      label: 'a day told twice',
      files: { '2026.yaml': good.replace('2026-12-24', '2026-08-17') },
      found: ['2026.yaml:5 jointLeave.2026-08-17: stands under `holidays` already; keep one of the two'],
    },
    {
      label: 'no date at all',
      files: { '2026.yaml': good.replace('2026-08-17', '17 Agustus') },
      found: ['2026.yaml:3 holidays.17 Agustus: not a fit name: expected a date such as 2026-08-17'],
    },
    {
      label: 'a key that is not known',
      files: { '2026.yaml': good.replace('jointLeave', 'jointLeaves') },
      found: [
        '2026.yaml:1 jointLeave: missing; expected a block of keys',
        '2026.yaml:4 jointLeaves: unknown key `jointLeaves`; did you mean `jointLeave`?',
      ],
    },
    {
      label: 'a file that is named after no year',
      files: { 'libur.yaml': good },
      found: ['libur.yaml:1 : not the name of a file of holidays; expected a year and `.yaml`, such as `2026.yaml`'],
    },
    {
      label: 'what YAML takes for no block',
      files: { '2026.yaml': 'holidays: [' },
      found: ['2026.yaml:1 : the indentation fits no block above'],
    },
  ];
  for (const c of cases) it(c.label, () => expect(found(c.files)).to.deep.equal(c.found));

  it('says when the folder is not there', () => {
    const loaded = loadCalendar(folder.path('nowhere'), nowMs);
    expect(loaded.ok ? [] : loaded.faults.map(({ message }) => message)).to.deep.equal([
      'cannot be read: there is no such file',
    ]);
  });

  it('is packaged with this year and the next', () => {
    const loaded = loadCalendar(packagedFile('config', 'holidays'), nowMs);
    expect(loaded.ok && loaded.warnings).to.deep.equal([]);
  });
});

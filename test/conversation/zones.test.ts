import { expect } from 'chai';
import { getProvinces } from 'idn-area-data';
import { nextAllowedMs, zoneOf } from '../../src/conversation/zones.js';
import type { Report } from '../../src/domain/report.js';

function places(...codes: readonly string[]): Report['locations'] {
  return codes.map((code) => ({ code, name: code, level: 'regency', evidence: code }));
}

describe('zoneOf', () => {
  const elsewhere = 'Etc/UTC';

  it('has a zone of the country for every province', async () => {
    const provinces = await getProvinces();
    expect(provinces).to.have.length(38);
    for (const { code, name } of provinces) {
      expect(zoneOf(places(code), elsewhere), name).to.be.oneOf(['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura']);
    }
  });

  const cases: ReadonlyArray<{ label: string; codes: readonly string[]; zone: string }> = [
    { label: 'Aceh', codes: ['11.06'], zone: 'Asia/Jakarta' },
    { label: 'Pontianak, in the west of Kalimantan', codes: ['61.71'], zone: 'Asia/Jakarta' },
    { label: 'Banjarbaru, in its south', codes: ['63.72'], zone: 'Asia/Makassar' },
    { label: 'Buleleng', codes: ['51.08'], zone: 'Asia/Makassar' },
    { label: 'Ambon', codes: ['81.71'], zone: 'Asia/Jayapura' },
    { label: 'Sorong, in a new province', codes: ['96.71'], zone: 'Asia/Jayapura' },
    { label: 'two of one zone', codes: ['32.04', '32.73'], zone: 'Asia/Jakarta' },
    { label: 'two that agree on nothing', codes: ['35.10', '51.01'], zone: elsewhere },
    { label: 'no place', codes: [], zone: elsewhere },
    { label: 'a code that is on no list', codes: ['99.01'], zone: elsewhere },
  ];
  for (const c of cases) it(c.label, () => expect(zoneOf(places(...c.codes), elsewhere)).to.equal(c.zone));
});

describe('nextAllowedMs', () => {
  const night = { from: '21:00', to: '06:00' };
  const cases: ReadonlyArray<{
    label: string;
    now: string;
    zone?: string;
    hours?: { from: string; to: string };
    allowed: string;
  }> = [
    { label: 'by day, at once', now: '2026-11-23T12:00:05+07:00', allowed: '2026-11-23T12:00:05+07:00' },
    { label: 'late, in the morning', now: '2026-11-23T21:00+07:00', allowed: '2026-11-24T06:00+07:00' },
    {
      label: 'a moment before, at once',
      now: '2026-11-23T20:59:59.999+07:00',
      allowed: '2026-11-23T20:59:59.999+07:00',
    },
    { label: 'early, the same morning', now: '2026-11-24T05:59:59+07:00', allowed: '2026-11-24T06:00+07:00' },
    { label: 'at the end, at once', now: '2026-11-24T06:00+07:00', allowed: '2026-11-24T06:00+07:00' },
    { label: 'at midnight', now: '2026-11-24T00:00+07:00', allowed: '2026-11-24T06:00+07:00' },
    { label: 'at the year’s end', now: '2026-12-31T23:00+07:00', allowed: '2027-01-01T06:00+07:00' },
    {
      label: 'earlier in the east',
      now: '2026-11-23T19:30+07:00',
      zone: 'Asia/Jayapura',
      allowed: '2026-11-24T06:00+09:00',
    },
    {
      label: 'hours within one day',
      now: '2026-11-23T12:30+07:00',
      hours: { from: '12:00', to: '13:00' },
      allowed: '2026-11-23T13:00+07:00',
    },
    {
      label: 'outside of hours within one day',
      now: '2026-11-23T13:30+07:00',
      hours: { from: '12:00', to: '13:00' },
      allowed: '2026-11-23T13:30+07:00',
    },
    {
      label: 'equal ends: no quiet hours',
      now: '2026-11-23T23:00+07:00',
      hours: { from: '06:00', to: '06:00' },
      allowed: '2026-11-23T23:00+07:00',
    },
    {
      label: 'the night in which clocks are set back',
      now: '2026-10-24T23:00+02:00',
      zone: 'Europe/Amsterdam',
      allowed: '2026-10-25T06:00+01:00',
    },
  ];
  for (const { label, now, zone = 'Asia/Jakarta', hours = night, allowed } of cases) {
    it(label, () => {
      const allowedMs = nextAllowedMs(Date.parse(now), zone, hours);
      expect(new Date(allowedMs).toISOString()).to.equal(new Date(allowed).toISOString());
    });
  }
});

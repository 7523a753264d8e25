import { expect } from 'chai';
import { MetricsPage } from '../../../scripts/peers/metricsPage.js';
import { memoryFaults, restingFaults, type Sample, sampleOf } from '../../../scripts/soak/samples.js';

const minuteMs = 60_000;

/** A run of so many minutes, a sample each six seconds. */
function run(minutes: number, residentMb: (minute: number) => number): Sample[] {
  return Array.from({ length: minutes * 10 + 1 }, (_, index) => ({
    atMs: (index * minuteMs) / 10,
    residentMb: residentMb(index / 10),
    timers: 20,
    sockets: 10,
  }));
}

const memoryCases = [
  { label: 'flat', samples: run(30, () => 120), faults: 0 },
  { label: 'a heap that finds its size and stays', samples: run(30, (at) => Math.min(90 + at * 10, 130)), faults: 0 },
  { label: 'a leak of 2 MB a minute', samples: run(30, (at) => 100 + 2 * at), faults: 1 },
  { label: 'growth in a run too short to tell', samples: run(2, (at) => 80 + 20 * at), faults: 0 },
  { label: 'a peak beyond what is asked', samples: run(2, (at) => (at === 1 ? 300 : 100)), faults: 1 },
];

describe("soak's samples", () => {
  for (const { label, samples, faults } of memoryCases) {
    it(`memory: ${label}`, () => {
      expect(memoryFaults(samples)).to.have.length(faults);
    });
  }

  const rest: Sample = { atMs: 0, residentMb: 100, timers: 16, sockets: 7 };
  const restingCases = [
    { label: 'as before', after: rest, faults: [] },
    { label: 'within the slack', after: { ...rest, timers: 18, sockets: 12 }, faults: [] },
    { label: 'timers that nobody cleared', after: { ...rest, timers: 116 }, faults: ['timers'] },
    { label: 'sockets that nobody closed', after: { ...rest, sockets: 70 }, faults: ['sockets'] },
  ];
  for (const { label, after, faults } of restingCases) {
    it(`at rest: ${label}`, () => {
      expect(restingFaults(rest, after).map((fault) => fault.split(' ')[0])).to.deep.equal(faults);
    });
  }

  it('are read from /metrics', () => {
    const page = new MetricsPage(
      [
        '# HELP process_resident_memory_bytes Resident memory size in bytes.',
        'process_resident_memory_bytes 104857600',
        'nodejs_active_resources{type="Timeout"} 16',
        'nodejs_active_resources{type="TCPSocketWrap"} 5',
        'nodejs_active_resources{type="TCPServerWrap"} 1',
        'nodejs_active_resources_total 22',
      ].join('\n'),
    );
    expect(sampleOf(page)).to.include({ residentMb: 100, timers: 16, sockets: 6 });
  });
});

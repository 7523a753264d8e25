import { expect } from 'chai';
import { busySeconds, cpuSeconds, kilobytes } from '../../../scripts/bench/procfs.js';

// Written after proc_pid_status(5), proc_pid_stat(5) and proc_stat(5).
const status = 'Name:\tnode\nVmPeak:\t 1062316 kB\nVmHWM:\t   88404 kB\nVmRSS:\t   61200 kB\n';

describe('bench: /proc', () => {
  it('reads memory from status', () => {
    expect(kilobytes(status, 'VmHWM')).to.equal(88_404);
    expect(kilobytes(status, 'VmRSS')).to.equal(61_200);
  });

  it('reads processor time from stat, whatever the command is called', () => {
    expect(cpuSeconds('4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 900 0 3 0 150 50 7 7 20 0 11 0')).to.equal(2);
  });

  it('adds up what all processors did, without idle, iowait and guests', () => {
    expect(busySeconds('cpu  100 10 50 99999 888 20 15 5 70 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n')).to.equal(2);
  });
});

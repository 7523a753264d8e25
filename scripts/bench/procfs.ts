import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel knows of one process (man proc_pid_status, proc_pid_stat); null where there is no /proc. */
export interface ProcessUse {
  /** VmRSS. */
  readonly residentMb: number;
  /** VmHWM: the peak since the process began, which no sampling can miss. */
  readonly peakResidentMb: number;
  /** User and system time so far, of all threads. */
  readonly cpuSeconds: number;
}

/** USER_HZ, which is 100 on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

export function processUse(pid: number): ProcessUse | null {
  let status: string;
  let stat: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  return {
    residentMb: kilobytes(status, 'VmRSS') / 1024,
    peakResidentMb: kilobytes(status, 'VmHWM') / 1024,
    cpuSeconds: cpuSeconds(stat),
  };
}

export function kilobytes(status: string, field: string): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status);
  return found === null ? 0 : Number(found[1]);
}

/** Fields 14 and 15, counted after the command name, which may itself hold spaces and parentheses. */
export function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Time that all processors together were busy since boot (man proc_stat: all but idle and iowait); null without /proc. */
export function busyCpuSeconds(): number | null {
  try {
    return busySeconds(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

export function busySeconds(stat: string): number {
  // cpu user nice system idle iowait irq softirq steal guest…; guest time is part of user time.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = stat
    .slice(0, stat.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** A process and its children: PostgreSQL has one for each connection. */
export function familyOf(pid: number): number[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children.map(Number)];
}

/** Field 4, counted after the command name, which may itself hold spaces and parentheses. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

import type { Sample } from './samples.js';
import type { SoakResult } from './soak.js';

/** What a soak came to, for whoever watches. */
export function summaryOf({ evidence, faults, samples, resting, broken }: SoakResult): string {
  const { texts, filed, inboxes } = evidence;
  const replies = [...inboxes.values()].reduce((total, messages) => total + messages.length, 0);
  const rows: readonly (readonly [what: string, count: string | number])[] = [
    ['texts', texts.length],
    ['reports filed', filed.length],
    ['  submitted again', filed.reduce((total, { submissions }) => total + submissions - 1, 0)],
    ['SMS on handsets', replies],
    ['  sent again, perhaps sent before', evidence.resentReplies],
    ['dead letters, all of malformed PDUs', evidence.deadLetters],
    ['faults', [...faults.values()].reduce((total, count) => total + count, 0)],
    ...[...faults].sort().map(([name, count]) => [`  ${name}`, count] as const),
    ['resident MB, by quarters', quarters(samples)],
    ['timers at rest, before and after', `${resting.before.timers}, ${resting.after.timers}`],
    ['sockets at rest, before and after', `${resting.before.sockets}, ${resting.after.sockets}`],
    ['most timers, sockets under load', `${most(samples, 'timers')}, ${most(samples, 'sockets')}`],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  const table = rows.map(([what, count]) => `${what.padEnd(width)}  ${count}`);
  const verdict = broken.length === 0 ? ['All promises were kept.'] : broken.map((line) => `BROKEN: ${line}`);
  return [...table, ...verdict].join('\n');
}

function quarters(samples: readonly Sample[]): string {
  const at = [0, 0.25, 0.5, 0.75, 1].map((share) => samples[Math.floor(share * (samples.length - 1))]?.residentMb ?? 0);
  return at.map((mb) => mb.toFixed(0)).join(', ');
}

function most(samples: readonly Sample[], kind: 'timers' | 'sockets'): number {
  return Math.max(0, ...samples.map((sample) => sample[kind]));
}

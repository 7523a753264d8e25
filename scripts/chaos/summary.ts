import type { Round } from './round.js';

/** What a round came to, for whoever watches. */
export function summaryOf({ evidence, kills, partsSentAgain }: Round): string[] {
  const { texts, filed, inboxes, store } = evidence;
  const messages = [...inboxes].flatMap(([number, all]) => all.map((text) => `${number} ${text}`));
  const rows: readonly (readonly [what: string, count: number])[] = [
    ['kills', kills],
    ['texts', texts.length],
    ['parts sent again by the telco', partsSentAgain],
    ['  of them in the store already', store.duplicateParts],
    ['reports submitted to the tracker again', filed.reduce((total, { submissions }) => total + submissions - 1, 0)],
    ['replies', store.replies.length],
    ['  taken up again, perhaps sent before', store.replies.filter(({ takenUpAgain }) => takenUpAgain > 0).length],
    ['  that came to the citizen twice', messages.length - new Set(messages).size],
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, count]) => `${what.padEnd(width)} ${String(count).padStart(6)}`);
}

import type { FiledReport } from './forwarding.js';
import type { Walk } from './takingIn.js';

const turn = { name: 'walk', owner: 'walk', leaseMs: 15_000 } as const;

/** What metrics, health checks and an operator's eyes ask. */
export async function askAll({ store, nowMs }: Walk, reports: readonly FiledReport[]): Promise<void> {
  for (const { reportId, trackingId } of reports.slice(0, 5)) {
    await store.trace(reportId);
    await store.trace(trackingId);
    await store.storedParts({ by: 'report', id: reportId }, 10);
  }
  await store.counts();
  await store.channelCounts();
  await store.channelHolds();
  await store.acts({ limit: 20 });
  await store.acts({ limit: 20, subject: 'telco1' });
  await store.probe(nowMs);
  await store.takeTurn(turn);
  await store.takeTurn(turn);
  await store.endTurn(turn.name, turn.owner);
  store.onHint?.(() => {});
}

/** What an operator's commands do. */
export async function workAsOperator({ store, nowMs }: Walk, reports: readonly FiledReport[]): Promise<void> {
  const letters = await store.deadLetters();
  await store.deadLetters({ limit: 5, afterId: letters[0]?.id ?? 0, code: '11' });
  await store.retryDeadLetters(
    letters.slice(0, 20).map(({ id }) => id),
    nowMs,
  );
  const left = await store.deadLetters({ limit: 1_000 });
  const [last] = left.slice(-1);
  await store.retryDeadLetters(
    left.filter(({ kind }) => kind !== 'part').map(({ id }) => id),
    nowMs,
  );
  const unreadable = await store.storedParts({ by: 'unreadable' }, 5);
  const waiting = await store.storedParts({ by: 'number', partIds: [1, 2, 3] }, 5);
  const ofReports = await Promise.all(
    reports.slice(0, 2).map(({ reportId }) => store.storedParts({ by: 'report', id: reportId }, 1)),
  );
  for (const { partId } of [...unreadable, ...waiting, ...ofReports.flat()]) {
    const request = { partId, encoding: 'latin1', textOffset: 0, atMs: nowMs };
    await store.redecodePart({ ...request, apply: false });
    await store.redecodePart({ ...request, apply: true });
  }
  if (last !== undefined) await store.discardDeadLetters([last.id], 'a walk', nowMs);
  const act = { atMs: nowMs, actor: 'walk', act: 'channel pause', subject: 'telco1', reason: null };
  for (const hold of ['paused', null] as const) {
    const id = await store.beginAct({ ...act, hold });
    await store.channelHolds();
    await store.endAct(id, { atMs: nowMs, result: 'done', detail: '' });
  }
}

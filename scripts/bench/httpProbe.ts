import { setTimeout as sleep } from 'node:timers/promises';

const probeEveryMs = 50;
const probeTimeoutMs = 2_000;

/** Asks `url` until `isReady` likes the answer. Rejects with the reason of `gone`, or when it takes too long. */
export async function waitForHttp(
  url: string,
  isReady: (status: number, body: string) => boolean,
  gone: AbortSignal,
  withinMs: number,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  let last = 'no connection';
  while (performance.now() < endMs) {
    gone.throwIfAborted();
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) });
      const body = await answer.text();
      if (isReady(answer.status, body)) return;
      last = `${answer.status} ${body.slice(0, 200)}`;
    } catch {
      // Not listening yet.
    }
    await sleep(probeEveryMs);
  }
  throw new Error(`${url} was not ready within ${withinMs} ms; its last answer: ${last}`);
}

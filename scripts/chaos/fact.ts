import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 20;

/**
 * Waits until `look` finds something; for facts that nobody announces, such as another process's state.
 * @param gone ends the waiting with its reason, for a fact that can no longer come about.
 * @throws Error that names the fact, when it has not come about within `limitMs`.
 */
export async function fact<Found>(
  name: string,
  look: () => Found | undefined | Promise<Found | undefined>,
  limitMs: number,
  gone?: AbortSignal,
): Promise<Found> {
  const untilMs = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    gone?.throwIfAborted();
    if (Date.now() >= untilMs) throw new Error(`waited ${limitMs} ms in vain for this: ${name}`);
    await pause(lookEveryMs);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Cursor, Inbox, Part } from '../../../src/ports/channel.js';
import type { Log } from '../../../src/ports/log.js';
import type { BotApi } from './api.js';
import type { TelegramConfig } from './config.js';
import { updateIdOf } from './message.js';

/** What the Bot API should tell of; without it, it tells of everything but a few. */
export const allowedUpdates = ['message', 'edited_message'] as const;

const cursorName = 'offset';
/** On top of the wait that was asked for. */
const graceMs = 10_000;
const longestRetryMs = 60_000;

/**
 * Long polling. An update is confirmed by asking for the next one, so the offset moves only with the commit, in its
 * transaction: what was not stored comes again, also after a crash.
 */
export async function poll(
  api: BotApi,
  config: TelegramConfig,
  inbox: Inbox,
  partsOf: (updates: readonly unknown[]) => readonly Part[],
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    if (await pollOnce(api, config, inbox, partsOf, stop)) {
      failures = 0;
      continue;
    }
    if (stop.aborted) return;
    failures += 1;
    if (failures === 1) log.warn({}, 'Telegram was not asked, or the store took nothing: tried again until it does');
    const waitMs = Math.min(config.retrySeconds * 1_000 * 2 ** Math.min(failures - 1, 10), longestRetryMs);
    await delay(waitMs, undefined, { signal: stop }).catch(() => {});
  }
}

/** @returns false where it has to be tried again, after a while. */
async function pollOnce(
  api: BotApi,
  config: TelegramConfig,
  inbox: Inbox,
  partsOf: (updates: readonly unknown[]) => readonly Part[],
  stop: AbortSignal,
): Promise<boolean> {
  try {
    const offset = await inbox.cursor(cursorName);
    const called = await api.call({
      method: 'getUpdates',
      params: { offset: Number(offset ?? 0), timeout: config.pollSeconds, allowed_updates: allowedUpdates },
      timeoutMs: config.pollSeconds * 1_000 + graceMs,
      stop,
    });
    if (called.kind !== 'done' || !Array.isArray(called.result)) return false;
    const updates: readonly unknown[] = called.result;
    const ids = updates.flatMap((update) => updateIdOf(update) ?? []);
    if (ids.length === 0) return true;
    const next: Cursor = { name: cursorName, value: String(Math.max(...ids) + 1) };
    await inbox.accept(partsOf(updates), next);
    return true;
  } catch {
    return false;
  }
}

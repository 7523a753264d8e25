import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../src/ports/log.js';
import type { DeliveredEvent, TrackerEventSink } from '../../src/ports/tracker.js';

export interface EventsPage {
  readonly events: readonly DeliveredEvent[];
  /** Where the next page begins. */
  readonly cursor: string;
  /** Whether the peer is likely to have more right now. */
  readonly more: boolean;
}

export interface EventSource {
  /**
   * Reads what follows `cursor` (null: from the beginning). Throws when it can't; the message must be fit
   * for a log. An `EventSourceFault` may say how long to wait.
   */
  read(cursor: string | null, stop: AbortSignal): Promise<EventsPage>;
  readonly everyMs: number;
  /** The longest wait between two attempts while the source or the store fails. */
  readonly backOffMaxMs: number;
}

export class EventSourceFault extends Error {
  override readonly name = 'EventSourceFault';
  constructor(
    message: string,
    readonly afterMs?: number,
  ) {
    super(message);
  }
}

/**
 * Carries events from a source into the sink until `stop` fires. The cursor moves only with a batch that the sink
 * has committed, so whatever fails is read again. Never rejects.
 */
export async function pollEvents(
  source: EventSource,
  sink: TrackerEventSink,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    let waitMs: number;
    try {
      waitMs = await carryPage(source, sink, stop);
      if (failures > 0) log.info({ failures }, 'status events come in again');
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      failures += 1;
      waitMs = waitAfterFailureMs(source, failures, error);
      log.warn({ cause: causeOf(error), failures, waitMs }, 'could not take in status events; tries again');
    }
    await pause(waitMs, stop);
  }
}

/** @returns how long to wait before the next page. */
async function carryPage(source: EventSource, sink: TrackerEventSink, stop: AbortSignal): Promise<number> {
  const cursor = await sink.cursor();
  const page = await source.read(cursor, stop);
  if (page.events.length > 0 || page.cursor !== cursor) await sink.accept(page.events, page.cursor);
  // A peer that repeats its page without moving the cursor must not be asked in a busy loop.
  return page.more && page.cursor !== cursor ? 0 : source.everyMs;
}

function waitAfterFailureMs(source: EventSource, failures: number, error: unknown): number {
  const asked = error instanceof EventSourceFault ? (error.afterMs ?? 0) : 0;
  const doubled = source.everyMs * 2 ** Math.min(failures - 1, 20);
  return Math.max(asked, Math.min(doubled, Math.max(source.backOffMaxMs, source.everyMs)));
}

function causeOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}

async function pause(waitMs: number, stop: AbortSignal): Promise<void> {
  if (waitMs === 0) return;
  try {
    await delay(waitMs, undefined, { signal: stop });
  } catch {
    // `stop` fired: the loop sees it.
  }
}

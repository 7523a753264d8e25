import { createServer } from 'node:http';
import { closeHttp, jsonApi, listen } from '../http.js';
import { Timers } from '../timers.js';
import { trackerApi } from './api.js';
import { controlRoutes } from './control.js';
import { defaultRetryDelaysMs } from './emitter.js';
import { TrackerSimulator } from './simulator.js';

export interface TrackerSimulatorOptions {
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  /** Any free port when left out or 0. */
  readonly port?: number;
  readonly controlPort?: number;
  /** Asked of the gateway as a Bearer token; nothing is asked when left out. */
  readonly token?: string;
  /** Where events are pushed to; when left out they can only be polled. */
  readonly events?: {
    readonly url: string;
    /** `whsec_…` */
    readonly secret: string;
    readonly retryDelaysMs?: readonly number[];
    readonly timeoutMs?: number;
  };
  /** Reports and follow-ups whose content is kept; 1,000. */
  readonly keep?: number;
  /** 2,000,000, at about 250 bytes each; beyond, reports are refused with 507. */
  readonly maxTickets?: number;
  readonly firstTrackingId?: number;
}

/** Longer than the gateway keeps an idle connection, so that the tracker is never the one to close first. */
const keepAliveTimeoutMs = 75_000;

export interface RunningTracker {
  readonly port: number;
  readonly controlPort: number;
  readonly simulator: TrackerSimulator;
  close(): Promise<void>;
}

/** Starts a tracker with its control API. Rejects when a port is taken. */
export async function startTrackerSimulator(options: TrackerSimulatorOptions = {}): Promise<RunningTracker> {
  const { host = '127.0.0.1', events } = options;
  const simulator = new TrackerSimulator(
    { keep: options.keep ?? 1_000, maxTickets: options.maxTickets ?? 2_000_000 },
    options.firstTrackingId ?? trackingIdFromClock(),
    events ? { retryDelaysMs: defaultRetryDelaysMs, timeoutMs: 10_000, ...events } : null,
  );
  const timers = new Timers();
  const api = createServer(
    { keepAliveTimeout: keepAliveTimeoutMs },
    trackerApi({
      ledger: simulator.ledger,
      failures: simulator.failures,
      timers,
      token: options.token ?? null,
      onChange: () => simulator.changes.notify(),
    }),
  );
  const control = createServer(jsonApi(controlRoutes(simulator)));
  const close = async () => {
    timers.clear();
    await Promise.all([closeHttp(api), closeHttp(control), simulator.stopEvents()]);
  };
  try {
    const port = await listen(api, host, options.port ?? 0);
    const controlPort = await listen(control, host, options.controlPort ?? 0);
    return { port, controlPort, simulator, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Eight digits that a restarted simulator does not soon repeat. */
function trackingIdFromClock(): number {
  return 10_000_000 + (Math.floor(Date.now() / 1_000) % 80_000_000);
}

export type { FailureInput } from './failures.js';
export type { TrackerSimulator } from './simulator.js';

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../bench/freePort.js';
import { waitForHttp } from '../bench/httpProbe.js';
import { type Ending, GatewayProcess } from '../chaos/gatewayProcess.js';
import { machineConversation } from '../machineCitizens.js';
import { type RunningTracker, startTrackerSimulator } from '../simulators/tracker/index.js';
import { MetricsPage } from './metricsPage.js';

/** The built gateway, as a process, between SMSCs of the caller's and a simulated tracker that pushes its events. */
export interface GatewayWithTracker {
  readonly process: GatewayProcess;
  readonly tracker: RunningTracker;
  metrics(): Promise<MetricsPage>;
  /** SIGTERM; the tracker lives on. */
  stop(): Promise<Ending>;
  /** Whatever is left of both. */
  close(): Promise<void>;
}

export interface GatewaySettings {
  /** Of its own: config and database go there. */
  readonly folder: string;
  /** By name, the whole block. */
  readonly channels: Readonly<Record<string, object>>;
  readonly trackerTimeoutSeconds?: number;
  /** Where it listens, for peers that must know before it runs; any free port unless told. */
  readonly httpPort?: number;
  /** Further sections of the config. */
  readonly sections?: Readonly<Record<string, object>>;
  /** What the tracker waits before each further push of an event. */
  readonly eventRetryDelaysMs?: readonly number[];
}

const token = 'peers-tracker';
const readyWithinMs = 20_000;
/** All of them: the tests look into each, and an hour of soak at 20/s has no more. */
const keptReports = 1_000_000;

/** Resolves when the gateway takes traffic; its links may still be on their way. */
export async function startGateway(settings: GatewaySettings): Promise<GatewayWithTracker> {
  const httpPort = settings.httpPort ?? (await freePort());
  const base = `http://127.0.0.1:${httpPort}`;
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const { eventRetryDelaysMs: retryDelaysMs } = settings;
  const events = { url: `${base}/tracker/events`, secret, ...(retryDelaysMs && { retryDelaysMs }) };
  const tracker = await startTrackerSimulator({ token, keep: keptReports, events });
  const configFile = join(settings.folder, 'gateway.yaml');
  const { trackerTimeoutSeconds: timeoutSeconds } = settings;
  const trackerBlock = {
    adapter: 'http',
    url: `http://127.0.0.1:${tracker.port}`,
    token,
    webhookSecret: secret,
    ...(timeoutSeconds && { timeoutSeconds }),
  };
  await writeFile(
    configFile,
    stringify({
      server: { port: httpPort, publicUrl: base },
      store: { url: 'sqlite:gateway.db' },
      tracker: trackerBlock,
      channels: settings.channels,
      conversation: machineConversation,
      ...settings.sections,
    }),
  );
  const gateway = new GatewayProcess(configFile, settings.folder);
  const close = async (): Promise<void> => {
    await Promise.all([gateway.kill(), tracker.close()]);
  };
  try {
    await waitForHttp(`${base}/readyz`, (status) => status === 200, gateway.gone, readyWithinMs);
  } catch (error) {
    await close();
    throw error;
  }
  return { process: gateway, tracker, metrics: () => metricsPage(base), stop: () => gateway.stop(), close };
}

async function metricsPage(base: string): Promise<MetricsPage> {
  const answer = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(readyWithinMs) });
  return new MetricsPage(await answer.text());
}

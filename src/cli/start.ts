import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import { type Composed, composeGateway } from '../compose.js';
import type { GatewayConfig } from '../config/load.js';
import type { ReadSettings } from '../control/reload.js';
import type { ServedChannel } from '../control/servedChannel.js';
import { createHttpApp } from '../http/app.js';
import { checkStore, readiness } from '../http/readiness.js';
import { type HttpServer, startHttpServer } from '../http/server.js';
import type { WebhookHandler } from '../http/webhooks.js';
import { createLogger, Redaction } from '../telemetry/logger.js';
import { bannerOf } from './banner.js';
import { type Control, openControl } from './controlDesk.js';
import { badConfigExitCode, type FaultPrinter, printFaults } from './printFaults.js';
import { loadSettings, type SettingsSource } from './settings.js';
import { startSimulators } from './simulatorProcesses.js';

export interface StartDeps extends SettingsSource, FaultPrinter {
  readonly setExitCode: (code: number) => void;
}

/** How long the console waits for the channels before it says what is up. */
const bannerWaitMs = 3_000;
const bannerLookMs = 50;

/** `start [--config FILE]`: runs until SIGTERM or SIGINT, then drains and exits 0. */
export function startCommand(deps: StartDeps): Command {
  return new Command('start')
    .description('run the gateway until SIGTERM; a second signal ends it at once')
    .option('-c, --config <file>', 'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)')
    .action(async ({ config: option }: { config?: string }) => {
      const settings = loadSettings(option, deps);
      if (!settings.ok) {
        printFaults(settings.faults, deps);
        deps.setExitCode(badConfigExitCode);
        return;
      }
      tuneHeap();
      const stopped = untilSignal();
      const { config } = settings;
      const redaction = new Redaction(config.secrets);
      const log = createLogger({
        level: config.log.level,
        redaction,
        format: process.stderr.isTTY ? 'lines' : 'json',
        output: process.stderr,
      });
      // Into the log, and not as `check` prints them: who reads the log of a service reads JSON.
      for (const { file, line, key, message } of settings.warnings) log.warn({ file, line, key }, message);
      const simulators = await startSimulators(config);
      try {
        const read = () => loadSettings(option, deps);
        await runGateway(config, await composeGateway(config, settings, log), { redaction, read, stopped });
      } finally {
        await simulators.stop();
      }
    });
}

/**
 * By default V8 lets the heap grow to four times what lives in it before it collects. What lives here is what is under
 * way, and never much: with twice as much the whole way peaks at 178 MB instead of 245 MB, for 4 % of its speed.
 *
 * A small heap is collected often, a few milliseconds each time, and by default four threads share that: they take 0.27 of
 * two processors beside the first, without it 0.17. Of the rate the gain was within what the machine varies by.
 */
function tuneHeap(): void {
  setFlagsFromString('--heap-growing-percent=100');
  setFlagsFromString('--no-parallel-scavenge');
}

interface Run {
  readonly redaction: Redaction;
  readonly read: ReadSettings;
  readonly stopped: Promise<string>;
}

async function runGateway(config: GatewayConfig, composed: Composed, { redaction, read, stopped }: Run): Promise<void> {
  const { gateway, parts } = composed;
  const { log } = parts;
  const { channels } = gateway.switchboard;
  let server: HttpServer | null = null;
  let control: Control | null = null;
  try {
    await gateway.start();
    control = await openControl(config, composed, redaction, read);
    server = await startHttpServer(httpApp(config, composed), config.server);
    log.info({ port: server.port, channels: [...channels.keys()] }, 'started');
    await Promise.race([untilChannelsAreUp(channels), stopped]);
    process.stdout.write(bannerOf(config, channels, server.port));
    log.info({ signal: await stopped }, 'stopping: letting what is under way come to its end');
  } finally {
    // Together: one limit holds for all, and an act under way ends as soon as its channel does.
    await Promise.all([server?.close(), control?.close(), gateway.stop()]);
    await gateway.close();
  }
  log.info({}, 'stopped');
}

function httpApp(config: GatewayConfig, { gateway, parts, media }: Composed) {
  const { store, tracker, metrics, log } = parts;
  const { channels } = gateway.switchboard;
  return createHttpApp({
    log,
    readiness: () => readiness(store, channels, gateway.forwarder.trackerFault),
    metrics: async () => {
      const storeWritable = (await checkStore(store)).ok;
      return metrics.text({ store, storeWritable, trackerAway: gateway.forwarder.trackerFault !== null, channels });
    },
    channels: { get: (id) => webhookOf(channels.get(id)) },
    media,
    trackerEvents: tracker.handleEvents
      ? (request) => tracker.handleEvents?.(request, gateway.statusSink) ?? Promise.resolve({ status: 404 })
      : null,
    bodyMaxBytes: config.server.bodyLimitBytes,
    trustedProxies: config.server.trustedProxies,
  });
}

function webhookOf(served: ServedChannel | undefined): WebhookHandler | null | undefined {
  if (served === undefined) return undefined;
  // A drained channel takes nothing for now: the peer tries again.
  if (served.channel === null) return async () => ({ status: 503, headers: { 'retry-after': '60' } });
  const { channel, inbox } = served;
  if (channel.handleWebhook === undefined) return null;
  return (request) => channel.handleWebhook?.(request, inbox) ?? Promise.resolve({ status: 404 });
}

/**
 * Resolves at the first SIGTERM or SIGINT with its name; a second one ends the process at once. At a terminal SIGHUP
 * means that it was closed, and does the same; elsewhere it means `reload`.
 */
function untilSignal(): Promise<string> {
  const signals = ['SIGTERM', 'SIGINT', ...(process.stdin.isTTY ? (['SIGHUP'] as const) : [])] as const;
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of signals) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}

async function untilChannelsAreUp(channels: ReadonlyMap<string, ServedChannel>): Promise<void> {
  const untilMs = Date.now() + bannerWaitMs;
  const isAwaited = (channel: ServedChannel) => channel.hold !== 'drained' && channel.health().state !== 'up';
  while (Date.now() < untilMs && [...channels.values()].some(isAwaited)) {
    await new Promise((resolve) => setTimeout(resolve, bannerLookMs));
  }
}

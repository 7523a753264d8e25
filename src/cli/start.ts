import { setFlagsFromString } from 'node:v8';
import { Command } from 'commander';
import { type Composed, channelsOf, composeGateway } from '../compose.js';
import type { GatewayConfig } from '../config/load.js';
import { createHttpApp, type WebhookHandler } from '../http/app.js';
import { readiness } from '../http/readiness.js';
import { type HttpServer, startHttpServer } from '../http/server.js';
import type { Channel } from '../ports/channel.js';
import type { Log } from '../ports/log.js';
import { createLogger } from '../telemetry/logger.js';
import { bannerOf } from './banner.js';
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
      keepHeapSmall();
      const stopped = untilSignal();
      const { config } = settings;
      const log = createLogger({
        level: config.log.level,
        secrets: config.secrets,
        format: process.stderr.isTTY ? 'lines' : 'json',
        output: process.stderr,
      });
      const simulators = await startSimulators(config);
      try {
        await runGateway(config, composeGateway(config, settings, log), log, stopped);
      } finally {
        await simulators.stop();
      }
    });
}

/**
 * By default V8 lets the heap grow to four times what lives in it before it collects. What lives here is what is under
 * way, and never much: with twice as much the whole way peaks at 178 MB instead of 245 MB, for 4 % of its speed.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=100');
}

async function runGateway(
  config: GatewayConfig,
  composed: Composed,
  log: Log,
  stopped: Promise<string>,
): Promise<void> {
  const { gateway, parts } = composed;
  const channels = channelsOf(parts);
  let server: HttpServer | null = null;
  gateway.start();
  try {
    server = await startHttpServer(httpApp(config, composed, channels), config.server);
    log.info({ port: server.port, channels: [...channels.keys()] }, 'started');
    await Promise.race([untilChannelsAreUp(channels), stopped]);
    process.stdout.write(bannerOf(config, channels, server.port));
    log.info({ signal: await stopped }, 'stopping: letting what is under way come to its end');
  } finally {
    await server?.close();
    await gateway.stop();
  }
  log.info({}, 'stopped');
}

function httpApp(config: GatewayConfig, { gateway, parts }: Composed, channels: ReadonlyMap<string, Channel>) {
  return createHttpApp({
    log: parts.log,
    readiness: () => readiness(parts.store, channels, gateway.forwarder.trackerFault),
    metrics: () => parts.metrics.text(parts.store, channels, gateway.forwarder.trackerFault !== null),
    channels: new Map([...channels].map(([id, channel]) => [id, webhookOf(channel, gateway.inboxes.get(id))])),
    trackerEvents: parts.tracker.handleEvents
      ? (request) => parts.tracker.handleEvents?.(request, gateway.statusSink) ?? Promise.resolve({ status: 404 })
      : null,
    bodyMaxBytes: config.server.bodyLimitBytes,
  });
}

function webhookOf(
  channel: Channel,
  inbox: Parameters<NonNullable<Channel['handleWebhook']>>[1] | undefined,
): WebhookHandler | null {
  if (channel.handleWebhook === undefined || inbox === undefined) return null;
  return (request) => channel.handleWebhook?.(request, inbox) ?? Promise.resolve({ status: 404 });
}

/** Resolves at the first SIGTERM or SIGINT with its name; a second one ends the process at once. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}

async function untilChannelsAreUp(channels: ReadonlyMap<string, Channel>): Promise<void> {
  const untilMs = Date.now() + bannerWaitMs;
  while (Date.now() < untilMs && [...channels.values()].some((channel) => channel.health().state !== 'up')) {
    await new Promise((resolve) => setTimeout(resolve, bannerLookMs));
  }
}

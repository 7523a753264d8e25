import { Command, Option } from 'commander';
import { live, portOption, stopOnStdinEndHelp, wholeOption } from '../lifecycle.js';
import { startTrackerSimulator, type TrackerSimulatorOptions } from './index.js';

interface Options {
  readonly port: number;
  readonly controlPort: number;
  readonly host: string;
  readonly token?: string;
  readonly eventsUrl?: string;
  readonly webhookSecret?: string;
  readonly keep: number;
  readonly maxTickets: number;
  readonly stopOnStdinEnd?: true;
}

const help = `
When both ports are open, one line of JSON on stdout tells them:
  {"ready":true,"port":9000,"control":9001}

A tracker that pushes its events to the gateway:
  lapor-gateway simulate tracker --control-port 9001 --token t0ken \\
    --events-url http://127.0.0.1:1708/tracker/events --webhook-secret whsec_bGFwb3ItZ2F0ZXdheS1zaW11bGF0b3I=

What it has received, a ticket that moves, every third report answered with 503, and well again:
  curl localhost:9001/reports
  curl -d '{"status":"in_progress","agency":"Dinas PU"}' localhost:9001/tickets/TRACKINGID/status
  curl -X PUT -d '{"status":503,"every":3,"retryAfterSeconds":2}' localhost:9001/failures
  curl -X DELETE localhost:9001/failures

All failures: scripts/simulators/tracker/README.md`;

function optionsOf(given: Options): TrackerSimulatorOptions {
  const { host, port, controlPort, token, eventsUrl: url, webhookSecret: secret, keep, maxTickets } = given;
  if ((url === undefined) !== (secret === undefined)) {
    throw new Error('--events-url and --webhook-secret go together: events are signed or not sent at all.');
  }
  return {
    host,
    port,
    controlPort,
    keep,
    maxTickets,
    ...(token !== undefined && { token }),
    ...(url !== undefined && secret !== undefined && { events: { url, secret } }),
  };
}

async function run(options: Options): Promise<void> {
  await live({
    start: async () => startTrackerSimulator(optionsOf(options)),
    ports: ({ port, controlPort }) => ({ port, control: controlPort }),
    close: (tracker) => tracker.close(),
    stopOnStdinEnd: options.stopOnStdinEnd ?? false,
  });
}

await new Command('simulate tracker')
  .description(
    'Plays the core tracker over HTTP: files reports, remembers idempotency keys, emits events, fails on demand.',
  )
  .option('--port <port>', 'port of the tracker API (0: any)', portOption, 9_000)
  .option('--control-port <port>', 'port of the control API (0: any)', portOption, 0)
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--token <token>', 'the Bearer token that callers must show')
  .option('--events-url <url>', 'where to push status events')
  .option('--webhook-secret <secret>', 'whsec_…, signs the events')
  .option('--keep <count>', 'reports whose content is kept for a look; 0 for a bench', wholeOption, 1_000)
  .addOption(new Option('--max-tickets <count>', 'refuse reports beyond').argParser(wholeOption).default(2_000_000))
  .option('--stop-on-stdin-end', stopOnStdinEndHelp)
  .addHelpText('after', help)
  .action(run)
  .parseAsync();

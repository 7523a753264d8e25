import { Command, Option } from 'commander';
import { live, portOption, stopOnStdinEndHelp, wholeOption } from '../lifecycle.js';
import { type Wording, wordings } from './api/wording.js';
import { startX } from './index.js';

interface Options {
  readonly port: number;
  readonly controlPort: number;
  readonly host: string;
  readonly handle: string;
  readonly wording: Wording;
  readonly tier: 'pay-per-use' | 'enterprise';
  readonly windowSeconds: number;
  readonly file?: string;
  readonly stopOnStdinEnd?: true;
}

const help = `
When both ports are open, one line of JSON on stdout tells them:
  {"ready":true,"port":17090,"control":17091}

The gateway's channel: apiUrl http://127.0.0.1:17090, and the credentials that GET /state on the control port shows.

A citizen tweets, the thread shows what comes back, and X starts to fail:
  curl -d '{"from":"warga","text":"@lapor1708 lampu jalan mati di Jl. Condrokusumo, Kota Semarang"}' localhost:17091/posts
  curl 'localhost:17091/conversations/ID?after=ID&waitMs=15000'
  curl -d '{"count":1000}' localhost:17091/bursts
  curl -X PUT -d '{"on":"createPosts","dropAfterStore":true,"count":1}' localhost:17091/faults
  curl -X PUT -d '{"wording":"post","windowMs":9000}' localhost:17091/switches
  curl localhost:17091/state

All faults and switches: scripts/simulators/x/README.md`;

async function run(options: Options): Promise<void> {
  const { host, port, controlPort, handle, wording, tier, windowSeconds, file } = options;
  await live({
    start: () =>
      startX({
        host,
        port,
        controlPort,
        handle,
        switches: { wording, tier, windowMs: windowSeconds * 1_000 },
        ...(file !== undefined && { file }),
      }),
    ports: (x) => ({ port: x.port, control: x.controlPort }),
    close: (x) => x.close(),
    stopOnStdinEnd: options.stopOnStdinEnd ?? false,
  });
}

await new Command('simulate x')
  .description('Plays X: citizens who tweet, the API with its limits and prices, streams, webhooks, and every fault.')
  .option('--port <port>', 'port of the X API (0: any)', portOption, 17_090)
  .option('--control-port <port>', 'port of the control API (0: any)', portOption, 0)
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--handle <handle>', "the service's account", 'lapor1708')
  .addOption(new Option('--wording <wording>', 'names of the API').choices(wordings).default('tweet'))
  .addOption(
    new Option('--tier <tier>', 'what the app pays for').choices(['pay-per-use', 'enterprise']).default('pay-per-use'),
  )
  .option('--window-seconds <seconds>', 'how long the 15 minutes of its rate limits last', wholeOption, 900)
  .option('--file <path>', 'keep posts and messages there over a restart (default: forget them)')
  .option('--stop-on-stdin-end', stopOnStdinEndHelp)
  .addHelpText('after', help)
  .action(run)
  .parseAsync();

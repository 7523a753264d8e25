import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { live, portOption, stopOnStdinEndHelp, wholeOption } from '../lifecycle.js';
import { startSmsc, type TelcoOptions } from './index.js';
import { BadTelco, parseTelcoFile, parseTelcoOption } from './telcoOption.js';

interface Options {
  readonly port: number;
  readonly telco?: TelcoOptions[];
  readonly config?: string;
  readonly host: string;
  readonly controlPort: number;
  readonly retryInterval: number;
  readonly responseTimeout: number;
  readonly quiet?: true;
  readonly stopOnStdinEnd?: true;
}

const help = `
Without --telco or --config there is one telco, "telkomsel": system id "lapor", password "secret".

When all ports are open, one line of JSON on stdout tells them:
  {"ready":true,"control":17080,"telcos":{"telkomsel":2775}}

Two telcos:
  lapor-gateway simulate smsc --control-port 17080 \\
    --telco name=telkomsel,port=2775,systemId=lapor,password=secret \\
    --telco name=three,port=2776,systemId=lapor3,password=secret3,address=1708

A citizen texts, the handset shows what came back, and the telco starts to throttle:
  curl -d '{"from":"081234567890","text":"Jln rusak di ds Pejeng"}' localhost:17080/texts
  curl 'localhost:17080/handsets/081234567890/messages?waitMs=15000'
  curl -X PUT -d '{"refuseSubmits":{"status":"ESME_RTHROTTLED","every":2}}' localhost:17080/telcos/telkomsel/switches
  curl -X DELETE localhost:17080/telcos/telkomsel/switches
  curl -d '{"action":"drop-connection"}' localhost:17080/telcos/telkomsel/actions

All switches and actions: scripts/simulators/smsc/README.md`;

function collectTelco(given: string, before: TelcoOptions[] = []): TelcoOptions[] {
  try {
    return [...before, parseTelcoOption(given)];
  } catch (error) {
    if (error instanceof BadTelco) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

async function telcosOf(options: Options): Promise<readonly TelcoOptions[]> {
  const fromFile = options.config === undefined ? [] : await readTelcoFile(options.config);
  const telcos = [...fromFile, ...(options.telco ?? [])];
  if (telcos.length > 0) return telcos;
  return [{ name: 'telkomsel', port: options.port, systemId: 'lapor', password: 'secret' }];
}

async function readTelcoFile(path: string): Promise<readonly TelcoOptions[]> {
  try {
    return parseTelcoFile(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

async function run(options: Options): Promise<void> {
  const log = options.quiet ? () => undefined : (line: string) => void process.stderr.write(`${line}\n`);
  await live({
    start: async () =>
      startSmsc({
        telcos: await telcosOf(options),
        host: options.host,
        controlPort: options.controlPort,
        retryIntervalMs: options.retryInterval,
        responseTimeoutMs: options.responseTimeout,
        log,
      }),
    ports: (smsc) => ({
      control: smsc.controlPort,
      telcos: Object.fromEntries(smsc.telcos.map(({ settings, port }) => [settings.name, port])),
    }),
    close: (smsc) => smsc.close(),
    stopOnStdinEnd: options.stopOnStdinEnd ?? false,
  });
}

await new Command('simulate smsc')
  .description('Plays telcos over SMPP 3.4: citizens who text, handsets that receive, and every way to misbehave.')
  .option('--port <port>', 'SMPP port of the only telco', portOption, 2775)
  .option(
    '--telco <key=value,…>',
    'a telco: name, port, systemId, password, address, maxBinds (repeatable)',
    collectTelco,
  )
  .option('--config <file>', 'telcos in a JSON file: {"telcos":[{"name","port","systemId","password",…}]}')
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--control-port <port>', 'HTTP port of the control API (0: any)', portOption, 0)
  .option('--retry-interval <ms>', 'rest before an unacknowledged delivery is sent again', wholeOption, 5_000)
  .option('--response-timeout <ms>', 'how long the gateway has to answer', wholeOption, 10_000)
  .option('--quiet', 'say nothing about binds and closed connections')
  .option('--stop-on-stdin-end', stopOnStdinEndHelp)
  .addHelpText('after', help)
  .action(run)
  .parseAsync();

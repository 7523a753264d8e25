import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../scripts/bench/freePort.js';
import { waitForHttp } from '../../scripts/bench/httpProbe.js';
import { Processes, ServerProcess } from '../../scripts/bench/processes.js';
import { installHint } from './installHint.js';

/** Kannel 1.4 as an ESME: bearerbox binds to an SMSC, smsbox turns its messages into HTTP and back. */

/** Where Debian's package puts the two programs; they are not on an ordinary user's PATH. */
const bearerboxFile = '/usr/sbin/bearerbox';
const smsboxFile = '/usr/sbin/smsbox';
const readyWithinMs = 20_000;
const secret = 'peers';

export interface KannelOptions {
  readonly folder: string;
  readonly smscPort: number;
  readonly systemId: string;
  readonly password: string;
  /** Where each message from the SMSC goes: the lines of a group `sms-service`. */
  readonly service: Readonly<Record<string, string | number>>;
  /** The port of `sendsms`, for peers that must know it before Kannel runs; any free one unless told. */
  readonly sendPort?: number;
  /** Further lines of the groups `core` and `smsbox`. */
  readonly core?: Readonly<Record<string, string | number>>;
  readonly smsbox?: Readonly<Record<string, string | number>>;
}

export interface OutgoingText {
  readonly to: string;
  readonly text: string;
  /** Kannel's `coding`: 0 for GSM-7, 2 for UCS-2. */
  readonly coding: 0 | 2;
  /** Where Kannel tells what became of it, with %d for the kind. */
  readonly receiptUrl: string;
}

export class Kannel {
  private constructor(
    private readonly boxes: readonly ServerProcess[],
    private readonly statusUrl: string,
    private readonly sendUrl: string,
  ) {}

  /** Resolves when smsbox is on line; the SMPP link may still be on its way. */
  static async start(options: KannelOptions): Promise<Kannel> {
    const missing = [bearerboxFile, smsboxFile].filter((file) => !existsSync(file));
    if (missing.length > 0) throw new Error(`no ${missing.join(', no ')}. ${installHint}`);
    await mkdir(join(options.folder, 'spool'), { recursive: true });
    const [adminPort, smsboxPort, anyPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const sendPort = options.sendPort ?? anyPort;
    const configFile = join(options.folder, 'kannel.conf');
    await writeFile(configFile, configText({ ...options, adminPort, smsboxPort, sendPort }));
    const processes = new Processes();
    const box = (name: string, file: string) =>
      new ServerProcess(name, file, [configFile], join(options.folder, `${name}.log`), processes);
    const statusUrl = `http://127.0.0.1:${adminPort}/status.txt?password=${secret}`;
    const bearerbox = box('bearerbox', bearerboxFile);
    await waitForHttp(statusUrl, (status) => status === 200, bearerbox.gone, readyWithinMs);
    const smsbox = box('smsbox', smsboxFile);
    const isOnline = (_status: number, body: string) => /^\s*smsbox:.*on-line/m.test(body);
    await waitForHttp(statusUrl, isOnline, AbortSignal.any([bearerbox.gone, smsbox.gone]), readyWithinMs);
    const sendUrl = `http://127.0.0.1:${sendPort}/cgi-bin/sendsms`;
    return new Kannel([smsbox, bearerbox], statusUrl, sendUrl);
  }

  /** Resolves when Kannel itself says that its link to the SMSC is up. */
  online(): Promise<void> {
    const gone = AbortSignal.any(this.boxes.map((box) => box.gone));
    return waitForHttp(this.statusUrl, (_status, body) => /SMPP:.*\(online/.test(body), gone, readyWithinMs);
  }

  /** Resolves when Kannel has taken the text. */
  async send({ to, text, coding, receiptUrl }: OutgoingText): Promise<void> {
    const query = new URLSearchParams({
      username: 'lapor',
      password: secret,
      from: '1708',
      to,
      text,
      charset: 'UTF-8',
      coding: String(coding),
      'dlr-mask': '31',
      'dlr-url': receiptUrl,
    });
    const answer = await fetch(`${this.sendUrl}?${query}`);
    const body = await answer.text();
    if (answer.status !== 202) throw new Error(`sendsms answered ${answer.status}: ${body}`);
  }

  /** Bearerbox is asked, so that it unbinds; smsbox, which may take minutes over it, is killed. */
  async stop(): Promise<void> {
    const [smsbox, bearerbox] = this.boxes;
    await smsbox?.kill();
    await bearerbox?.stop();
  }
}

type Ports = Readonly<Record<'adminPort' | 'smsboxPort' | 'sendPort', number>>;

function configText(options: KannelOptions & Ports): string {
  const groups: readonly Readonly<Record<string, string | number>>[] = [
    {
      group: 'core',
      'admin-port': options.adminPort,
      'admin-password': secret,
      'admin-interface': '127.0.0.1',
      'smsbox-port': options.smsboxPort,
      'box-allow-ip': '127.0.0.1',
      'store-type': 'spool',
      'store-location': join(options.folder, 'spool'),
      'dlr-storage': 'internal',
      // Seconds; a minute when left out.
      'sms-resend-freq': 1,
      ...options.core,
    },
    {
      group: 'smsc',
      smsc: 'smpp',
      'smsc-id': 'telkomsel',
      host: '127.0.0.1',
      port: options.smscPort,
      'transceiver-mode': 'true',
      'smsc-username': options.systemId,
      'smsc-password': options.password,
      'system-type': '""',
      'enquire-link-interval': 1,
      'reconnect-delay': 1,
    },
    {
      group: 'smsbox',
      'bearerbox-host': '127.0.0.1',
      'sendsms-port': options.sendPort,
      'global-sender': 1708,
      ...options.smsbox,
    },
    {
      group: 'sms-service',
      keyword: 'default',
      'catch-all': 'true',
      concatenation: 'true',
      'accept-x-kannel-headers': 'true',
      ...options.service,
    },
    {
      group: 'sendsms-user',
      username: 'lapor',
      password: secret,
      'max-messages': 5,
      concatenation: 'true',
    },
  ];
  return groups.map((group) => lines(group)).join('\n');
}

function lines(group: Readonly<Record<string, string | number>>): string {
  return Object.entries(group)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

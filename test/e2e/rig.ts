import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../scripts/bench/freePort.js';
import { fact } from '../../scripts/chaos/fact.js';
import { GatewayProcess } from '../../scripts/chaos/gatewayProcess.js';
import { machineConversation } from '../../scripts/machineCitizens.js';
import { type Smsc, startSmsc } from '../../scripts/simulators/smsc/index.js';
import { type SwitchesInput, switchesSchema } from '../../scripts/simulators/smsc/switches.js';
import { type RunningTracker, startTrackerSimulator } from '../../scripts/simulators/tracker/index.js';
import { lapor, type Ran } from './command.js';

export const factLimitMs = 20_000;

const credentials = { systemId: 'lapor', password: 'secret' };
const webhookSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const telcos = ['telkomsel', 'three'] as const;

type TelcoName = (typeof telcos)[number];

/** A number of each telco's. */
export const citizens: Readonly<Record<TelcoName, string>> = { telkomsel: '6281234567890', three: '6289634567890' };

export interface RigOptions {
  /** Keys of the `tracker:` block beyond its address; the default takes pushed events. */
  readonly tracker?: object;
  /** A SQLite file in the rig's folder unless told. */
  readonly storeUrl?: string;
  /** The `conversation:` block; the default is for machines. */
  readonly conversation?: object;
  /** See `GatewayProcess`. */
  readonly launcher?: readonly string[];
}

/** A built gateway between telcos and a tracker that go down and come back, each on ports of its own. */
export class Rig {
  readonly #telcos = new Map<TelcoName, Smsc>();
  #tracker: RunningTracker | null = null;
  #gateway: GatewayProcess | null = null;

  private constructor(
    readonly folder: string,
    private readonly httpPort: number,
    private readonly trackerPort: number,
    private readonly telcoPorts: ReadonlyMap<TelcoName, number>,
    private readonly options: RigOptions,
  ) {}

  /** Nothing runs yet. */
  static async make(options: RigOptions = {}): Promise<Rig> {
    const folder = await mkdtemp(join(tmpdir(), 'lapor-e2e-'));
    const ports = new Map<TelcoName, number>();
    for (const name of telcos) ports.set(name, await freePort());
    const rig = new Rig(folder, await freePort(), await freePort(), ports, options);
    await writeFile(join(folder, 'gateway.yaml'), rig.#config());
    return rig;
  }

  get gateway(): GatewayProcess {
    return present(this.#gateway, 'gateway');
  }

  get tracker(): RunningTracker {
    return present(this.#tracker, 'tracker');
  }

  telco(name: TelcoName): Smsc {
    return present(this.#telcos.get(name), name);
  }

  /** Starts everything, and waits until the gateway is ready and bound. */
  async startAll(): Promise<void> {
    await this.startTracker();
    for (const name of telcos) await this.startTelco(name);
    await this.startGateway();
  }

  async startGateway(launcher: readonly string[] = this.options.launcher ?? []): Promise<void> {
    this.#gateway = new GatewayProcess(join(this.folder, 'gateway.yaml'), this.folder, launcher);
    await this.#gateway.printed(/lapor-gateway is up/, factLimitMs);
  }

  async startTracker(): Promise<void> {
    const url = `http://127.0.0.1:${this.httpPort}/tracker/events`;
    this.#tracker = await startTrackerSimulator({
      port: this.trackerPort,
      events: { url, secret: webhookSecret },
      keep: 100_000,
    });
  }

  async startTelco(name: TelcoName): Promise<void> {
    const port = this.telcoPorts.get(name) ?? 0;
    const smsc = await startSmsc({
      telcos: [{ name, port, ...credentials }],
      retryIntervalMs: 200,
      windowPerLink: 500,
    });
    this.#telcos.set(name, smsc);
  }

  async stopTracker(): Promise<void> {
    await this.#tracker?.close();
    this.#tracker = null;
  }

  async stopTelco(name: TelcoName): Promise<void> {
    await this.#telcos.get(name)?.close();
    this.#telcos.delete(name);
  }

  async close(): Promise<void> {
    await this.#gateway?.kill();
    await this.stopTracker();
    for (const name of telcos) await this.stopTelco(name);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A citizen texts, and the telco gets our acknowledgement. */
  async texted(name: TelcoName, text: string, from = citizens[name]): Promise<void> {
    const smsc = this.telco(name);
    const { id } = smsc.text({ from, text });
    const settled = await smsc.settledText(id, factLimitMs);
    if (settled?.state !== 'acknowledged') throw new Error(`the text is not acknowledged but ${settled?.state}`);
  }

  /** Waits until the citizen's handset has so many SMS. @returns all that it has, oldest first. */
  inbox(name: TelcoName, count: number, of = citizens[name]): Promise<readonly string[]> {
    return this.#handset(name, `${count} SMS`, (messages) => messages.length >= count, of);
  }

  /** Waits until the citizen's handset has an SMS like this. @returns all that it has, oldest first. */
  sms(name: TelcoName, like: RegExp, of = citizens[name]): Promise<readonly string[]> {
    return this.#handset(name, `an SMS like ${like}`, (messages) => messages.some((text) => like.test(text)), of);
  }

  /** How the telco behaves from now on; well, where nothing is said. */
  switchTelco(name: TelcoName, switches: SwitchesInput): void {
    this.telco(name).telco(name).setSwitches(switchesSchema.parse(switches));
  }

  async #handset(name: TelcoName, what: string, has: (messages: readonly string[]) => boolean, of: string) {
    const smsc = this.telco(name);
    const look = (): readonly string[] | undefined => {
      const messages = smsc.handsets.messages(of).map(({ text }) => text);
      return has(messages) ? messages : undefined;
    };
    const found = await smsc.changes.until(look, factLimitMs);
    if (found === undefined) throw new Error(`${what} did not come by ${name}:\n${this.gateway.lastWords}`);
    return found;
  }

  /** Runs a command of the gateway's on the config of this rig. */
  command(...argv: string[]): Promise<Ran> {
    return lapor(this.folder, ...argv, '--config', 'gateway.yaml');
  }

  get(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.httpPort}${path}`);
  }

  async ready(): Promise<{ status: number; notOk: string[] }> {
    const response = await this.get('/readyz');
    const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean }> };
    const notOk = Object.entries(checks).flatMap(([what, { ok }]) => (ok ? [] : [what]));
    return { status: response.status, notOk };
  }

  /** One sample of /metrics, such as `lapor_waiting{what="reports"}`. */
  async metric(sample: string): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    if (line === undefined) throw new Error(`/metrics has no ${sample}`);
    return Number(line.slice(sample.length + 1));
  }

  async untilMetric(sample: string, value: number): Promise<void> {
    const look = async () => ((await this.metric(sample)) === value ? true : undefined);
    await fact(`${sample} is ${value}`, look, factLimitMs, this.gateway.gone);
  }

  async untilNotOk(...parts: string[]): Promise<void> {
    const look = async () => ((await this.ready()).notOk.join() === parts.join() ? true : undefined);
    await fact(`/readyz tells that these are away: ${parts.join() || 'none'}`, look, factLimitMs, this.gateway.gone);
  }

  #config(): string {
    const channels = [...this.telcoPorts].map(([name, port]) => [name, channelOf(port)]);
    return stringify({
      server: { port: this.httpPort },
      store: { url: this.options.storeUrl ?? 'sqlite:gateway.db', pool: { connectTimeoutSeconds: 1 } },
      tracker: {
        adapter: 'http',
        url: `http://127.0.0.1:${this.trackerPort}`,
        ...(this.options.tracker ?? { webhookSecret }),
      },
      forward: { firstRetrySeconds: 0.2 },
      replies: { firstRetrySeconds: 0.2, longestRetrySeconds: 1 },
      conversation: this.options.conversation ?? machineConversation,
      channels: Object.fromEntries(channels),
    });
  }
}

function channelOf(port: number) {
  return {
    adapter: 'smpp',
    host: '127.0.0.1',
    port,
    ...credentials,
    address: '1708',
    window: 100,
    throughputPerSecond: 100_000,
    reconnectMinSeconds: 0.1,
    reconnectMaxSeconds: 0.5,
  };
}

function present<Peer>(peer: Peer | null | undefined, name: string): Peer {
  if (peer === null || peer === undefined) throw new Error(`the ${name} does not run`);
  return peer;
}

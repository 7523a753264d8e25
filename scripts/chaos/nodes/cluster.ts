import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../bench/freePort.js';
import { machineConversation } from '../../machineCitizens.js';
import type { PostgresServer } from '../../postgres/server.js';
import { type Smsc, startSmsc } from '../../simulators/smsc/index.js';
import { type RunningTracker, startTrackerSimulator } from '../../simulators/tracker/index.js';
import { GatewayProcess } from '../gatewayProcess.js';
import { Servers } from './servers.js';

const credentials = { systemId: 'lapor', password: 'secret' };
const token = 'chaos-tracker';
const upWithinMs = 120_000;

/** The least that the config allows: a dead node's sessions move after so long. */
export const turnSeconds = 8;

/** More than the gateway takes for the least that a telco gives a deliver_sm (4 s): see `stallWatch.ts`. */
const telcoWaitsMs = 5_000;

/** Binds that the telco allows: all nodes share them. */
export const sessions = 2;

export type NodeName = 'one' | 'two';
export const nodeNames: readonly NodeName[] = ['one', 'two'];

export interface ClusterOptions {
  /** A second database server, which has whatever was committed on the first. */
  readonly withStandby?: boolean;
  /** How long a node waits for one statement: 5 s unless told. */
  readonly statementTimeoutSeconds?: number;
}

/** Two gateways on one PostgreSQL database, between one telco and a tracker. */
export class Cluster {
  readonly #nodes = new Map<NodeName, GatewayProcess>();
  readonly #ports = new Map<NodeName, number>();

  private constructor(
    private readonly folder: string,
    private readonly servers: Servers,
    readonly smsc: Smsc,
    readonly tracker: RunningTracker,
  ) {}

  static async start({ withStandby = false, statementTimeoutSeconds = 5 }: ClusterOptions = {}): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'lapor-nodes-'));
    const servers = await Servers.start(withStandby);
    const smsc = await startSmsc({
      telcos: [{ name: 'telkomsel', maxBinds: sessions, switches: { longTextForm: 'udh16' }, ...credentials }],
      retryIntervalMs: 300,
      responseTimeoutMs: telcoWaitsMs,
    });
    const tracker = await startTrackerSimulator({ token, keep: 1_000_000 });
    const cluster = new Cluster(folder, servers, smsc, tracker);
    for (const name of nodeNames) await cluster.#configure(name, statementTimeoutSeconds);
    for (const name of nodeNames) await cluster.startNode(name);
    return cluster;
  }

  /** The database server that takes writes. */
  get database(): PostgresServer {
    return this.servers.primary;
  }

  promoteStandby(): Promise<void> {
    return this.servers.promoteStandby();
  }

  /** @param main the command's file, of another build than this one. */
  async startNode(name: NodeName, main?: string): Promise<void> {
    const home = join(this.folder, name);
    const node = new GatewayProcess(join(home, 'gateway.yaml'), home, [], main);
    this.#nodes.set(name, node);
    await node.printed(/lapor-gateway is up/, upWithinMs).catch((error: unknown) => {
      throw new Error(`node ${name} did not come up; its log ends:\n${node.lastWords}`, { cause: error });
    });
  }

  node(name: NodeName): GatewayProcess {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`node ${name} does not run`);
    return node;
  }

  /** What a node tells of itself, as Prometheus reads it. */
  async metrics(name: NodeName): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#ports.get(name)}/metrics`)).text();
  }

  async close(): Promise<void> {
    for (const node of this.#nodes.values()) {
      process.kill(node.pid, 'SIGCONT');
      await node.kill();
    }
    await this.smsc.close();
    await this.tracker.close();
    await this.servers.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #configure(name: NodeName, statementTimeoutSeconds: number): Promise<void> {
    const home = join(this.folder, name);
    await mkdir(home);
    const port = await freePort();
    this.#ports.set(name, port);
    const config = {
      server: { port },
      store: { url: this.servers.url, turnSeconds, pool: { connectTimeoutSeconds: 2, statementTimeoutSeconds } },
      tracker: { adapter: 'http', url: `http://127.0.0.1:${this.tracker.port}`, token },
      conversation: machineConversation,
      forward: { firstRetrySeconds: 0.2, longestRetrySeconds: 2 },
      replies: { firstRetrySeconds: 0.2, longestRetrySeconds: 2, deadlineSeconds: 5 },
      channels: {
        telkomsel: {
          adapter: 'smpp',
          host: '127.0.0.1',
          port: this.smsc.telco('telkomsel').port,
          ...credentials,
          address: '1708',
          sessions,
          window: 20,
          throughputPerSecond: 1_000,
          reconnectMinSeconds: 0.1,
          reconnectMaxSeconds: 1,
          responseTimeoutSeconds: 3,
        },
      },
    };
    await writeFile(join(home, 'gateway.yaml'), stringify(config));
  }
}

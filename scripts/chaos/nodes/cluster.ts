import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../bench/freePort.js';
import { machineConversation } from '../../machineCitizens.js';
import { PostgresServer } from '../../postgres/server.js';
import { type Smsc, startSmsc } from '../../simulators/smsc/index.js';
import { type RunningTracker, startTrackerSimulator } from '../../simulators/tracker/index.js';
import { GatewayProcess } from '../gatewayProcess.js';

const credentials = { systemId: 'lapor', password: 'secret' };
const token = 'chaos-tracker';
const upWithinMs = 60_000;

/** The least that the config allows: a dead node's sessions move after so long. */
export const turnSeconds = 8;

/** Binds that the telco allows: all nodes share them. */
export const sessions = 2;

export type NodeName = 'one' | 'two';
export const nodeNames: readonly NodeName[] = ['one', 'two'];

/** Two gateways on one PostgreSQL server, between one telco and a tracker. */
export class Cluster {
  readonly #nodes = new Map<NodeName, GatewayProcess>();

  private constructor(
    private readonly folder: string,
    readonly database: PostgresServer,
    readonly smsc: Smsc,
    readonly tracker: RunningTracker,
  ) {}

  static async start(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'lapor-nodes-'));
    const database = await PostgresServer.start({ parentFolder: tmpdir() });
    const smsc = await startSmsc({
      telcos: [{ name: 'telkomsel', maxBinds: sessions, switches: { longTextForm: 'udh16' }, ...credentials }],
      retryIntervalMs: 300,
      responseTimeoutMs: 3_000,
    });
    const tracker = await startTrackerSimulator({ token, keep: 1_000_000 });
    const cluster = new Cluster(folder, database, smsc, tracker);
    for (const name of nodeNames) await cluster.#configure(name);
    for (const name of nodeNames) await cluster.startNode(name);
    return cluster;
  }

  async startNode(name: NodeName): Promise<void> {
    const home = join(this.folder, name);
    const node = new GatewayProcess(join(home, 'gateway.yaml'), home);
    this.#nodes.set(name, node);
    await node.printed(/lapor-gateway is up/, upWithinMs);
  }

  node(name: NodeName): GatewayProcess {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`node ${name} does not run`);
    return node;
  }

  async close(): Promise<void> {
    for (const node of this.#nodes.values()) {
      process.kill(node.pid, 'SIGCONT');
      await node.kill();
    }
    await this.smsc.close();
    await this.tracker.close();
    await this.database.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #configure(name: NodeName): Promise<void> {
    const home = join(this.folder, name);
    await mkdir(home);
    const config = {
      server: { port: await freePort() },
      store: { url: this.database.url(), turnSeconds, pool: { connectTimeoutSeconds: 2, statementTimeoutSeconds: 5 } },
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

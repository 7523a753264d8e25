import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Citizens } from './citizens.js';
import { type Evidence, gather } from './evidence.js';
import { GatewayProcess } from './gatewayProcess.js';
import { type Moment, moments } from './moments.js';
import { type Peers, startPeers, storeFile } from './peers.js';
import { untilSettled } from './settled.js';
import { StatusChanges } from './statusChanges.js';

export interface RoundOptions {
  readonly kills: number;
  readonly textsPerSecond: number;
  /** How long the last gateway may take for what is left. Past it, the evidence shows what is missing. */
  readonly settleLimitMs: number;
  readonly say: (line: string) => void;
}

export interface Round {
  readonly evidence: Evidence;
  readonly kills: number;
  /** How often a telco had to send a part again. */
  readonly partsSentAgain: number;
  /** Of the last gateway, which was told to stop: 0 when all went well. */
  readonly exitCode: number | null;
}

const momentLimitMs = 60_000;

/**
 * Citizens text, the tracker changes tickets, and the gateway is killed and started again, over and over. In the end
 * it may finish what is left, and is stopped; what everyone knows then is the evidence.
 */
export async function runRound(options: RoundOptions): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'lapor-chaos-'));
  const peers = await startPeers();
  const citizens = new Citizens(peers.smsc);
  const changes = new StatusChanges(peers.tracker.simulator);
  const lives = new Lives(peers, folder);
  try {
    await writeFile(join(folder, configFile), peers.config);
    citizens.start(options.textsPerSecond);
    changes.start();
    for (let kill = 0; kill < options.kills; kill += 1) await lives.next(turnOf(kill), options.say);
    citizens.stop();
    changes.stop();
    const exitCode = await lives.last(citizens, options);
    const evidence = gather(citizens, peers, folder);
    return { evidence, kills: options.kills, partsSentAgain: sentAgain(peers), exitCode };
  } finally {
    citizens.stop();
    changes.stop();
    await lives.end();
    await peers.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const configFile = 'gateway.yaml';

/** One gateway after the other on the same store. */
class Lives {
  #gateway: GatewayProcess | null = null;

  constructor(
    private readonly peers: Peers,
    private readonly folder: string,
  ) {}

  /** A life that ends at the moment. Rejects when it ended otherwise, or the moment never came. */
  async next(moment: Moment, say: RoundOptions['say']): Promise<void> {
    const gateway = this.#begin();
    const atMs = Date.now();
    const ended = gateway.ended.then(() => false);
    const struck = await Promise.race([moment.strike(this.peers, () => gateway.strike(), momentLimitMs), ended]);
    if (!struck && !gateway.gone.aborted) {
      throw new Error(`${momentLimitMs} ms passed without this: ${moment.label}\n${gateway.lastWords}`);
    }
    const { code, signal } = await gateway.ended;
    if (signal !== 'SIGKILL') throw new Error(`the gateway ended by itself (exit ${code}):\n${gateway.lastWords}`);
    say(`killed after ${Date.now() - atMs} ms: ${moment.label}`);
  }

  /** A life in which all is brought to its end. @returns the exit code. */
  async last(citizens: Citizens, { settleLimitMs, say }: RoundOptions): Promise<number | null> {
    const gateway = this.#begin();
    const left = await untilSettled(citizens, this.peers, join(this.folder, storeFile), gateway.gone, settleLimitMs);
    say(left === null ? 'all is settled' : `after ${settleLimitMs} ms is left: ${left}`);
    return (await gateway.stop()).code;
  }

  /** Leaves no process behind, whatever happened. */
  async end(): Promise<void> {
    await this.#gateway?.kill();
  }

  #begin(): GatewayProcess {
    this.#gateway = new GatewayProcess(join(this.folder, configFile), this.folder);
    return this.#gateway;
  }
}

function turnOf(kill: number): Moment {
  const moment = moments[kill % moments.length];
  if (moment === undefined) throw new RangeError('there is no moment to kill at');
  return moment;
}

function sentAgain({ smsc }: Peers): number {
  return smsc.telcos.reduce((total, { counts }) => total + (counts.retriedParts ?? 0), 0);
}

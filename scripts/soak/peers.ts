import { type GatewayWithTracker, startGateway } from '../peers/gateway.js';
import { type Smsc, startSmsc } from '../simulators/smsc/index.js';

/** The gateway and everyone it talks to. */
export interface Peers {
  readonly smsc: Smsc;
  readonly gateway: GatewayWithTracker;
  close(): Promise<void>;
}

const credentials = { systemId: 'lapor', password: 'secret' };

/** Each telco with its own way of being bound. */
const telcos = [
  { name: 'telkomsel', channel: {} },
  { name: 'indosat', channel: { sessions: 2 } },
  { name: 'three', channel: { bind: 'separate' } },
] as const;

/** Times of an hour's incident, in seconds: so that thousands of faults fit into a soak. */
const quickLink = {
  enquireLinkSeconds: 1,
  responseTimeoutSeconds: 2,
  reconnectMinSeconds: 0.1,
  reconnectMaxSeconds: 1,
  refusedRetrySeconds: 0.5,
};
const quickSections = {
  // The soak is over when all is settled: nothing may wait for ten minutes, or be given up, on account of our faults.
  forward: { attemptsBeforeDeadLetter: 1000, firstRetrySeconds: 0.2, longestRetrySeconds: 2 },
  replies: { attemptsBeforeDeadLetter: 1000, firstRetrySeconds: 0.2, longestRetrySeconds: 2, deadlineSeconds: 10 },
  log: { level: 'warn' },
};
const trackerTimeoutSeconds = 3;

const smscRetryIntervalMs = 300;
/** A push that finds the gateway busy is tried again soon, and for the whole of the soak. */
const eventRetryDelaysMs = new Array<number>(10_000).fill(500);

export async function startPeers(folder: string): Promise<Peers> {
  const smsc = await startSmsc({
    telcos: telcos.map(({ name }) => ({ name, ...credentials })),
    retryIntervalMs: smscRetryIntervalMs,
  });
  try {
    const channels = Object.fromEntries(
      telcos.map(({ name, channel }) => {
        const where = { adapter: 'smpp', host: '127.0.0.1', port: smsc.telco(name).port, address: '1708' };
        return [name, { ...where, ...credentials, ...quickLink, ...channel }];
      }),
    );
    const gateway = await startGateway({
      folder,
      channels,
      trackerTimeoutSeconds,
      sections: quickSections,
      eventRetryDelaysMs,
    });
    const close = async (): Promise<void> => {
      await gateway.close();
      await smsc.close();
    };
    return { smsc, gateway, close };
  } catch (error) {
    await smsc.close();
    throw error;
  }
}
